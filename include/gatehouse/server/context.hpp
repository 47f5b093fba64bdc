#pragma once
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/identity/challenge.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/call.hpp>

namespace gatehouse::server {

/// A question for the user. Rule: 2026-07-28 client/elicitation.
struct Elicitation {
  std::string message;
  json::Value schema = {};  ///< Form: a flat object schema of what to fill in. Never ask for secrets this way (LF-1106).
  std::string url =
      {};  ///< Instead of a form: a page where the user does something; accept means consent, not completion.
};

/// What the user did with it.
struct ElicitAnswer {
  enum class Action { accept, decline, cancel };
  Action action = Action::cancel;
  json::Value content = {};  ///< Accepted forms: the object filled in. Check it: it comes from outside.

  [[nodiscard]] bool accepted() const { return action == Action::accept; }
};

/// One request while its handler works on it: who asks, and the ways back to the client. Lives as long as the handler.
///
/// **Asking the client.** `elicit`, `sample` and `roots` read the same for every client, and work in two ways. A client with a
/// session (before 2026-07-28) is asked while the handler waits. A stateless client gets the questions as the result
/// (`input_required`) and sends its request again with the answers: the first time, the functions return an error, which the
/// handler passes on; the second time the handler runs *from its start* and they return the answers. So ask before doing
/// anything that must not happen twice. Several questions asked before the first error is passed on travel together. The `key`
/// names the question and has to be the same each time.
///
/// Errors of asking: missing_capability (stateless clients) or not_bridgeable (sessions) when the client did not declare it,
/// not_bridgeable when it cannot be reached (no open stream), cancelled, and for a malformed or failed answer bad_reply or, when
/// it came with the request, invalid_params. To do without an answer instead, look at `client()` first.
class Context {
 public:
  /// Made by Server. `least_log_level`: for clients with a session that did not set one; none: nothing is logged to anybody.
  /// `resource`: for challenges; it lives longer.
  Context(const mcp::Call& call, std::optional<mcp::LogLevel> least_log_level,
          const identity::ProtectedResource& resource);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Revision, capabilities, name, address. What a client says about itself is not verified (LF-207).
  [[nodiscard]] const mcp::Client& client() const { return call_.client; }
  /// Who is asking, as the transport's authenticator found out; anonymous without one. This is verified.
  [[nodiscard]] const mcp::Principal& principal() const { return *call_.client.who; }
  /// For handlers that decide in their middle; what a whole tool needs is better said in `Tool::needs`.
  /// Errors: denied, "Forbidden: admin role required". Rule: RS-28.
  [[nodiscard]] Result<void> require_role(std::string_view role) const;
  /// All of them. Errors: insufficient_scope with a challenge that names all, so that clients can ask for them. Rule: RS-24, RS-25.
  [[nodiscard]] Result<void> require_scopes(std::span<const std::string> scopes) const;
  [[nodiscard]] Result<void> require_scope(std::string scope) const { return require_scopes({&scope, 1}); }
  /// Id of the session; empty for stateless clients.
  [[nodiscard]] std::string_view session() const { return call_.client.session; }
  /// `params._meta` of the request: trace context and vendors' members.
  [[nodiscard]] const mcp::Meta& meta() const { return call_.request.params.meta; }

  /// Nobody waits for the answer any more; whatever is returned is dropped. Pass `cancel()` to everything that waits.
  [[nodiscard]] bool cancelled() const { return call_.cancel.requested(); }
  [[nodiscard]] Cancel& cancel() const { return call_.cancel; }

  /// Reports progress if the client asked for it. `done` has to grow: what does not is dropped (LF-502).
  void progress(double done, std::optional<double> total = std::nullopt, std::string_view message = {});

  /// Sends a log message to the client if it wants this level: sessions since `logging/setLevel` (before that, the server's
  /// default level), stateless clients only when the request itself names a level. No secrets (LF-603, LF-605).
  void log(mcp::LogLevel level, const json::Value& data, std::string_view logger = {});

  /// GCC 12 cannot compile initializer lists inside `co_await`: build questions and parameters in a statement before.
  [[nodiscard]] Task<Result<ElicitAnswer>> elicit(std::string key, Elicitation question);
  /// `params` and result as in `sampling/createMessage`.
  [[nodiscard]] Task<Result<json::Value>> sample(std::string key, json::Value params);
  /// The client's roots, an array of `{"uri":…,"name":…}`.
  [[nodiscard]] Task<Result<json::Value>> roots(std::string key = "roots");

  /// The raw answer that a retried request brought for this key; null if none. Always null for clients with sessions.
  [[nodiscard]] const json::Value* input(std::string_view key) const { return inputs_.find(key); }
  /// What `keep` was given in the round before; empty if nothing. It comes from the client: trust it only if it is sealed (LF-309).
  [[nodiscard]] std::string_view request_state() const { return request_state_; }
  /// Travels with the questions and comes back with the answers. Stateless clients only.
  void keep(std::string request_state) { kept_state_ = std::move(request_state); }

  // For Server.
  /// Reads what a retried request brought. Errors: invalid_params.
  [[nodiscard]] Result<void> read_inputs();
  /// True if this request was a retry with answers or state.
  [[nodiscard]] bool is_retry() const { return is_retry_; }
  /// The `input_required` answer, if the handler asked something that has no answer yet; else null.
  [[nodiscard]] std::unique_ptr<mcp::Answer> input_required() const;

 private:
  Task<Result<json::Value>> ask(std::string key, std::string_view method, json::Value params);
  Task<Result<json::Value>> ask_now(std::string_view method, json::Value params);
  [[nodiscard]] Result<void> check_elicitation(const Elicitation& question) const;

  const mcp::Call& call_;
  std::optional<mcp::LogLevel> least_log_level_;
  const identity::ProtectedResource& resource_;
  std::optional<double> last_progress_;
  bool is_retry_ = false;
  json::Value inputs_;  // inputResponses
  std::string request_state_;
  json::Value questions_;  // inputRequests of the answer to be
  std::string kept_state_;
};

}  // namespace gatehouse::server
