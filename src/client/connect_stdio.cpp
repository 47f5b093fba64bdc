#include "src/client/handshake.hpp"
#include "src/client/stream_link.hpp"

namespace gatehouse::client {
namespace {

/// During detection nothing else is expected from the server.
class Nobody final : public Listener {
 public:
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "The client is still connecting.");
  }
};

Task<mcp::Reply> ask(StreamLink& link, mcp::Method method, std::string_view params_text, const ConnectOptions& options,
                     Cancel& outer) {
  const Buffer text = Buffer::copy_of(params_text);
  const auto params = mcp::read_params(text.view());
  if (!params) co_return fail(Error(params.error()));
  const Request request{.method = method,
                        .method_name = mcp::to_string(method),
                        .params = &*params,
                        .capabilities = options.capabilities,
                        .idle_timeout = options.probe_timeout,
                        .max_timeout = options.probe_timeout};
  Nobody nobody;
  Cancel cancel;
  const Cancel::Hook stop(outer, [&] { cancel.request(outer.reason()); });
  co_return co_await link.request(request, nobody, cancel);
}

/// True: modern. False: legacy, or gone.
Task<bool> probe(StreamLink& link, const ConnectOptions& options, Cancel& cancel) {
  link.speak(Sender{mcp::to_json(options.implementation).str()});
  auto reply = co_await ask(link, mcp::Method::discover, "{}", options, cancel);
  link.speak(std::nullopt);
  if (!reply) co_return false;
  auto probed = read_discover_answer(**reply);
  if (probed.probe == Probe::legacy) co_return false;
  link.established(std::move(probed.peer));
  co_return true;
}

Task<Result<void>> initialize(StreamLink& link, const ConnectOptions& options, Cancel& cancel) {
  auto reply = co_await ask(link, mcp::Method::initialize, initialize_params(options), options, cancel);
  if (!reply) co_return fail(std::move(reply.error()));
  auto peer = read_initialize_result(**reply);
  if (!peer) co_return fail(std::move(peer.error()));
  // Servers may refuse requests that overtake this, so it is sent before anybody gets the link.
  co_await link.send(notification_text(mcp::notification::kInitialized, {}));
  link.established(std::move(*peer));
  co_return Result<void>{};
}

/// Detection on an open channel. `exited`: the server ended while it was probed (TR-632).
Task<Result<void>> establish(StreamLink& link, const ConnectOptions& options, bool may_probe, Cancel& cancel) {
  Result<void> done;
  if (may_probe && options.era != Era::legacy) {
    const bool modern = co_await probe(link, options, cancel);
    if (modern) co_return done;
    if (options.era == Era::modern)
      co_return fail(Kind::bad_reply, Origin::upstream, "The server does not speak a modern protocol version.");
  }
  if (cancel.requested()) co_return fail(Kind::cancelled, Origin::gateway, "Connecting was cancelled.");
  done = co_await initialize(link, options, cancel);
  co_return done;
}

/// One start of the program. `exited`: it ended by itself.
Task<Result<std::unique_ptr<Link>>> start_once(net::Loop& loop, const std::string& name, const StartProcess& start,
                                               const ConnectOptions& options, bool may_probe, bool& exited,
                                               Cancel& cancel) {
  auto channel = co_await transport::ChildChannel::start(loop, name, start(), {});
  if (!channel) co_return fail(std::move(channel.error()));
  auto link = std::make_unique<StreamLink>(loop, std::move(*channel), options);
  auto established = co_await establish(*link, options, may_probe, cancel);
  if (established) co_return std::unique_ptr<Link>(std::move(link));
  exited = !link->usable();
  co_await link->close();
  co_return fail(std::move(established.error()));
}

}  // namespace

Task<Result<std::unique_ptr<Link>>> connect_channel(net::Loop& loop, std::unique_ptr<transport::Channel> channel,
                                                    ConnectOptions options, Cancel& cancel) {
  auto link = std::make_unique<StreamLink>(loop, std::move(channel), options);
  auto established = co_await establish(*link, options, true, cancel);
  if (established) co_return std::unique_ptr<Link>(std::move(link));
  co_await link->close();
  co_return fail(std::move(established.error()));
}

Task<Result<std::unique_ptr<Link>>> connect_stdio(net::Loop& loop, std::string name, StartProcess start,
                                                  ConnectOptions options, Cancel& cancel) {
  bool exited = false;
  auto link = co_await start_once(loop, name, start, options, true, exited, cancel);
  if (link || !exited || options.era != Era::automatic || cancel.requested()) co_return link;
  // Some old servers exit on a first request they do not know: those are started once more and greeted the old way.
  co_return co_await start_once(loop, name, start, options, false, exited, cancel);
}

}  // namespace gatehouse::client
