#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How servers' names and URIs look through an endpoint. Pure.
namespace gatehouse::catalog {

inline constexpr std::size_t kMaxNameLength = 64;  ///< Of exposed names: what model interfaces accept.

/// `prefix` + `separator` + `local`; over kMaxNameLength the end becomes `_` and eight hex digits of the name's SHA-256, so that
/// every instance computes the same. An empty prefix leaves the name alone, whatever its length.
[[nodiscard]] std::string exposed_name(std::string_view prefix, std::string_view separator, std::string_view local);

/// What marks a server's URIs: lower-case letters, digits and `-`, at most 20 characters.
[[nodiscard]] std::string uri_label(std::string_view server_name);

/// `file:///a` -> `gh-files+file:///a`; `ui://x` -> `ui://gh-files/x`; http and https stay: clients may fetch those themselves.
[[nodiscard]] std::string exposed_uri(std::string_view label, std::string_view uri);

struct LocalUri {
  std::string label;  ///< Of the server.
  std::string uri;    ///< As the server knows it.
};
/// Undoes `exposed_uri`; none if the URI carries no label.
[[nodiscard]] std::optional<LocalUri> split_uri(std::string_view uri);

/// The spelling in which URIs are compared: scheme in lower case, characters that no URI may contain percent-encoded. Clients that
/// handle URIs through a URL library do this; nothing else is decoded or changed (GB-055).
[[nodiscard]] std::string normal_uri(std::string_view uri);

/// Whether `uri` can be an expansion of the RFC 6570 template: literals match byte for byte, expressions match anything.
[[nodiscard]] bool matches_template(std::string_view uri_template, std::string_view uri);

}  // namespace gatehouse::catalog
