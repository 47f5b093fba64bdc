// Stateless connections: every request carries everything, nothing is remembered but the era.
#include <optional>

#include <gatehouse/base/log.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>

#include "src/client/http_link.hpp"
#include "src/client/listening.hpp"

namespace gatehouse::client {
namespace {

using net::Header;

class ModernHttpLink final : public Link {
 public:
  explicit ModernHttpLink(HttpLinkParts parts)
      : parts_(std::move(parts)), sender_{mcp::to_json(parts_.options.implementation).str(), parts_.peer.revision} {
    parts_.headers.append(transport::kVersionHeader)
        .append(": ")
        .append(mcp::to_string(sender_.revision))
        .append("\r\n");
    if (!parts_.options.listen || !parts_.options.listener) return;
    listening_ = std::make_unique<Listening>(
        parts_.loop,
        [this](const Request& request, Listener& listener, Cancel& cancel) {
          return post(request, listener, Patience::endless, cancel);
        },
        *parts_.options.listener, parts_.peer.capabilities);
    tasks_.spawn(listening_->run(tasks_.cancel()));
  }

  [[nodiscard]] const Peer& peer() const override { return parts_.peer; }
  [[nodiscard]] bool usable() const override { return !tasks_.cancelled(); }

  [[nodiscard]] bool separates_requests() const override { return true; }
  Task<mcp::Reply> request(const Request& request, Listener& listener, Cancel& cancel) override {
    return post(request, listener, Patience::limited, cancel);
  }

  void notify(std::string_view, std::string) override {
  }  // the core protocol has no client notifications over HTTP (TR-507)

  void watch(std::vector<std::string> uris) override {
    if (listening_) listening_->watch(std::move(uris));
  }

  Task<void> close() override {
    tasks_.cancel().request(CancelReason::shutting_down);
    co_await tasks_.join();
  }

  Task<void> wait_closed(Cancel& cancel) override {
    Signal over;
    const Cancel::Hook hook(cancel, [&over] { over.notify(); });
    co_await over.wait();
  }

 private:
  enum class Patience { limited, endless };

  Task<mcp::Reply> post(const Request& request, Listener& listener, Patience patience, Cancel& cancel) {
    std::optional<CallClock> clock;
    if (patience == Patience::limited) clock.emplace(parts_.loop.timers(), request, cancel);
    const std::uint64_t id = parts_.next_id++;
    const Outgoing message(id, request, &sender_);
    const std::string name = transport::encode_header_value(request.local_name);
    boost::container::small_vector<Header, 8> headers{{transport::kMethodHeader, request.method_name}};
    if (request.local_name.data()) headers.push_back({transport::kNameHeader, name});
    headers.insert(headers.end(), request.parameter_headers.begin(), request.parameter_headers.end());
    const HttpPost post{.fixed_headers = parts_.headers,
                        .headers = {headers.data(), headers.size()},
                        .body = &message.pieces(),
                        .id = id,
                        .uris = request.uris};
    const auto others = [&listener](const mcp::Message& other, std::string_view) {
      if (other.rpc.type == jsonrpc::Type::notification) listener.notified(other);
    };
    auto outcome = co_await exchange(parts_.server, post, others, clock ? &*clock : nullptr, cancel);
    if (!outcome) co_return fail(cancel.requested() ? given_up(cancel) : std::move(outcome.error()));
    if (!outcome->answer) {
      // A stream that breaks loses its request (TR-517); whether it ran is not known.
      if (outcome->status == 200)
        co_return fail(Kind::outcome_unknown, Origin::upstream, "The server ended its answer before the result.");
      co_return fail(no_answer(*outcome));
    }
    co_return std::move(outcome->answer);
  }

  HttpLinkParts parts_;
  Sender sender_;
  std::unique_ptr<Listening> listening_;
  TaskGroup tasks_;
};

}  // namespace

Milliseconds next_delay(Milliseconds delay) { return std::min(delay * 2, Milliseconds{30'000}); }

void announce_changes(Listener& listener, const mcp::ServerCapabilities& capabilities) {
  const auto announce = [&](bool wanted, std::string_view method) {
    if (!wanted) return;
    mcp::Message message;
    message.rpc.type = jsonrpc::Type::notification;
    message.rpc.method = method;
    listener.notified(message);
  };
  announce(capabilities.tools_changed, mcp::notification::kToolsChanged);
  announce(capabilities.resources_changed, mcp::notification::kResourcesChanged);
  announce(capabilities.prompts_changed, mcp::notification::kPromptsChanged);
}

std::unique_ptr<Link> make_modern_http_link(HttpLinkParts parts) {
  return std::make_unique<ModernHttpLink>(std::move(parts));
}

}  // namespace gatehouse::client
