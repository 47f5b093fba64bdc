#include <gatehouse/net/sse.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace gatehouse::net {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kData = "data:";
constexpr std::size_t kIdleBytes = 1024;

const char* find(const char* from, const char* end, char byte) {
  const void* hit = from == end ? nullptr : std::memchr(from, byte, static_cast<std::size_t>(end - from));
  return hit ? static_cast<const char*>(hit) : end;
}

// The next CR or LF. Remembers both, so that a text with only one of the two is not searched for the other again and again.
class LineBreaks {
 public:
  explicit LineBreaks(std::string_view text)
      : end_(text.data() + text.size()), cr_(find(text.data(), end_, '\r')), lf_(find(text.data(), end_, '\n')) {}
  const char* next(const char* from) {
    if (cr_ < from) cr_ = find(from, end_, '\r');
    if (lf_ < from) lf_ = find(from, end_, '\n');
    return std::min(cr_, lf_);
  }

 private:
  const char* end_;
  const char* cr_;
  const char* lf_;
};

std::string_view between(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

std::string_view without_space(std::string_view value) { return value.starts_with(' ') ? value.substr(1) : value; }

std::optional<std::chrono::milliseconds> parse_retry(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
  std::chrono::milliseconds::rep value = 0;
  for (const char digit : digits) value = std::min(value * 10 + (digit - '0'), SseParser::kMaxRetry.count());
  return std::chrono::milliseconds{value};
}

std::string_view one_line(std::string_view text) {
  return text.substr(0, text.find_first_of(std::string_view{"\r\n\0", 3}));
}

}  // namespace

Result<void> SseParser::feed(std::string_view bytes, Deliver deliver) {
  if (bom_seen_ != bytes.npos) bytes = skip_bom(bytes);
  LineBreaks breaks{bytes};
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (std::exchange(after_cr_, false) && *at == '\n' && ++at == end) break;
    const char* const stop = breaks.next(at);
    if (stop == end) {
      if (auto kept = part_of_line(between(at, end)); !kept) return kept;
      break;
    }
    if (auto done = end_of_line(between(at, stop), deliver); !done) return done;
    after_cr_ = *stop == '\r';
    at = stop + 1;
  }
  release_idle_memory();
  return {};
}

// Returns what is left of `bytes` behind the BOM. Bytes that looked like a BOM and were none belong to the first line.
std::string_view SseParser::skip_bom(std::string_view bytes) {
  while (!bytes.empty() && bom_seen_ < kBom.size() && bytes.front() == kBom[bom_seen_]) {
    bytes.remove_prefix(1);
    ++bom_seen_;
  }
  if (bytes.empty() && bom_seen_ < kBom.size()) return bytes;
  if (bom_seen_ < kBom.size()) line_.append(kBom.substr(0, bom_seen_));
  bom_seen_ = bytes.npos;
  return bytes;
}

Result<void> SseParser::part_of_line(std::string_view text) {
  if (unfinished_ == Line::undecided && line_.size() == 0 && text.starts_with(':')) unfinished_ = Line::comment;
  if (unfinished_ == Line::comment) return {};
  if (auto fits = check_size(text.size()); !fits) return fits;
  if (unfinished_ == Line::data) {
    data_.append(text);
    return {};
  }
  line_.append(text);
  const std::string_view line = line_.view();
  if (line.size() <= kData.size() || !line.starts_with(kData)) return {};  // one byte more, to know about the space
  const std::size_t before = data_.size();
  begin_data();
  data_.append(without_space(line.substr(kData.size())));
  uncounted_ = line.size() - (data_.size() - before);
  unfinished_ = Line::data;
  line_.clear();
  return {};
}

Result<void> SseParser::end_of_line(std::string_view rest, Deliver deliver) {
  if (unfinished_ == Line::undecided && line_.size() == 0) return whole_line(rest, deliver);
  if (auto kept = part_of_line(rest); !kept) return kept;
  uncounted_ = 0;
  // The last part may be what showed the line to be data; then it is dealt with already.
  if (std::exchange(unfinished_, Line::undecided) != Line::undecided) return {};
  auto done = whole_line(line_.view(), deliver);
  line_.clear();
  return done;
}

Result<void> SseParser::whole_line(std::string_view text, Deliver deliver) {
  if (text.empty()) return dispatch(deliver);
  if (text.front() == ':') return {};
  // line_ may hold this very text; it is not counted twice.
  if (auto fits = check_size(line_.size() > 0 ? 0 : text.size()); !fits) return fits;
  const std::size_t colon = text.find(':');
  if (colon == text.npos) {
    field(text, {});
  } else {
    field(text.substr(0, colon), without_space(text.substr(colon + 1)));
  }
  return {};
}

void SseParser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    begin_data();
    data_.append(value);
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.contains('\0')) return;
    id_ = value;
    has_id_ = true;
  } else if (name == "retry") {
    if (const auto retry = parse_retry(value)) retry_ = retry;
  }
}

void SseParser::begin_data() {
  if (has_data_) data_.append("\n");
  has_data_ = true;
}

Result<void> SseParser::dispatch(Deliver deliver) {
  last_id_ = id_;
  Result<void> outcome;
  if (has_data_ || has_id_) {
    if (!data_) data_.reserve(kSlack);  // an empty view has its slack too
    outcome = deliver({.type = type_.empty() ? std::string_view{"message"} : type_,
                       .data = data_.view(),
                       .id = last_id_,
                       .has_id = has_id_});
  }
  data_.clear();
  type_.clear();
  has_data_ = has_id_ = false;
  return outcome;
}

Result<void> SseParser::check_size(std::size_t more) const {
  const std::size_t held = data_.size() + uncounted_ + line_.size() + type_.size() + id_.size();
  if (held + more <= max_event_bytes_) return {};
  return fail(Kind::too_large, Origin::upstream, "an event of the server's stream is too large");
}

// A stream may stay open and silent for hours after one large event.
void SseParser::release_idle_memory() {
  if (!has_data_ && data_.capacity() > kIdleBytes) data_ = Buffer{};
  if (line_.size() == 0 && line_.capacity() > kIdleBytes) line_ = Buffer{};
}

void append_sse_event(std::string& out, const json::Pieces& data, std::string_view id, std::string_view type) {
  if (type = one_line(type); !type.empty() && type != "message") out.append("event: ").append(type).append("\n");
  if (id = one_line(id); !id.empty()) out.append("id: ").append(id).append("\n");
  out.append("data: ");
  bool after_cr = false;  // a CRLF may be split between two pieces
  for (const std::string_view piece : data) {
    LineBreaks breaks{piece};
    const char* at = piece.data();
    const char* const end = at + piece.size();
    while (at != end) {
      if (std::exchange(after_cr, false) && *at == '\n' && ++at == end) break;
      const char* const stop = breaks.next(at);
      out.append(at, stop);
      if (stop == end) break;
      out.append("\ndata: ");
      after_cr = *stop == '\r';
      at = stop + 1;
    }
  }
  out.append("\n\n");
}

void append_sse_event(std::string& out, std::string_view data, std::string_view id, std::string_view type) {
  append_sse_event(out, json::Pieces{data}, id, type);
}

}  // namespace gatehouse::net
