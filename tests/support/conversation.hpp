#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/mcp/revision.hpp>
#include <gatehouse/transport/session.hpp>

/// Conversations with a server as text files, `tests/golden/<revision>/*.mcp`:
///
///     What this shows, in prose. Any line that begins otherwise than below is prose.
///     transport: http
///
///     -> {"jsonrpc":"2.0","id":1,"method":"tools/list"}
///        Mcp-Name: wrong
///     <- 200 application/json
///     <- {"jsonrpc":"2.0","id":1,"result":{"tools":[]}}
///
/// `->` sends: over `transport: stdio` one line, over `transport: http` a POST with the headers that a client of the folder's
/// revision sends (session id included once there is one); indented lines replace headers, or remove them (`Name:`).
/// Also: `-> GET`, `-> DELETE`, `-> (close 2)` (the client drops its second exchange), `-> (stop)` (the server shuts down),
/// `-> (end)` (stdin ends). `<-` is what came back until nothing moved any more: status and media type, then bodies or events,
/// one a line. `transport: sse` is HTTP+SSE: `-> GET` opens a stream, and what is sent goes to the address that the last one named,
/// whose id reads `<connection>`. What belongs to an earlier exchange has its number: `<-2 {…}`. A session id reads `<session>`,
/// the random name of an event stream `<1>`, `<2>`, …, also in the headers of a step.
namespace gatehouse::test {

/// What a conversation talks to.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual mcp::Responder& responder() = 0;
  /// Called when a front begins to serve, with its sessions; `left` before they go.
  virtual void joined(transport::Sessions& sessions) = 0;
  virtual void left() = 0;
};

/// One `->` with the headers below it, and the lines of the file up to the next one that are not `<-`.
struct Step {
  std::string send;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> received;  ///< Filled by the wire.
  std::size_t line = 0;               ///< Its last line in the file, from 0.
};

struct Conversation {
  std::vector<std::string> lines;  ///< Without `<-`.
  std::vector<Step> steps;
  std::string transport;
  mcp::Revision revision = mcp::kLatest;
};

[[nodiscard]] Conversation parse_conversation(std::string_view text, mcp::Revision revision);
/// Holds the conversation with `subject`: fills `Step::received`.
void replay(Conversation& conversation, Subject& subject);
/// The file's text with what was received.
[[nodiscard]] std::string to_text(const Conversation& conversation);

}  // namespace gatehouse::test
