#include "answer_reader.hpp"

namespace loadgen {

void AnswerReader::begin(bool is_event_stream) {
  is_event_stream_ = is_event_stream;
  current_.reset();
  answer_.reset();
  notifications_ = 0;
  line_ = Line::field_name;
  field_.clear();
  after_return_ = false;
}

void AnswerReader::feed(std::string_view piece) {
  if (!is_event_stream_) return current_.feed(piece);
  while (!piece.empty()) piece.remove_prefix(feed_event_stream(piece));
}

/// Uses up one line end, one field name or the rest of one line; returns how many bytes that were.
std::size_t AnswerReader::feed_event_stream(std::string_view piece) {
  const char first = piece.front();
  if (after_return_) {
    after_return_ = false;
    if (first == '\n') return 1;
  }
  if (first == '\n' || first == '\r') {
    after_return_ = first == '\r';
    end_line();
    return 1;
  }
  if (line_ == Line::skip_space) {
    line_ = Line::data;
    if (first == ' ') return 1;
  }
  if (line_ == Line::field_name && first == ':') {
    line_ = field_.view() == "data" ? Line::skip_space : Line::ignored;
    return 1;
  }
  std::string_view text = piece.substr(0, piece.find('\n'));
  text = text.substr(0, text.find('\r'));
  if (line_ == Line::field_name) text = text.substr(0, text.find(':'));
  if (line_ == Line::field_name) field_.append(text);
  if (line_ == Line::data) current_.feed(text);
  return text.size();
}

void AnswerReader::end_line() {
  const bool is_empty_line = line_ == Line::field_name && field_.view().empty();
  if (is_empty_line) end_event();
  if (line_ == Line::data) current_.feed("\n");
  line_ = Line::field_name;
  field_.clear();
}

void AnswerReader::end_event() {
  if (current_.has_result() || current_.has_error()) {
    answer_ = current_;
  } else if (current_.has_method()) {
    ++notifications_;
  }
  current_.reset();
}

}  // namespace loadgen
