#include "src/net/response_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gatehouse::net {
namespace {

constexpr std::size_t kBigBuffer = 16 * 1024;   // room behind the largest head
constexpr std::size_t kLittleRoom = 1024;       // less than this is not worth a read
constexpr std::size_t kBulkBuffer = 64 * 1024;  // from the second read on that filled its buffer

}  // namespace

void ResponseReader::begin(bool to_head_request) {
  in_.clear();
  bulk_ = Buffer{};
  body_at_ = consumed_ = searched_ = 0;
  left_ = 0;
  full_reads_ = 0;
  head_is_kept_ = false;
  state_ = State::head;
  to_head_request_ = to_head_request;
}

Buffer ResponseReader::take_buffer() {
  if (has_bytes()) return {};
  bulk_ = Buffer{};
  full_reads_ = 0;
  if (in_ && state_ != State::head && !head_is_kept_) {
    kept_head_.assign(in_.data(), head_.size);
    for (Header& header : head_.headers) {
      header.name = {kept_head_.data() + (header.name.data() - in_.data()), header.name.size()};
      header.value = {kept_head_.data() + (header.value.data() - in_.data()), header.value.size()};
    }
    head_is_kept_ = true;
  }
  body_at_ = consumed_ = searched_ = 0;
  in_.clear();
  return std::exchange(in_, Buffer{});
}

std::span<char> ResponseReader::space() {
  if (state_ == State::head) {
    if (in_.free() == 0) in_.reserve(limits_.bytes + kBigBuffer);
  } else if (consumed_ == raw().size()) {
    if (full_reads_ >= 2 && !bulk_) {
      bulk_ = Buffer(kBulkBuffer);
      body_at_ = 0;
    }
    raw().drop_back(raw().size() - body_at_);
    consumed_ = body_at_;
  }
  last_space_ = raw().free();
  return {raw().tail(), raw().free()};
}

void ResponseReader::received(std::size_t bytes) {
  raw().grew(bytes);
  if (bytes == last_space_) ++full_reads_;
}

Result<void> ResponseReader::ended() {
  if (state_ == State::body && head_.body == BodyKind::until_close) {
    state_ = State::done;
    return {};
  }
  return fail(Kind::connection_lost, Origin::upstream,
              "the server closed the connection before its response was complete");
}

Result<ResponseReader::State> ResponseReader::advance() {
  while (state_ == State::head && in_.size() > consumed_) {
    const std::string_view bytes = in_.view().substr(consumed_);
    const std::string_view fresh = in_.view().substr(std::max(searched_, consumed_));
    const bool first_look = searched_ <= consumed_;
    searched_ = in_.size();
    // As in RequestReader: looked at once per line.
    if (!first_look && bytes.size() < limits_.bytes && fresh.find('\n') == std::string_view::npos) break;
    auto complete = parse_head(bytes, limits_, to_head_request_, head_);
    if (!complete) return std::unexpected(std::move(complete.error()));
    if (!*complete) break;
    if (head_.status == 101)
      return fail(Kind::bad_reply, Origin::upstream, "the server switches to a protocol nobody asked for");
    if (head_.status < 200) {
      consumed_ += head_.size;
      searched_ = consumed_;
      continue;
    }
    if (in_.capacity() - consumed_ - head_.size <
        kLittleRoom) {  // raw body bytes are read into what is left behind the head
      in_.reserve(in_.capacity() + kBigBuffer);
      (void)parse_head(in_.view().substr(consumed_), limits_, to_head_request_,
                       head_);  // the same head in its new place
    }
    head_.size += consumed_;  // from here on: its end in in_, informational responses included
    body_at_ = consumed_ = head_.size;
    left_ = head_.body == BodyKind::sized ? head_.content_length : 0;
    chunks_ = {};
    state_ = head_.body == BodyKind::none ? State::done : State::body;
  }
  return state_;
}

Result<std::string_view> ResponseReader::take() {
  if (state_ != State::body || !has_bytes()) return std::string_view{};
  if (head_.body == BodyKind::chunked) return take_chunks();
  std::string_view bytes = raw().view().substr(consumed_);
  if (head_.body == BodyKind::sized) {
    bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    left_ -= bytes.size();
    if (left_ == 0) state_ = State::done;
  }
  consumed_ += bytes.size();
  return bytes;
}

Result<std::string_view> ResponseReader::take_chunks() {
  // The decoded bytes are moved together over the framing they came in.
  char* const begin = raw().data() + consumed_;
  char* end = begin;
  const auto fed = chunks_.feed(raw().view().substr(consumed_), [&](std::string_view data) -> Result<void> {
    std::memmove(end, data.data(), data.size());
    end += data.size();
    return {};
  });
  if (!fed) return fail(Kind::bad_reply, Origin::upstream, fed.error().message);
  consumed_ += *fed;
  if (chunks_.done()) state_ = State::done;
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

void ResponseReader::received_elsewhere(std::size_t bytes) {
  left_ -= bytes;
  if (left_ == 0) state_ = State::done;
}

}  // namespace gatehouse::net
