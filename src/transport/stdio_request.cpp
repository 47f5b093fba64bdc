#include "src/transport/stdio_request.hpp"

#include <gatehouse/json/text.hpp>
#include <gatehouse/transport/modern.hpp>

namespace gatehouse::transport {
namespace {

constexpr std::string_view kAddress = "stdio";

/// Without a session, only what names a modern revision is spoken to in that way, even when it is refused.
mcp::Client client_of(const mcp::Message& message, const Session* session, const mcp::Principal& who) {
  if (session) return session->client(who, kAddress, {});
  auto client = modern_client(message, kAddress, {});
  client.who = &who;
  if (!message.params.meta.protocol_version.data())
    client.revision = mcp::kLatestLegacy;
  else if (!mcp::is_modern(client.revision))
    client.revision = mcp::kLatest;
  return client;
}

}  // namespace

StdioServer::Request::Request(StdioServer& owner, const mcp::Message& request, std::shared_ptr<Session> in)
    : message(request),
      session(std::move(in)),
      client(client_of(message, session.get(), *owner.options_.who)),
      owner_(owner) {
  owner_.requests_.push_back(this);
}

StdioServer::Request::~Request() {
  std::erase(owner_.requests_, this);
  if (owner_.parting_ && owner_.requests_.empty()) owner_.parted_.request(CancelReason::superseded);
}

void StdioServer::Request::notify(std::string_view method, const json::Splice& params) {
  if (is_mute()) return;
  const std::string head = R"({"jsonrpc":"2.0","method":)" + json::quoted(method) + R"(,"params":)";
  json::Pieces pieces(1, head);
  params.append_to(pieces);
  pieces.push_back("}");
  owner_.deliver(pieces);
}

Task<mcp::Reply> StdioServer::Request::ask(std::string_view method, const json::Splice& params, Cancel& why) {
  if (!session)
    co_return fail(Kind::not_bridgeable, Origin::client, "A stateless client cannot be asked while its request runs.");
  co_return co_await session->ask(*owner_.stdout_, method, params, why);
}

}  // namespace gatehouse::transport
