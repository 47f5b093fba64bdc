// T42: no spelling of a call's arguments gets past a condition. Either the call is refused, or what a reader that shares nothing with
// the gateway's finds in the bytes that leave is what the policy judged; and the condition holds for it.
#include <charconv>

#include <gtest/gtest.h>

#include <gatehouse/mcp/header_value.hpp>

#include "gateway/bridge/lower.hpp"
#include "gateway/bridge/retry.hpp"
#include "gateway/policy/value.hpp"
#include "gateway/stages/authorize.hpp"
#include "gateway/stages/mirror.hpp"
#include "gateway/stages/random_call_test.hpp"
#include "gateway/stages/route.hpp"
#include "gateway/stages/strict_json_test.hpp"
#include "gateway/tasks/own_message.hpp"
#include "src/client/outgoing.hpp"
#include "tests/support/asker.hpp"

namespace gatehouse::stages {
namespace {

using test::Decimal;
using test::Seen;
using test::StrictJson;

/// A condition, and what has to be true of the arguments of a call that it lets through.
struct Promise {
  policy::Effect effect;
  const char* when;
  bool (*holds)(const Seen& arguments);
};

bool is_number_to(const Seen* value, const Decimal& limit) {
  return value && value->type == Seen::Type::number && value->number.at_most(limit);
}
bool is_small_and_ok(const Seen& arguments) {
  const Seen* text = arguments.find("text");
  return is_number_to(arguments.find("amount"), {.digits = "1", .exponent = 3}) && text &&
         text->type == Seen::Type::string && text->string == "ok";
}
bool is_slow(const Seen& arguments) { return is_number_to(arguments.find("rate"), {.digits = "15", .exponent = -1}); }
bool is_small_inside(const Seen& arguments) {
  const Seen* deep = arguments.find("deep");
  return deep && is_number_to(deep->find("amount"), {.digits = "1", .exponent = 3});
}
bool is_without(const Seen& arguments) { return arguments.type == Seen::Type::object && !arguments.find("forbidden"); }

constexpr std::array kPromises = {
    Promise{policy::Effect::allow, R"(args.amount <= 1000 && args.text == "ok")", is_small_and_ok},
    Promise{policy::Effect::deny, R"(args.amount > 1000 || args.text != "ok")", is_small_and_ok},
    Promise{policy::Effect::allow, "args.rate <= 1.5", is_slow},
    Promise{policy::Effect::allow, "args.deep.amount <= 1000", is_small_inside},
    Promise{policy::Effect::deny, "has(args.forbidden)", is_without},
};

std::shared_ptr<Access> access(const Promise& promise) {
  policy::PolicySource source;
  source.otherwise = promise.effect == policy::Effect::allow ? policy::Effect::deny : policy::Effect::allow;
  source.rules = {{.id = "rule", .effect = promise.effect, .what = {.tools = {"pay"}}, .when = promise.when}};
  return std::make_shared<Access>(*policy::Policy::compile(std::move(source)));
}

/// The number as the conditions see it, which may be not at all.
bool is_judged_as(const policy::Value& judged, const Decimal& number) {
  std::array<char, 40> text{};
  char* end = text.data();
  if (judged.is(policy::Value::Tag::integer))
    end = std::to_chars(text.begin(), text.end(), judged.integer).ptr;
  else if (judged.is(policy::Value::Tag::real))
    end = std::to_chars(text.begin(), text.end(), judged.real).ptr;
  else
    return judged.is(policy::Value::Tag::none);
  const auto read = StrictJson::read({text.data(), end});
  return read && read->number == number;
}

bool is_same(const json::Value& judged, const Seen& seen) {
  if (const auto* number = judged.as_number())
    return seen.type == Seen::Type::number && is_judged_as(policy::exact_number(number->text), seen.number);
  if (const auto* text = judged.as_string()) return seen.type == Seen::Type::string && *text == seen.string;
  if (const auto flag = judged.as_bool()) return seen.type == (*flag ? Seen::Type::yes : Seen::Type::no);
  if (const auto* items = judged.as_array()) {
    return seen.type == Seen::Type::array &&
           std::ranges::equal(*items, seen.items, [](const auto& a, const auto& b) { return is_same(a, b.second); });
  }
  if (const auto* members = judged.as_object()) {
    return seen.type == Seen::Type::object &&
           std::ranges::equal(*members, seen.items, [](const auto& a, const auto& b) {
             return a.first == b.first && is_same(a.second, b.second);
           });
  }
  return seen.type == Seen::Type::null;
}

/// What a header that repeats an argument says.
bool is_repeated(std::string_view header, const Seen& argument) {
  const auto text = mcp::decode_header_value(header);
  if (!text) return false;
  switch (argument.type) {
    case Seen::Type::string: return *text == argument.string;
    case Seen::Type::yes: return *text == "true";
    case Seen::Type::no: return *text == "false";
    default: break;
  }
  const auto number = StrictJson::read(*text);
  return argument.type == Seen::Type::number && number && *number == argument;
}

/// The innermost stage: the bytes for a server of some revision, looked at as the server gets them.
class Server {
 public:
  static constexpr std::string_view kName = "server";

  mcp::Revision revision = mcp::kLatest;
  bool asked_before = false;  ///< The call is sent once more, with answers.
  const Promise* promise = nullptr;
  int received = 0, headers = 0;
  std::string bytes;

  Task<mcp::Reply> handle(Call& call, Next) {
    receive(call);
    return answered();
  }

 private:
  static Task<mcp::Reply> answered() { co_return mcp::Answer::of("{}"); }

