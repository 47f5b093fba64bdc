#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/json/splice.hpp>

/// Server-sent events without I/O. Rule: WHATWG HTML, "Server-sent events", parsing and interpreting an event stream.
namespace gatehouse::net {

/// The views live until `deliver` returns.
struct SseEvent {
  std::string_view type;  ///< "message" when the stream names none.
  std::string_view data;  ///< Lines joined with LF; `kSlack` readable bytes behind it.
  std::string_view id;    ///< The last event id as of this event.
  bool has_id = false;    ///< This event itself set the id.
};

/// Takes a stream in pieces of any size. CR, LF and CRLF end lines; a leading BOM is skipped; comments are ignored; an event
/// that the stream's end cuts off is never delivered. UTF-8 is not checked: what reads the data does that.
/// Long data lines are gathered in place, so an event of n bytes costs about n bytes; an idle parser holds next to nothing.
class SseParser {
 public:
  using Deliver = FunctionRef<Result<void>(const SseEvent&)>;
  static constexpr std::chrono::milliseconds kMaxRetry = std::chrono::hours{24};

  /// `max_event_bytes` bounds what one event may hold: data, type, id and an unfinished line together.
  explicit SseParser(std::size_t max_event_bytes = 64u << 20) : max_event_bytes_(max_event_bytes) {}

  /// Calls `deliver` for every event that `bytes` completes. An event without data is delivered only if it set an id (a priming
  /// event; its data is empty). Errors: too_large (origin upstream), or what `deliver` returns; the parser is unusable afterwards.
  [[nodiscard]] Result<void> feed(std::string_view bytes, Deliver deliver);

  /// The last `retry:` value of the stream; values over `kMaxRetry` count as that.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  /// The id of the last finished event that set one: what `Last-Event-ID` repeats.
  [[nodiscard]] const std::string& last_event_id() const { return last_id_; }

 private:
  enum class Line { undecided, data, comment };  // what the unfinished line is known to be

  std::string_view skip_bom(std::string_view bytes);
  Result<void> part_of_line(std::string_view text);
  Result<void> end_of_line(std::string_view rest, Deliver deliver);
  Result<void> whole_line(std::string_view text, Deliver deliver);
  void field(std::string_view name, std::string_view value);
  void begin_data();
  Result<void> dispatch(Deliver deliver);
  Result<void> check_size(std::size_t more = 0) const;
  void release_idle_memory();

  std::size_t max_event_bytes_;
  Buffer line_;  // the unfinished line while it is undecided
  Buffer data_;
  std::string type_, last_id_, id_;
  Line unfinished_ = Line::undecided;
  bool has_data_ = false, has_id_ = false, after_cr_ = false;
  std::size_t uncounted_ = 0;  // what the unfinished data line is longer than what it added to data_
  std::size_t bom_seen_ = 0;   // bytes of the BOM matched; npos once the start of the stream is behind us
  std::optional<std::chrono::milliseconds> retry_;
};

/// Appends one event. `data` may be given in pieces (one JSON text without raw line breaks, or with: they become several lines).
/// An empty `id` writes none; `type` "message" is left out. Both end at their first CR, LF or NUL, which the format cannot carry.
void append_sse_event(std::string& out, const json::Pieces& data, std::string_view id = {},
                      std::string_view type = "message");
void append_sse_event(std::string& out, std::string_view data, std::string_view id = {},
                      std::string_view type = "message");
inline constexpr std::string_view kSseKeepAlive = ": keep-alive\n\n";

}  // namespace gatehouse::net
