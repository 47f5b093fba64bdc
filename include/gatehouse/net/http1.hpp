#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/function_ref.hpp>

/// HTTP/1.1 heads and chunked bodies, without I/O. Strict on purpose: what two parsers could read differently is refused.
/// Rule: RFC 9112 (syntax, message length), RFC 9110 (field values, methods).
namespace gatehouse::net {

struct Header {
  std::string_view name, value;
};
using Headers = boost::container::small_vector<Header, 24>;

struct HeadLimits {
  std::size_t bytes = 32 * 1024;
  std::size_t fields = 100;
};

/// How the end of a body is found. `until_close` exists for responses only.
enum class BodyKind { none, sized, chunked, until_close };

/// Views into the bytes it was parsed from.
struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< As sent: `/mcp?x=1`, or an absolute URI.
  Headers headers;
  BodyKind body = BodyKind::none;
  std::uint64_t content_length = 0;
  int minor_version = 1;  ///< 0 for HTTP/1.0.
  bool keep_alive = true;
  bool expect_continue = false;
  std::size_t size = 0;  ///< Bytes of the head, including the empty line.

  [[nodiscard]] std::string_view path() const;                        ///< Target without query; an absolute URI's path.
  [[nodiscard]] const Header* find(std::string_view name) const;      ///< Case-insensitive; the first one.
  [[nodiscard]] std::string_view value(std::string_view name) const;  ///< Empty if absent.
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  BodyKind body = BodyKind::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::size_t size = 0;

  [[nodiscard]] const Header* find(std::string_view name) const;
  [[nodiscard]] std::string_view value(std::string_view name) const;
};

/// Parses the head at the start of `bytes`; true when complete, false when more bytes are needed. `head` is reusable.
/// Errors (origin client):
/// - too_large (431): more bytes or fields than `limits` allow.
/// - unsupported_version (505): HTTP versions other than 1.0 and 1.1.
/// - unsupported_media (501): any transfer coding but a single `chunked`.
/// - invalid_request (400): bare LF or CR, obs-fold, space before the colon, control bytes, two Content-Length fields,
///   Content-Length together with Transfer-Encoding, Transfer-Encoding in HTTP/1.0, a missing or second Host, a target that is
///   no path, no http URI or names another host than Host does.
/// A caller that gets bytes piecemeal needs to ask again only when a line feed arrived or the limit is reached.
[[nodiscard]] Result<bool> parse_head(std::string_view bytes, const HeadLimits& limits, RequestHead& head);

/// The same for responses. `to_head_request`: the response has no body whatever its fields say. 1xx heads are returned
/// like others; the caller skips them. Errors: bad_reply, too_large (origin upstream).
[[nodiscard]] Result<bool> parse_head(std::string_view bytes, const HeadLimits& limits, bool to_head_request,
                                      ResponseHead& head);

/// Decodes a chunked body incrementally. Chunk extensions are skipped, trailers are dropped; both count against a limit.
class ChunkedDecoder {
 public:
  /// Consumes a prefix of `bytes` and reports body bytes through `emit` (views into `bytes`). Returns how many bytes were
  /// consumed; less than all only when `done()`. Errors: invalid_request (bad size, missing CRLF, overflow, too long lines).
  [[nodiscard]] Result<std::size_t> feed(std::string_view bytes, FunctionRef<Result<void>(std::string_view)> emit);
  [[nodiscard]] bool done() const { return state_ == State::done; }

 private:
  enum class State {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    end_lf,
    done
  };
  std::string_view step(char c);  // one byte of framing; returns what is wrong with it
  std::string_view size_byte(char c);
  std::string_view text_byte(char c, State after_cr);

  State state_ = State::size;
  std::uint64_t left_ = 0;  // of the current chunk
  unsigned digits_ = 0;
  std::size_t overhead_ = 0;  // extension and trailer bytes of this body
};

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool is_token(std::string_view text);        ///< RFC 9110 `token`.
[[nodiscard]] bool is_field_value(std::string_view text);  ///< No control bytes but tab; safe to send.
[[nodiscard]] std::string_view reason_phrase(int status);

/// `chunk` framing of `size` bytes: the line before the data; the data is followed by `\r\n`.
void append_chunk_head(std::string& out, std::size_t size);

/// True if an `Accept` value lets `type/subtype` through (wildcards, `q=0` respected; an empty value accepts everything).
[[nodiscard]] bool accepts(std::string_view accept, std::string_view media_type);
/// The media type of a Content-Type value, without parameters.
[[nodiscard]] std::string_view media_type(std::string_view content_type);

}  // namespace gatehouse::net
