#pragma once
#include <cstddef>
#include <expected>
#include <span>
#include <utility>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/net/http1.hpp>

namespace gatehouse::net {

/// Cuts the bytes of one connection into requests with whole bodies. No I/O: the owner puts bytes into `space()`.
///
///   nothing --first byte--> head --head complete--> body --last byte--> complete --next()--> nothing or head
///
/// A request lies in the input buffer if it fits there; a longer body gets memory of its own, of exactly its size.
class RequestReader {
 public:
  enum class State { nothing, head, body, complete };
  struct Limits {
    HeadLimits head;
    std::size_t body_bytes;
    std::size_t buffer_bytes;  // of the input buffer, slack included
  };
  struct Refusal {
    int status;  // HTTP
    Error error;
  };

  explicit RequestReader(const Limits& limits) : limits_(limits), in_(limits.buffer_bytes - kSlack) {}
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Where the next bytes go; never empty. REQUIRES: not complete.
  [[nodiscard]] std::span<char> space();
  void received(std::size_t bytes);
  /// Goes as far as the bytes reach. After a refusal the reader is of no further use.
  [[nodiscard]] std::expected<State, Refusal> advance();
  [[nodiscard]] State state() const { return state_; }

  // Meaningful from State::body on, until next().
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] std::string_view body() const { return body_view_; }  ///< When complete.
  /// True once per request, from State::body on: nobody has looked at its head yet.
  [[nodiscard]] bool take_new_head() { return std::exchange(head_is_new_, false); }
  /// True once per request: the client waits for `100 Continue` and its body has not begun to arrive.
  [[nodiscard]] bool take_wish_to_continue();

  void next();                                                            ///< On to the request behind this one.
  [[nodiscard]] bool has_bytes() const { return begin_ < in_.size(); }    ///< Of a request that is not complete.
  [[nodiscard]] bool has_more() const { return consumed_ < in_.size(); }  ///< Bytes behind a complete request.
  void reset();                                                           ///< As new; keeps the input buffer.

 private:
  std::expected<State, Refusal> read_head();
  std::expected<State, Refusal> begin_body();
  std::expected<State, Refusal> read_chunks();
  State finish_sized_body();
  void make_room_for_head();

  const Limits limits_;
  Buffer in_;
  std::size_t begin_ = 0;     // of the current request in in_
  std::size_t consumed_ = 0;  // how far in_ is used up: end of the head, then of the body
  std::size_t searched_ = 0;  // no line feed between begin_ and here is new to the head parser
  Buffer body_;               // a body that does not lie in in_
  std::string_view body_view_;
  ChunkedDecoder chunks_;
  RequestHead head_;
  State state_ = State::nothing;
  bool head_is_new_ = false;
  bool wish_to_continue_ = false;
};

}  // namespace gatehouse::net
