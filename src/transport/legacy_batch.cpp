// JSON-RPC batches, which only 2025-03-26 has (TR-010, TR-414).
#include <array>
#include <deque>
#include <vector>

#include <gatehouse/transport/legacy.hpp>
#include <gatehouse/transport/streamable_http.hpp>

#include "src/transport/http_events.hpp"

namespace gatehouse::transport {
namespace {

Result<std::vector<std::string_view>> split(std::string_view text, std::size_t max_depth, std::size_t max_batch) {
  if (auto valid = json::reader().validate(text, max_depth); !valid) return fail(std::move(valid.error()));
  std::vector<std::string_view> parts;
  auto walked = json::reader().walk(text, [&](json::Node& root) -> Result<void> {
    auto bytes = root.elements([&](json::Node& element) -> Result<void> {
      auto raw = element.raw();
      if (!raw) return fail(std::move(raw.error()));
      parts.push_back(*raw);
      return {};
    });
    if (!bytes) return fail(std::move(bytes.error()));
    return {};
  });
  if (!walked) return fail(std::move(walked.error()));
  if (parts.empty() || parts.size() > max_batch) {
    return fail(Kind::invalid_request, Origin::client,
                "A batch has to have 1 to " + std::to_string(max_batch) + " messages.");
  }
  return parts;
}

/// One request of the batch and its rendered answer.
struct Item {
  mcp::Message message;
  Cancel cancel;
  mcp::Reply reply;
};

}  // namespace

Task<void> StreamableHttp::batch(net::HttpExchange& exchange, const mcp::Principal& who) {
  auto session = find_session(exchange, who);
  if (!session) co_return co_await refuse(exchange, {}, session.error(), mcp::kLatestLegacy);
  auto parts = split(exchange.body(), options_.max_json_depth, options_.max_batch);
  if (parts && !mcp::has_batches((*session)->revision())) {
    parts = fail(Kind::invalid_request, Origin::client,
                 "Batches do not exist in this protocol version: send one message per POST.");
  }
  if (!parts) co_return co_await refuse(exchange, {}, parts.error(), mcp::kLatestLegacy);

  const auto client = (*session)->client(who, exchange.peer_address(), exchange.head().value("User-Agent"));
  std::deque<Item> items;
  for (const std::string_view part : *parts) {
    auto message = mcp::read_message(part, options_.max_json_depth);
    const bool initialize = message && message->method == mcp::Method::initialize;
    if (!message || initialize) {
      const Error error = initialize
                              ? Error{Kind::invalid_request, Origin::client, "initialize is never part of a batch."}
                              : message.error();
      co_return co_await refuse(exchange, {}, error, mcp::kLatestLegacy);
    }
    if (message->rpc.type == jsonrpc::Type::request) {
      items.emplace_back(std::move(*message));
    } else {
      take_message(**session, *message, part, client, responder_);
    }
  }
  if (items.empty()) {
    (void)co_await exchange.respond(202, {}, {});
    co_return;
  }
  HttpEvents events(exchange, {streams_, logs_}, who, session->get());
  TaskGroup group;
  for (Item& item : items) {
    group.spawn(
        [](StreamableHttp& self, Session& in, Item& one, const mcp::Client& asker, HttpEvents& back) -> Task<void> {
          one.reply = co_await self.answer_in_session(in, {one.message, asker, back, one.cancel, Clock::now()});
        }(*this, **session, item, client, events));
  }
  co_await group.join();

  std::deque<Rendered> answers;
  for (Item& item : items) {
    if (item.reply)
      answers.emplace_back(item.message.rpc.id, **item.reply, client.revision, responder_.server_info());
    else
      answers.emplace_back(item.message.rpc.id, item.reply.error(), client.revision);
  }
  co_await events.finish_batch(answers);
}

}  // namespace gatehouse::transport
