#include <gatehouse/net/http1.hpp>

#include <algorithm>

#include "src/net/http1_chars.hpp"

namespace gatehouse::net {
namespace {

enum class Step { done, more, bad };

/// What the fields of a head say about the message as a whole.
struct Framing {
  std::uint64_t content_length = 0;
  unsigned lengths = 0, codings = 0, hosts = 0;
  std::string_view host;
  bool chunked = false, close = false, keep_alive = false, expect_continue = false;
};

bool is_called(const Header& header, std::string_view name) {
  return may_be_same(header.name, name) && equals_ignoring_case(header.name, name);
}

bool parse_length(std::string_view text, std::uint64_t& out) {
  constexpr std::uint64_t kMax = ~std::uint64_t{0};
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (!is_digit(c) || value > (kMax - digit) / 10) return false;
    value = value * 10 + digit;
  }
  out = value;
  return !text.empty();
}

void read_connection(std::string_view list, Framing& framing) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view option = trim_blanks(list.substr(0, comma));
    if (equals_ignoring_case(option, "close")) framing.close = true;
    if (equals_ignoring_case(option, "keep-alive")) framing.keep_alive = true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

/// Walks over one head. A step that fails leaves its reason in `flaw`.
class HeadReader {
 public:
  HeadReader(std::string_view bytes, const HeadLimits& limits)
      : p_(bytes.data()), begin_(bytes.data()), end_(bytes.data() + bytes.size()), max_fields_(limits.fields) {}

  Step request_line(RequestHead& head);
  Step status_line(ResponseHead& head);
  Step fields(Headers& headers, Framing& framing);

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(p_ - begin_); }
  [[nodiscard]] int minor_version() const { return minor_version_; }

  std::string_view flaw;
  Kind kind = Kind::invalid_request;

 private:
  Step bad(std::string_view reason, Kind k = Kind::invalid_request) {
    flaw = reason;
    kind = k;
    return Step::bad;
  }
  Step line_end() {
    if (end_ - p_ < 2 || p_[0] != '\r' || p_[1] != '\n') return unusual_line_end();
    p_ += 2;
    return Step::done;
  }
  Step unusual_line_end();
  Step version();
  Step field(Headers& headers, Framing& framing);
  Step known_field(const Header& header, Framing& framing);
  std::string_view token() {
    const char* const start = p_;
    p_ = find_token_end(p_, end_);
    return {start, static_cast<std::size_t>(p_ - start)};
  }

  const char* p_;
  const char* const begin_;
  const char* const end_;
  const std::size_t max_fields_;
  int minor_version_ = 1;
};

Step HeadReader::unusual_line_end() {
  if (p_ == end_) return Step::more;
  if (*p_ == '\n') return bad("a line ends with a bare LF");
  if (*p_ != '\r') return bad("a control character in the head");
  return p_ + 1 == end_ ? Step::more : bad("a CR without LF");
}

Step HeadReader::version() {
  constexpr std::string_view kPrefix = "HTTP/1.";
  const std::string_view rest(p_, std::min<std::size_t>(static_cast<std::size_t>(end_ - p_), kPrefix.size()));
  if (rest != kPrefix.substr(0, rest.size())) {
    return rest.starts_with("HTTP/") ? bad("only HTTP/1.0 and HTTP/1.1 are spoken here", Kind::unsupported_version)
                                     : bad("the HTTP version is malformed");
  }
  if (end_ - p_ <= static_cast<std::ptrdiff_t>(kPrefix.size())) return Step::more;
  const char minor = p_[kPrefix.size()];
  if (minor != '0' && minor != '1') return bad("only HTTP/1.0 and HTTP/1.1 are spoken here", Kind::unsupported_version);
  minor_version_ = minor - '0';
  p_ += kPrefix.size() + 1;
  return Step::done;
}

Step HeadReader::request_line(RequestHead& head) {
  // One empty line in front is forgiven (RFC 9112, section 2.2).
  if (p_ < end_ && *p_ == '\r') {
    if (const Step step = line_end(); step != Step::done) return step;
  }
  head.method = token();
  if (p_ == end_) return Step::more;
  if (head.method.empty() || *p_ != ' ') return bad("the method is malformed");
  const char* const target = ++p_;
  while (p_ < end_ && *p_ > 0x20 && *p_ < 0x7f && *p_ != '#') ++p_;
  if (p_ == end_) return Step::more;
  head.target = {target, static_cast<std::size_t>(p_ - target)};
  if (head.target.empty() || *p_ != ' ') return bad("the request target is malformed");
  ++p_;
  if (const Step step = version(); step != Step::done) return step;
  return line_end();
}

