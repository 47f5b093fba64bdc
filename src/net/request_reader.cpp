#include "src/net/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gatehouse::net {
namespace {

constexpr std::size_t kBigBuffer = 16 * 1024;  // room behind the largest head
constexpr std::size_t kLittleRoom = 1024;      // less than this is not worth a read

int status_of(Kind kind) {
  switch (kind) {
    case Kind::too_large: return 431;
    case Kind::unsupported_media: return 501;
    case Kind::unsupported_version: return 505;
    default: return 400;
  }
}

std::unexpected<RequestReader::Refusal> refuse(int status, Error error) {
  return std::unexpected(RequestReader::Refusal{status, std::move(error)});
}

std::unexpected<RequestReader::Refusal> refuse_body(std::size_t limit) {
  return refuse(413,
                Error{Kind::too_large, Origin::client, "the body is larger than " + std::to_string(limit) + " bytes"});
}

}  // namespace

std::span<char> RequestReader::space() {
  if (state_ == State::body && head_.body == BodyKind::sized && body_) return {body_.tail(), body_.free()};
  if (state_ != State::body) make_room_for_head();
  return {in_.tail(), in_.free()};
}

void RequestReader::make_room_for_head() {
  if (in_.free() >= kLittleRoom || in_.free() >= in_.capacity() / 2) return;
  if (begin_ > 0) {
    in_.drop_front(begin_);
    searched_ -= begin_;
    begin_ = 0;
  }
  if (in_.free() == 0) in_.reserve(limits_.head.bytes + kBigBuffer);
}

void RequestReader::received(std::size_t bytes) {
  const bool own_body = state_ == State::body && head_.body == BodyKind::sized && body_;
  (own_body ? body_ : in_).grew(bytes);
}

std::expected<RequestReader::State, RequestReader::Refusal> RequestReader::advance() {
  if (state_ == State::nothing && has_bytes()) state_ = State::head;
  if (state_ == State::head) return read_head();
  if (state_ == State::body) return head_.body == BodyKind::chunked ? read_chunks() : finish_sized_body();
  return state_;
}

std::expected<RequestReader::State, RequestReader::Refusal> RequestReader::read_head() {
  const std::string_view bytes = in_.view().substr(begin_);
  // A head that comes in pieces is looked at again only when a line is complete: its cost stays in proportion.
  const bool first_look = searched_ <= begin_;
  const std::string_view fresh = in_.view().substr(std::max(searched_, begin_));
  searched_ = in_.size();
  if (!first_look && bytes.size() < limits_.head.bytes && fresh.find('\n') == std::string_view::npos) return state_;

  auto complete = parse_head(bytes, limits_.head, head_);
  if (!complete) return refuse(status_of(complete.error().kind), std::move(complete.error()));
  if (!*complete) return state_;
  consumed_ = begin_ + head_.size;
  head_is_new_ = true;
  return begin_body();
}

std::expected<RequestReader::State, RequestReader::Refusal> RequestReader::begin_body() {
  if (head_.body == BodyKind::none) {
    body_view_ = {};
    return state_ = State::complete;
  }
  if (head_.content_length > limits_.body_bytes) return refuse_body(limits_.body_bytes);
  state_ = State::body;
  wish_to_continue_ = head_.expect_continue && consumed_ == in_.size();
  if (head_.body == BodyKind::chunked) {
    if (in_.capacity() - consumed_ < kLittleRoom) {  // the raw chunks are read into what is left behind the head
      in_.reserve(consumed_ + kBigBuffer);
      (void)parse_head(in_.view().substr(begin_), limits_.head, head_);  // the same head in its new place
    }
    chunks_ = {};
    return read_chunks();
  }
  if (head_.content_length > in_.capacity() - consumed_) {
    body_ = Buffer(static_cast<std::size_t>(head_.content_length));
    body_.append(in_.view().substr(consumed_));
    consumed_ = in_.size();
  }
  return finish_sized_body();
}

RequestReader::State RequestReader::finish_sized_body() {
  const auto length = static_cast<std::size_t>(head_.content_length);
  if (body_) {
    if (body_.size() < length) return state_;
    body_view_ = body_.view();
  } else {
    if (in_.size() - consumed_ < length) return state_;
    body_view_ = in_.view().substr(consumed_, length);
    consumed_ += length;
  }
  return state_ = State::complete;
}

std::expected<RequestReader::State, RequestReader::Refusal> RequestReader::read_chunks() {
  const std::size_t limit = limits_.body_bytes;
  auto fed = chunks_.feed(in_.view().substr(consumed_), [&](std::string_view data) -> Result<void> {
    if (data.size() > limit - body_.size()) return fail(Kind::too_large, Origin::client, {});
    body_.append(data);
    return {};
  });
  if (!fed) {
    if (fed.error().kind == Kind::too_large) return refuse_body(limit);
    return refuse(400, std::move(fed.error()));
  }
  consumed_ += *fed;
  if (chunks_.done()) {
    body_view_ = body_.view();
    return state_ = State::complete;
  }
  // Everything was decoded: the next chunks may overwrite these.
  consumed_ = begin_ + head_.size;
  in_.drop_back(in_.size() - consumed_);
  return state_;
}

bool RequestReader::take_wish_to_continue() { return std::exchange(wish_to_continue_, false); }

void RequestReader::next() {
  begin_ = consumed_;
  searched_ = begin_;
  body_ = Buffer{};
  body_view_ = {};
  state_ = State::nothing;
  wish_to_continue_ = false;
  if (begin_ == in_.size()) reset();
}

void RequestReader::reset() {
  in_.clear();
  if (in_.capacity() > limits_.buffer_bytes) in_ = Buffer(limits_.buffer_bytes - kSlack);
  begin_ = consumed_ = searched_ = 0;
  body_ = Buffer{};
  body_view_ = {};
  state_ = State::nothing;
  wish_to_continue_ = false;
}

}  // namespace gatehouse::net
