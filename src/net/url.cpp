#include <gatehouse/net/url.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include <gatehouse/net/http1.hpp>

#include "src/net/http1_chars.hpp"

namespace gatehouse::net {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(Kind::invalid_config, Origin::gateway, "'" + std::string{text} + "': " + std::string{why});
}

bool is_ipv6(const std::string& text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
  });
}

struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};

/// Splits `host:port`; the reason if that is not what it is.
std::expected<Authority, std::string_view> split_authority(std::string_view text) {
  Authority out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::unexpected("the address has no closing bracket");
    out.host = lower(text.substr(1, close - 1));
    if (!is_ipv6(out.host)) return std::unexpected("what stands in brackets is no IPv6 address");
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    out.host = lower(text.substr(0, colon));
    if (!is_host_name(out.host)) return std::unexpected("the host name is missing or malformed");
    rest = text.substr(colon);
  }
  if (rest.empty()) return out;
  std::uint16_t port = 0;
  const char* const end = rest.data() + rest.size();
  const auto [last, error] = std::from_chars(rest.data() + 1, end, port);
  if (rest.front() != ':' || error != std::errc{} || last != end)
    return std::unexpected("the port is not a number up to 65535");
  out.port = port;
  return out;
}

/// `/a/b/../c/./d` as `/a/c/d`.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    const bool is_parent = segment == "/..", is_same = segment == "/.";
    if (is_parent) out.resize(out.empty() ? 0 : out.rfind('/'));
    if (!is_parent && !is_same)
      out.append(segment);
    else if (path.empty())
      out.append("/");
  }
  return out;
}

std::string join(const std::string& host, std::optional<std::uint16_t> port) {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port) out.append(":").append(std::to_string(*port));
  return out;
}

}  // namespace

std::string Url::authority() const {
  const bool is_default = port == (tls ? 443 : 80);
  return join(host, is_default ? std::nullopt : std::optional{port});
}

std::string Url::str() const { return (tls ? "https://" : "http://") + authority() + target; }

Result<Url> parse_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad(text, "not a URL: it has to begin with http:// or https://");
  Url url;
  const std::string_view scheme = text.substr(0, scheme_end);
  url.tls = equals_ignoring_case(scheme, "https");
  if (!url.tls && !equals_ignoring_case(scheme, "http")) return bad(text, "the scheme has to be http or https");

  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return fail(Kind::invalid_config, Origin::gateway,
                "a URL must not contain a user name or password");  // and is not repeated
  }
  auto split = split_authority(authority);
  if (!split) return bad(text, split.error());
  if (split->port == 0) return bad(text, "the port must not be 0");
  url.host = std::move(split->host);
  url.port = split->port.value_or(url.tls ? 443 : 80);

  const std::string_view target = rest.substr(authority_end);
  if (target.find('#') != std::string_view::npos) return bad(text, "a fragment (#) has no meaning here");
  if (!std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; })) {
    return bad(text, "the path contains white space, a control or a non-ASCII character; percent-encode it");
  }
  url.target = target.starts_with('/') ? std::string{target} : "/" + std::string{target};
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  const std::size_t scheme_end = reference.find(':');
  if (scheme_end < reference.find_first_of("/?")) return parse_url(reference);
  const std::string origin = base.tls ? "https:" : "http:";
  if (reference.starts_with("//")) return parse_url(origin + std::string{reference});
  const std::string_view path = std::string_view{base.target}.substr(0, base.target.find('?'));
  const std::size_t query = std::min(reference.find('?'), reference.size());
  std::string target;
  if (reference.starts_with('/')) {
    target = without_dot_segments(reference.substr(0, query));
  } else if (query > 0) {
    target = without_dot_segments(std::string{path.substr(0, path.rfind('/') + 1)}.append(reference.substr(0, query)));
  } else {
    target = reference.empty() ? std::string_view{base.target} : path;
  }
  return parse_url(origin + "//" + base.authority() + target.append(reference.substr(query)));
}

bool same_origin(const Url& a, const Url& b) { return a.tls == b.tls && a.host == b.host && a.port == b.port; }

bool ListenAddress::is_loopback() const { return is_loopback_name(host); }

std::string ListenAddress::str() const { return join(host, port); }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  auto split = split_authority(text);
  if (!split) return bad(text, split.error());
  if (!split->port) return bad(text, "a port is missing, as in 127.0.0.1:8080");
  return ListenAddress{std::move(split->host), *split->port};
}

std::string host_name(std::string_view authority) {
  if (const std::size_t scheme = authority.find("://"); scheme != std::string_view::npos)
    authority.remove_prefix(scheme + 3);
  authority = authority.substr(0, authority.find('/'));
  if (authority.starts_with('[')) {
    const std::size_t close = std::min(authority.find(']'), authority.size());
    return lower(authority.substr(1, close - 1));
  }
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos && colon == authority.rfind(':')) authority = authority.substr(0, colon);
  return lower(authority);
}

bool is_loopback_name(std::string_view host) {
  std::string name = lower(host);
  if (name.ends_with('.')) name.pop_back();
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  in_addr v4;
  if (::inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return ::inet_pton(AF_INET6, name.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace gatehouse::net