Step HeadReader::status_line(ResponseHead& head) {
  if (const Step step = version(); step != Step::done) return step;
  if (end_ - p_ < 5) return Step::more;  // " 200" and what follows
  if (p_[0] != ' ' || !is_digit(p_[1]) || !is_digit(p_[2]) || !is_digit(p_[3]))
    return bad("the status line is malformed");
  head.status = (p_[1] - '0') * 100 + (p_[2] - '0') * 10 + (p_[3] - '0');
  if (head.status < 100 || head.status > 599) return bad("the status code is out of range");
  p_ += 4;
  if (*p_ != ' ' && *p_ != '\r' && *p_ != '\n') return bad("the status line is malformed");
  p_ = find_control_byte(p_, end_);  // the reason phrase
  return line_end();
}

Step HeadReader::fields(Headers& headers, Framing& framing) {
  headers.clear();
  for (;;) {
    if (p_ == end_) return Step::more;
    if (*p_ == '\r' || *p_ == '\n') return line_end();
    if (headers.size() == max_fields_) return bad("too many header fields", Kind::too_large);
    if (const Step step = field(headers, framing); step != Step::done) return step;
  }
}

Step HeadReader::field(Headers& headers, Framing& framing) {
  if (is_blank(*p_)) return bad("a header field is folded over two lines");
  const std::string_view name = token();
  if (p_ == end_) return Step::more;
  if (name.empty() || *p_ != ':') return bad("a header field name is malformed");
  ++p_;
  while (p_ < end_ && is_blank(*p_)) ++p_;
  const char* const start = p_;
  p_ = find_control_byte(p_, end_);
  const char* last = p_;
  while (last > start && is_blank(last[-1])) --last;
  if (const Step step = line_end(); step != Step::done) return step;
  headers.push_back({name, {start, static_cast<std::size_t>(last - start)}});
  return known_field(headers.back(), framing);
}

Step HeadReader::known_field(const Header& header, Framing& framing) {
  switch (header.name.size()) {
    case 4:
      if (is_called(header, "Host")) ++framing.hosts, framing.host = header.value;
      break;
    case 6:
      if (is_called(header, "Expect")) {
        framing.expect_continue = equals_ignoring_case(header.value, "100-continue");
      }
      break;
    case 10:
      if (is_called(header, "Connection")) read_connection(header.value, framing);
      break;
    case 14:
      if (!is_called(header, "Content-Length")) break;
      if (++framing.lengths > 1) return bad("more than one Content-Length");
      if (!parse_length(header.value, framing.content_length)) return bad("the Content-Length is malformed");
      break;
    case 17:
      if (!is_called(header, "Transfer-Encoding")) break;
      if (++framing.codings > 1) return bad("more than one Transfer-Encoding");
      framing.chunked = equals_ignoring_case(header.value, "chunked");
      if (!framing.chunked)
        return bad("the only transfer coding understood is a single 'chunked'", Kind::unsupported_media);
      break;
    default: break;
  }
  return Step::done;
}

std::string_view authority_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = target.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?"));
}

