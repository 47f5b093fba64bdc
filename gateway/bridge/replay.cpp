#include "gateway/bridge/replay.hpp"

#include "gateway/bridge/canonical.hpp"
#include "gateway/bridge/digest.hpp"

namespace gatehouse::bridge {
namespace {

using json::Value;

void read_texts(const Value* object, std::map<std::string, std::string>& into) {
  if (!object || !object->is_object()) return;
  for (const auto& [key, value] : *object->as_object())
    if (const std::string* text = value.as_string()) into.emplace(key, *text);
}

Value write_texts(const std::map<std::string, std::string>& texts) {
  auto object = Value::object();
  for (const auto& [key, text] : texts) object.set(key, text);
  return object;
}

std::size_t count(const Value& memory, std::string_view key) {
  const Value* value = memory.find(key);
  return value ? static_cast<std::size_t>(value->as_int().value_or(0)) : 0;
}

}  // namespace

std::optional<Replay> Replay::of(std::string_view memory) {
  const auto parsed = json::parse(memory);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  Replay replay;
  read_texts(parsed->find("a"), replay.answers_);
  read_texts(parsed->find("q"), replay.asked_);
  replay.next_key_ = count(*parsed, "n");
  replay.runs_ = count(*parsed, "r");
  return replay;
}

void Replay::answered(const InputResponses& responses) {
  for (const auto& [key, raw] : responses.answers)
    if (const auto found = asked_.find(key); found != asked_.end()) answers_.insert_or_assign(found->second, raw);
}

std::optional<std::string> Replay::ask(Question question) {
  std::string name = sha256_text(question.method + " " + canonical(question.params)).substr(0, 22);
  const int time = ++times_[name];
  name.append("#").append(std::to_string(time));
  if (const auto found = answers_.find(name); found != answers_.end()) return found->second;
  const std::string key = "r" + std::to_string(next_key_++);
  now_asked_.emplace(key, std::move(name));
  open_.push_back({key, std::move(question)});
  return std::nullopt;
}

std::string Replay::remember() const {
  return Value::object(
             {{"a", write_texts(answers_)}, {"q", write_texts(now_asked_)}, {"n", next_key_}, {"r", runs_ + 1}})
      .str();
}

}  // namespace gatehouse::bridge
