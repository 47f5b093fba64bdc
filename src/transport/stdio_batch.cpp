// Batches on a channel: only sessions of 2025-03-26 have them (TR-108).
#include <deque>

#include <gatehouse/transport/render.hpp>

#include "src/transport/batch.hpp"
#include "src/transport/stdio_request.hpp"

namespace gatehouse::transport {

void StdioServer::take_batch(Buffer text) {
  auto parts = split_batch(text.view(), options_.max_json_depth, options_.max_batch);
  if (!parts) return refuse({}, parts.error());
  if (!session_ || !mcp::has_batches(session_->revision())) {
    return refuse({}, {Kind::invalid_request, Origin::client,
                       "Batches do not exist in this protocol version: send one message per line."});
  }
  std::vector<mcp::Message> requests;
  for (const std::string_view part : *parts) {
    std::string_view id;
    auto message = mcp::read_message(part, options_.max_json_depth, &id);
    if (!message) {
      refuse(id, message.error());
    } else if (message->rpc.type != jsonrpc::Type::request) {
      take_notification(*message, part);
    } else if (message->method == mcp::Method::initialize) {
      refuse(message->rpc.id, {Kind::invalid_request, Origin::client, "initialize is never part of a batch."});
    } else {
      requests.push_back(std::move(*message));
    }
  }
  if (!requests.empty()) tasks_.spawn(answer_batch(std::move(text), std::move(requests)));
}

/// `text` holds what `messages` point into.
Task<void> StdioServer::answer_batch([[maybe_unused]] Buffer text, std::vector<mcp::Message> messages) {
  struct Item {
    Item(StdioServer& owner, const mcp::Message& message) : request(owner, message, owner.session_) {}
    Request request;
    mcp::Reply reply;
  };
  std::deque<Item> items;
  for (const mcp::Message& message : messages) items.emplace_back(*this, message);
  TaskGroup group;
  for (Item& item : items) {
    group.spawn([](StdioServer& self, Item& one) -> Task<void> { one.reply = co_await self.reply_to(one.request); }(
                                                     *this, item));
  }
  co_await group.join();

  std::deque<Rendered> answers;
  json::Pieces pieces;
  for (Item& item : items) {
    if (item.request.is_mute()) continue;
    if (item.reply)
      answers.emplace_back(item.request.id(), **item.reply, item.request.client.revision, responder_.server_info());
    else
      answers.emplace_back(item.request.id(), item.reply.error(), item.request.client.revision);
    pieces.push_back(pieces.empty() ? "[" : ",");
    pieces.insert(pieces.end(), answers.back().pieces().begin(), answers.back().pieces().end());
  }
  if (pieces.empty()) co_return;
  pieces.push_back("]");
  co_await send(pieces);
}

}  // namespace gatehouse::transport