  void receive(const Call& call) {
    ++received;
    policy::Arguments judged(raw_arguments(call.in.request));
    ASSERT_TRUE(judged.value()) << judged.refusal();
    if (!asked_before) return send(call, *judged.value());
    const auto again =
        tasks::OwnMessage::of(bridge::retry_request(call.in.request, R"({"q":{"action":"accept"}})", "s"));
    ASSERT_TRUE(again) << again.error().message;
    const mcp::Call in{**again, call.in.client, call.in.events, call.in.cancel, call.in.received_at};
    send({.in = in, .routes = call.routes, .server = call.server, .target = call.target}, *judged.value());
  }
  static std::string_view raw_arguments(const mcp::Message& request) {
    const json::Member* given = request.params.object.find("arguments");
    return given ? given->value : std::string_view();
  }

  void send(const Call& call, const json::Value& judged) {
    const mcp::Message& request = call.in.request;
    json::Splice params(request.params.object.text);
    ASSERT_TRUE(bridge::lower_request(request, call.target.local, revision, params));
    Mirror mirror(call);
    const auto repeated = mirror.headers(revision);
    ASSERT_TRUE(repeated) << repeated.error().message;
    const client::Request sent{.method = request.method,
                               .method_name = request.rpc.method,
                               .params = &request.params,
                               .edits = &params,
                               .parameter_headers = *repeated};
    const client::Sender sender("{}", revision);
    bytes = client::Outgoing(7, sent, mcp::is_modern(revision) ? &sender : nullptr).str();
    const auto read = StrictJson::read(bytes);
    ASSERT_TRUE(read) << "a server cannot be sure how to read it";
    look_at(*read, judged, *repeated);
  }

  void look_at(const Seen& message, const json::Value& judged, std::span<const net::Header> repeated) {
    const Seen* params = message.find("params");
    ASSERT_TRUE(params);
    ASSERT_TRUE(params->find("name") && params->find("name")->string == "pay");
    const Seen* given = params->find("arguments");
    const Seen arguments = given ? *given : Seen{.type = Seen::Type::object};
    ASSERT_TRUE(is_same(judged, arguments)) << "judged: " << judged.str();
    ASSERT_TRUE(promise->holds(arguments)) << promise->when;
    for (const net::Header& header : repeated) {
      const Seen* argument = arguments.find(header.name.substr(std::string_view("Mcp-Param-").size()));
      ASSERT_TRUE(argument && is_repeated(header.value, *argument)) << header.name << ": " << header.value;
      ++headers;
    }
  }
};

/// One endpoint with one server and its tool `pay`, whose arguments `amount` and `text` travel in headers, too.
struct Scene {
  Scene() {
    auto details = std::make_shared<catalog::ToolDetails>();
    details->headers = {{"Mcp-Param-amount", {"amount"}}, {"Mcp-Param-text", {"text"}}};
    auto lists = std::make_shared<catalog::ServerLists>();
    lists->of(mcp::ListKind::tools)
        .push_back({.key = "pay", .form = {.text = R"({"name":"pay"})", .key = {8, 5}}, .details = details});
    std::vector<catalog::Source> sources;
    sources.push_back({.name = "bank", .lists = lists});
    routes.view = std::make_shared<const catalog::View>(std::move(sources), catalog::ViewOptions());
    pipeline.add<Route>();
    pipeline.add<Authorize>();
    server = &pipeline.add<Server>();
  }

  static Task<mcp::Reply> run(Scene& scene, const mcp::Message& request, const mcp::Client& client) {
    const mcp::Call in{request, client, scene.asker, scene.asker.cancel, {}};
    Call call{.in = in, .routes = scene.routes};
    mcp::Reply reply = co_await scene.pipeline(call);
    co_return reply;
  }

  /// False: it was refused.
  bool call(std::string_view text, mcp::Revision revision) {
    const auto request = tasks::OwnMessage::of(text);
    if (!request) return false;
    return test::finish(run(*this, **request, {.revision = revision, .who = who.get()})).has_value();
  }

  net::Loop loop;
  net::HttpClient http{loop, {}};
  bridge::QuestionOptions questions;
  asking::RootsCache roots;
  asking::Means means{loop, questions, roots};
  std::shared_ptr<upstream::Upstream> upstream = std::make_shared<upstream::Upstream>(
      upstream::Environment{
          .loop = loop, .http = http, .implementation = {}, .via = {}, .find_session = {}, .means = means, .changed = {}},
      upstream::Options{.name = "bank", .url = net::Url{}});
  std::shared_ptr<const mcp::Principal> who = test::somebody("alice");
  test::Asker asker;
  catalog::LinkIndex links;
  Routes routes{.endpoint = "/mcp", .servers = {upstream}, .view = nullptr, .log = {}, .links = links};
  Pipeline pipeline;
  Server* server = nullptr;
};

constexpr std::array kEras = {mcp::kLatestLegacy, mcp::kLatest};

TEST(JudgedArguments, T42AreThoseThatTheServerReads) {
  Scene scene;
  test::RandomCall random(42);
  int refused = 0;
  for (const Promise& promise : kPromises) {
    scene.routes.access = access(promise);
    scene.server->promise = &promise;
    const int before = scene.server->received;
    for (int i = 0; i < 4'000; ++i) {
      const std::string text = random.message("bank.pay");
      scene.server->revision = kEras[random.below(2)];
      scene.server->asked_before = random.one_in(3);
      refused += !scene.call(text, kEras[random.below(2)]);
      ASSERT_FALSE(HasFailure()) << promise.when << "\n" << text << "\n" << scene.server->bytes;
    }
    EXPECT_GT(scene.server->received - before, 300) << promise.when;
  }
  EXPECT_GT(refused, 5'000);
  EXPECT_GT(scene.server->headers, 1'000);
}

}  // namespace
}  // namespace gatehouse::stages
