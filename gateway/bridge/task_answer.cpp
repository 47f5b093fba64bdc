#include "gateway/bridge/task_answer.hpp"

#include <gatehouse/mcp/methods.hpp>

namespace gatehouse::bridge {
namespace {

using json::Value;
using mcp::TaskStatus;

std::unexpected<Error> malformed() {
  return fail(Kind::bad_reply, Origin::upstream, "The server's task is malformed.");
}

bool is_hop_member(const json::Member& member) {
  return member.key == mcp::meta_key::kRelatedTask || member.key == mcp::meta_key::kImmediateResponse ||
         member.key == mcp::meta_key::kServerInfo;
}

/// The result without what belongs to the request that fetched it.
std::string bare_result(const mcp::Answer& answer) {
  json::Splice body = answer.body;
  const json::ObjectView& meta = answer.view.meta;
  if (!meta.text.empty())
    json::rewrite_members(body, meta, [](const json::Member& member) { return is_hop_member(member); }, {});
  return body.str();
}

/// Reads a raw result as if a server had sent it just now.
Result<std::unique_ptr<mcp::Answer>> read_raw(std::string_view result, mcp::Uris uris) {
  auto answer = std::make_unique<mcp::Answer>();
  answer->storage = Buffer::copy_of(R"({"jsonrpc":"2.0","id":0,"result":)" + std::string(result) + "}");
  auto message = mcp::read_server_message(answer->storage.view(), uris, answer->view);
  if (!message) return fail(std::move(message.error()));
  answer->body = json::Splice(message->rpc.result);
  answer->is_tool_error = answer->view.is_error;
  return answer;
}

std::string raw_member(const mcp::Answer& answer, std::string_view key) {
  const json::Member* member = answer.view.object.find(key);
  return member && member->value.starts_with('{') ? std::string(member->value) : std::string();
}

bool lacks_details(const DetailedTask& task) {
  switch (task.task.status) {
    case TaskStatus::completed: return task.result.empty();
    case TaskStatus::failed: return task.error.empty();
    case TaskStatus::input_required: return task.input_requests.empty();
    default: return false;
  }
}

}  // namespace

mcp::Reply read_again(const mcp::Answer& answer) {
  auto read = read_raw(answer.body.str(), mcp::Uris::skip);
  if (read) (*read)->kind = answer.kind;
  return read;
}

Result<std::optional<TaskObject>> read_created(const mcp::Answer& answer, TaskForm form) {
  if (answer.view.object.text.empty()) {
    const auto read = read_again(answer);
    if (!read) return fail(Error(read.error()));
    return read_created(**read, form);
  }
  std::string_view raw = answer.view.object.text;
  if (form == TaskForm::core) {
    const json::Member* member = answer.view.object.find("task");
    if (!member || !answer.view.content.empty() || !member->value.starts_with('{')) return std::nullopt;
    raw = member->value;
  } else if (answer.kind != mcp::ResultKind::task) {
    return std::nullopt;
  }
  const auto object = json::parse(raw);
  if (!object) return malformed();
  auto task = read_task(*object, form);
  if (!task) return fail(std::move(task.error()));
  return std::optional(std::move(*task));
}

std::unique_ptr<mcp::Answer> write_created(const TaskObject& task, TaskForm form) {
  auto object = write_task(task, form);
  if (form == TaskForm::core) object = Value::object({{"task", std::move(object)}});
  auto answer = mcp::Answer::of(object.str());
  if (form == TaskForm::extension) answer->kind = mcp::ResultKind::task;
  return answer;
}

Result<DetailedTask> read_detailed(const mcp::Answer& answer) {
  if (answer.view.object.text.empty()) {
    const auto read = read_again(answer);
    if (!read) return fail(Error(read.error()));
    return read_detailed(**read);
  }
  // Only the task's own members: a result may be large.
  auto flat = Value::object();
  for (const json::Member& member : answer.view.object.members) {
    if (member.value.starts_with('{') || member.value.starts_with('[')) continue;
    auto value = json::parse(member.value);
    if (!value) return malformed();
    flat.set(member.key, std::move(*value));
  }
  auto task = read_task(flat, TaskForm::extension);
  if (!task) return fail(std::move(task.error()));
  DetailedTask detailed{.task = std::move(*task),
                        .result = raw_member(answer, "result"),
                        .error = raw_member(answer, "error"),
                        .input_requests = raw_member(answer, "inputRequests")};
  if (lacks_details(detailed)) return malformed();
  return detailed;
}

std::string write_detailed(const DetailedTask& task) {
  std::string text = write_task(task.task, TaskForm::extension).str();
  text.pop_back();
  const auto add = [&](std::string_view key, const std::string& raw) {
    text.append(",\"").append(key).append("\":").append(raw);
  };
  if (task.task.status == TaskStatus::completed) add("result", task.result);
  if (task.task.status == TaskStatus::failed) add("error", task.error);
  if (task.task.status == TaskStatus::input_required) add("inputRequests", task.input_requests);
  return text += '}';
}

DetailedTask with_outcome(TaskObject task, const mcp::Answer& outcome) {
  DetailedTask detailed{.task = std::move(task), .result = {}, .error = {}, .input_requests = {}};
  if (outcome.is_error) {
    detailed.task.status = TaskStatus::failed;
    detailed.error = outcome.body.str();
  } else {
    detailed.task.status = TaskStatus::completed;
    detailed.result = bare_result(outcome);
  }
  return detailed;
}

mcp::Reply outcome_of(const DetailedTask& task) {
  if (task.task.status == TaskStatus::completed) return read_raw(task.result, mcp::Uris::skip);
  const auto error = json::parse(task.error);
  const Value* code = error ? error->find("code") : nullptr;
  if (!code || !code->as_int()) return malformed();
  auto answer = mcp::Answer::of(task.error);
  answer->is_error = true;
  answer->error_code = static_cast<int>(*code->as_int());
  return answer;
}

std::string related_member(std::string_view task_id) {
  return "\"" + std::string(mcp::meta_key::kRelatedTask) + R"(":{"taskId":)" + json::quoted(task_id) + "}";
}

bool insists_on_tasks(const mcp::Reply& reply) {
  if (!reply || !(*reply)->is_error) return false;
  const auto error = json::parse((*reply)->body.str());
  const Value* data = error ? error->find("data") : nullptr;
  if (const Value* ours = data ? data->find("gatehouse") : nullptr) data = ours;  // as older clients are told it
  const Value* required = data ? data->find("requiredCapabilities") : nullptr;
  const Value* extensions = required ? required->find("extensions") : nullptr;
  return extensions && extensions->find(mcp::kTasksExtension);
}

Error tasks_not_declared() {
  auto extensions = Value::object({{std::string(mcp::kTasksExtension), Value::object()}});
  auto required = Value::object({{"extensions", std::move(extensions)}});
  return Error{Kind::missing_capability, Origin::client,
               "Tasks are for clients that declare the extension io.modelcontextprotocol/tasks on each request."}
      .with_data(Value::object({{"requiredCapabilities", std::move(required)}}).str());
}

std::string expose_result(std::string_view result, FunctionRef<std::string(std::string_view local)> expose_uri) {
  auto answer = read_raw(result, mcp::Uris::collect);
  if (!answer) return std::string(result);
  for (const std::string_view token : (*answer)->view.uris) {
    const auto local = json::unquote(token);
    if (!local) continue;
    if (const std::string exposed = expose_uri(*local); exposed != *local)
      (*answer)->body.replace(token, json::quoted(exposed));
  }
  return (*answer)->body.str();
}

}  // namespace gatehouse::bridge