bool is_http_uri(std::string_view target) {
  const std::string_view scheme = target.substr(0, std::min(target.find("://"), target.size()));
  return (equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https")) &&
         !authority_of(target).empty();
}

bool is_host_value(std::string_view host) { return std::ranges::all_of(host, is_host_byte); }

std::string_view flaw_of(const RequestHead& head, const Framing& framing, int minor_version) {
  if (framing.hosts > 1) return "more than one Host";
  if (framing.hosts == 0 && minor_version == 1) return "no Host";
  if (!is_host_value(framing.host)) return "the Host is malformed";
  if (framing.codings > 0 && framing.lengths > 0) return "both Content-Length and Transfer-Encoding";
  if (framing.codings > 0 && minor_version == 0) return "Transfer-Encoding in HTTP/1.0";
  if (head.target.front() == '/' || (head.target == "*" && head.method == "OPTIONS") || head.method == "CONNECT")
    return {};
  if (!is_http_uri(head.target)) return "the request target is neither a path nor an http URI";
  if (framing.hosts == 1 && !equals_ignoring_case(authority_of(head.target), framing.host)) {
    return "the request target and the Host name different hosts";
  }
  return {};
}

/// The result for a head that is not complete, by the step that stopped.
Result<bool> unfinished(Step step, const HeadReader& reader, std::string_view bytes, const HeadLimits& limits,
                        bool request) {
  const Origin origin = request ? Origin::client : Origin::upstream;
  const Kind broken = request ? reader.kind : Kind::bad_reply;
  if (step == Step::bad)
    return fail(reader.kind == Kind::too_large ? Kind::too_large : broken, origin, std::string{reader.flaw});
  if (bytes.size() >= limits.bytes) return fail(Kind::too_large, origin, "the head is too large");
  return false;
}

const Header* find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (is_called(header, name)) return &header;
  }
  return nullptr;
}

}  // namespace

Result<bool> parse_head(std::string_view bytes, const HeadLimits& limits, RequestHead& head) {
  HeadReader reader(bytes, limits);
  Framing framing;
  Step step = reader.request_line(head);
  if (step == Step::done) step = reader.fields(head.headers, framing);
  if (step != Step::done) return unfinished(step, reader, bytes, limits, true);
  if (reader.size() > limits.bytes) return fail(Kind::too_large, Origin::client, "the head is too large");
  if (const std::string_view flaw = flaw_of(head, framing, reader.minor_version()); !flaw.empty()) {
    return fail(Kind::invalid_request, Origin::client, std::string{flaw});
  }
  head.body = framing.chunked ? BodyKind::chunked : framing.content_length > 0 ? BodyKind::sized : BodyKind::none;
  head.content_length = framing.content_length;
  head.minor_version = reader.minor_version();
  head.keep_alive = !framing.close && (head.minor_version == 1 || framing.keep_alive);
  head.expect_continue = framing.expect_continue && head.minor_version == 1;
  head.size = reader.size();
  return true;
}

Result<bool> parse_head(std::string_view bytes, const HeadLimits& limits, bool to_head_request, ResponseHead& head) {
  HeadReader reader(bytes, limits);
  Framing framing;
  Step step = reader.status_line(head);
  if (step == Step::done) step = reader.fields(head.headers, framing);
  if (step != Step::done) return unfinished(step, reader, bytes, limits, false);
  if (reader.size() > limits.bytes) return fail(Kind::too_large, Origin::upstream, "the head is too large");
  if (framing.codings > 0 && (framing.lengths > 0 || reader.minor_version() == 0)) {
    return fail(Kind::bad_reply, Origin::upstream, "the response contradicts itself about its length");
  }
  const bool bodiless = to_head_request || head.status < 200 || head.status == 204 || head.status == 304;
  head.body = bodiless              ? BodyKind::none
              : framing.chunked     ? BodyKind::chunked
              : framing.lengths > 0 ? (framing.content_length > 0 ? BodyKind::sized : BodyKind::none)
                                    : BodyKind::until_close;
  head.content_length = framing.content_length;
  head.keep_alive =
      head.body != BodyKind::until_close && !framing.close && (reader.minor_version() == 1 || framing.keep_alive);
  head.size = reader.size();
  return true;
}

std::string_view RequestHead::path() const {
  std::string_view path = target;
  if (!path.empty() && path.front() != '/' && path.find("://") != std::string_view::npos) {
    path.remove_prefix(path.find("://") + 3);
    path.remove_prefix(std::min(path.find_first_of("/?"), path.size()));
    if (path.empty() || path.front() == '?') return "/";
  }
  return path.substr(0, path.find('?'));
}

const Header* RequestHead::find(std::string_view name) const { return find_header(headers, name); }
const Header* ResponseHead::find(std::string_view name) const { return find_header(headers, name); }

std::string_view RequestHead::value(std::string_view name) const {
  const Header* const header = find(name);
  return header ? header->value : std::string_view{};
}
std::string_view ResponseHead::value(std::string_view name) const {
  const Header* const header = find(name);
  return header ? header->value : std::string_view{};
}

}  // namespace gatehouse::net
