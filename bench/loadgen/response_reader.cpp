#include "response_reader.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace loadgen {
namespace {

constexpr std::size_t kMaxHeadBytes = 64UL * 1024;
constexpr std::size_t kKeptBodyBytes = 200;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <typename Number>
bool read_number(std::string_view text, Number& target, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target, base);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

void ResponseReader::begin() {
  state_ = State::head;
  line_.clear();
}

std::size_t ResponseReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ != State::done && state_ != State::malformed) {
    const std::string_view rest = bytes.substr(used);
    if (state_ == State::head) {
      used += feed_head(rest);
    } else if (state_ == State::chunk_size || state_ == State::chunk_end || state_ == State::trailer) {
      used += feed_line(rest);
    } else {
      used += feed_body(rest);
    }
  }
  return used;
}

void ResponseReader::end_of_stream() {
  if (state_ == State::body_until_close) state_ = State::done;
}

std::size_t ResponseReader::feed_head(std::string_view bytes) {
  if (line_.empty()) {  // the usual case: the whole head in one piece, parsed where it is
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end != bytes.npos) {
      parse_head(bytes.substr(0, end));
      return end + 4;
    }
  }
  const std::size_t before = line_.size();
  line_.append(bytes);
  const std::size_t end = line_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == line_.npos) {
    if (line_.size() > kMaxHeadBytes) state_ = State::malformed;
    return bytes.size();
  }
  const std::string head = line_.substr(0, end);
  line_.clear();
  parse_head(head);
  return end + 4 - before;
}

std::size_t ResponseReader::feed_body(std::string_view bytes) {
  const bool is_bounded = state_ != State::body_until_close;
  const std::size_t taken = is_bounded ? std::min<std::uint64_t>(remaining_, bytes.size()) : bytes.size();
  body_.feed(bytes.substr(0, taken));
  if (body_start_.size() < kKeptBodyBytes) {
    body_start_.append(bytes.substr(0, std::min(taken, kKeptBodyBytes - body_start_.size())));
  }
  body_bytes_ += taken;
  if (is_bounded) {
    remaining_ -= taken;
    if (remaining_ == 0) state_ = state_ == State::body ? State::done : State::chunk_end;
  }
  return taken;
}

std::size_t ResponseReader::feed_line(std::string_view bytes) {
  const std::size_t newline = bytes.find('\n');
  line_.append(bytes.substr(0, newline));
  if (newline == bytes.npos) {
    if (line_.size() > kMaxHeadBytes) state_ = State::malformed;
    return bytes.size();
  }
  if (line_.empty() || line_.back() != '\r') {
    state_ = State::malformed;
    return newline + 1;
  }
  line_.pop_back();
  end_line(line_);
  line_.clear();
  return newline + 1;
}

void ResponseReader::end_line(std::string_view line) {
  if (state_ == State::chunk_size) {
    start_chunk(line);
  } else if (state_ == State::chunk_end) {
    state_ = line.empty() ? State::chunk_size : State::malformed;
  } else if (line.empty()) {  // the line after the last trailer
    state_ = State::done;
  }
}

void ResponseReader::start_chunk(std::string_view size_line) {
  const std::string_view size = trim(size_line.substr(0, size_line.find(';')));
  if (size.empty() || !read_number(size, remaining_, 16)) {
    state_ = State::malformed;
  } else {
    state_ = remaining_ == 0 ? State::trailer : State::chunk_data;
  }
}

void ResponseReader::parse_head(std::string_view head) {
  status_ = 0;
  closes_connection_ = is_event_stream_ = is_chunked_ = has_length_ = false;
  remaining_ = body_bytes_ = 0;
  session_id_.clear();
  body_start_.clear();
  const std::size_t first_end = std::min(head.find("\r\n"), head.size());
  const std::string_view status_line = head.substr(0, first_end);
  if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 12 ||
      !read_number(status_line.substr(9, 3), status_) || status_ < 100) {
    state_ = State::malformed;
    return;
  }
  for (std::size_t at = first_end + 2; at < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) {
      state_ = State::malformed;
      return;
    }
    parse_header(line.substr(0, colon), trim(line.substr(colon + 1)));
    at = end + 2;
  }
  choose_framing();
}

void ResponseReader::parse_header(std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "content-length")) {
    has_length_ = read_number(value, remaining_);
  } else if (equals_ignoring_case(name, "transfer-encoding")) {
    is_chunked_ = equals_ignoring_case(value, "chunked");
  } else if (equals_ignoring_case(name, "connection")) {
    closes_connection_ = equals_ignoring_case(value, "close");
  } else if (equals_ignoring_case(name, "content-type")) {
    is_event_stream_ = equals_ignoring_case(value.substr(0, 17), "text/event-stream");
  } else if (equals_ignoring_case(name, "mcp-session-id")) {
    session_id_ = value;
  }
}

void ResponseReader::choose_framing() {
  body_.begin(is_event_stream_);
  if (status_ < 200) {
    state_ = State::head;  // an interim response: the real one follows
  } else if (is_chunked_) {
    state_ = has_length_ ? State::malformed : State::chunk_size;
  } else if (status_ == 204 || status_ == 304 || (has_length_ && remaining_ == 0)) {
    state_ = State::done;
  } else if (has_length_) {
    state_ = State::body;
  } else {
    closes_connection_ = true;
    state_ = State::body_until_close;
  }
}

}  // namespace loadgen
