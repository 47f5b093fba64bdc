#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/capabilities.hpp>

/// What a server asks a client: `elicitation/create`, `sampling/createMessage` or `roots/list`. One form for both eras; requests of
/// legacy servers and members of `inputRequests` are read into it. Pure.
namespace gatehouse::bridge {

namespace ask {
inline constexpr std::string_view kElicit = "elicitation/create";
inline constexpr std::string_view kSample = "sampling/createMessage";
inline constexpr std::string_view kRoots = "roots/list";
}  // namespace ask

struct Question {
  std::string method;
  json::Value params;  ///< An object.

  [[nodiscard]] bool is_elicitation() const { return method == ask::kElicit; }
  [[nodiscard]] bool is_url() const { return is_elicitation() && params.text("mode") == "url"; }
  [[nodiscard]] bool is_form() const { return is_elicitation() && !is_url(); }
};

/// Errors: bad_reply for anything but the three methods, or params of the wrong shape. `params` may be empty.
[[nodiscard]] Result<Question> read_question(std::string_view method, std::string_view params);

/// The capability that a client has to have declared to be asked this, for people ("elicitation.url") and as `requiredCapabilities`.
struct Needed {
  std::string_view feature;
  json::Value capabilities;
};
/// None if it was declared. Rule: 2026-07-28 basic/patterns/mrtr; 2025-11-25 client/elicitation, "Error Handling".
[[nodiscard]] std::optional<Needed> missing_capability(const Question& question,
                                                       const mcp::ClientCapabilities& declared);

/// Who is asked, and by whom.
struct Asked {
  mcp::Revision client = mcp::kLatest;
  std::string_view server_name;    ///< As configured.
  bool label = true;               ///< The endpoint shows several servers, so people have to be told which one asks.
  bool may_share_context = false;  ///< `includeContext` beyond `none` is allowed.
};

/// The end of a stateless server's call that insists on asking what its client did not declare.
[[nodiscard]] Error not_declared(const Asked& asked, std::string_view exposed_name, const Needed& needed);

/// Makes the question fit its client: what belongs to the other hop goes (GB-134), people are told who asks (12.3), context of other
/// servers stays out (GB-172). Forms and messages of older clients: elicitation_form.hpp, sampling.hpp.
void prepare(Question& question, const Asked& asked);

/// The same for programs, a member of a result's `_meta`.
[[nodiscard]] std::string backend_member(std::string_view server_name);

/// The id of a URL elicitation as clients see it: two servers may choose the same one (GB-066).
[[nodiscard]] std::string exposed_elicitation_id(std::string_view server_name, std::string_view id);

/// Params of `notifications/elicitation/complete` for the client; empty if there is no id in them.
[[nodiscard]] std::string exposed_completion(std::string_view server_name, std::string_view params);

/// `[crm] text`; bracket groups in front of the text, which could imitate a label, are removed.
[[nodiscard]] std::string labelled(std::string_view server_name, std::string_view text);

}  // namespace gatehouse::bridge
