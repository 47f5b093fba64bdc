#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>

namespace gatehouse::net {

/// An absolute http or https URL, split. User information and fragments are refused.
struct Url {
  bool tls = false;
  std::string host;  ///< Name or address; IPv6 without brackets.
  std::uint16_t port = 80;
  std::string target = "/";  ///< Path and query.

  [[nodiscard]] std::string authority() const;  ///< For the Host field: brackets for IPv6, port unless it is the default.
  [[nodiscard]] std::string str() const;
  bool operator==(const Url&) const = default;
};
/// Errors: invalid_config (origin gateway), naming the part that is wrong.
[[nodiscard]] Result<Url> parse_url(std::string_view text);
/// What a reference found at `base` means: a whole URL, `//host/path`, `/path`, `path` or `?query`. A fragment is dropped.
/// Errors: as parse_url. Rule: RFC 3986, 5.2.
[[nodiscard]] Result<Url> resolve_url(const Url& base, std::string_view reference);
/// Scheme, host and port are the same.
[[nodiscard]] bool same_origin(const Url& a, const Url& b);

/// `127.0.0.1:8080`, `[::1]:0`, `localhost:9901`.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] std::string str() const;
  bool operator==(const ListenAddress&) const = default;
};
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

/// Host name of a Host or Origin value without port and brackets, in lower case.
[[nodiscard]] std::string host_name(std::string_view authority);
[[nodiscard]] bool is_loopback_name(std::string_view host);  ///< localhost, *.localhost, 127.0.0.0/8, ::1.

}  // namespace gatehouse::net
