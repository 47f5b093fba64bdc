#include "gateway/catalog/names.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace gatehouse::catalog {
namespace {

constexpr std::string_view kMark = "gh-";
constexpr std::size_t kMaxLabel = 20;

std::string short_hash(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_label_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

std::string_view scheme_of(std::string_view uri) { return uri.substr(0, uri.find(':')); }

/// RFC 3986, section 2: reserved, unreserved and `%`.
bool is_uri_byte(char c) {
  constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=%";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kMarks.contains(c);
}

}  // namespace

std::string exposed_name(std::string_view prefix, std::string_view separator, std::string_view local) {
  if (prefix.empty()) return std::string(local);
  std::string name = std::string(prefix) + std::string(separator) + std::string(local);
  if (name.size() <= kMaxNameLength) return name;
  const std::string tail = "_" + short_hash(local);
  std::size_t head = std::max(prefix.size() + separator.size(), kMaxNameLength - tail.size());
  while (head < name.size() && head > 0 && (static_cast<unsigned char>(name[head]) & 0xc0) == 0x80)
    --head;  // no half characters
  return name.substr(0, head) + tail;
}

std::string uri_label(std::string_view server_name) {
  std::string label;
  for (char c : server_name) {
    c = lower(c);
    label += is_label_byte(c) ? c : '-';
  }
  if (label.size() <= kMaxLabel) return label;
  label.resize(kMaxLabel - 9);
  return label + "-" + short_hash(server_name);
}

std::string exposed_uri(std::string_view label, std::string_view uri) {
  const std::string_view scheme = scheme_of(uri);
  if (scheme == "http" || scheme == "https") return std::string(uri);
  if (uri.starts_with("ui://"))
    return "ui://" + std::string(kMark) + std::string(label) + "/" + std::string(uri.substr(5));
  return std::string(kMark) + std::string(label) + "+" + std::string(uri);
}

std::optional<LocalUri> split_uri(std::string_view uri) {
  const bool ui = uri.starts_with("ui://");
  std::string_view rest = ui ? uri.substr(5) : uri;
  // Clients that handle URIs through a URL library may change the case of the scheme.
  if (!std::ranges::equal(rest.substr(0, kMark.size()), kMark, {}, lower)) return std::nullopt;
  rest.remove_prefix(kMark.size());
  const auto end = rest.find(ui ? '/' : '+');
  if (end == std::string_view::npos) return std::nullopt;
  std::string label(rest.substr(0, end));
  std::ranges::transform(label, label.begin(), lower);
  if (label.empty() || !std::ranges::all_of(label, is_label_byte)) return std::nullopt;
  return LocalUri{std::move(label), (ui ? "ui://" : "") + std::string(rest.substr(end + 1))};
}

std::string normal_uri(std::string_view uri) {
  std::string normal;
  normal.reserve(uri.size());
  const auto colon = uri.find(':');
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (is_uri_byte(uri[i]))
      normal += colon != std::string_view::npos && i < colon ? lower(uri[i]) : uri[i];
    else
      normal += fmt::format("%{:02X}", static_cast<unsigned char>(uri[i]));
  }
  return normal;
}

bool matches_template(std::string_view uri_template, std::string_view uri) {
  // The literals between the expressions have to occur in order; the first and the last are anchored.
  bool anchored = true;
  while (true) {
    const auto open = uri_template.find('{');
    const std::string_view literal = uri_template.substr(0, open);
    if (open == std::string_view::npos) return anchored ? uri == literal : uri.ends_with(literal);
    const auto at = anchored ? (uri.starts_with(literal) ? 0 : std::string_view::npos) : uri.find(literal);
    if (at == std::string_view::npos) return false;
    uri.remove_prefix(at + literal.size());
    const auto close = uri_template.find('}', open);
    if (close == std::string_view::npos) return false;
    uri_template.remove_prefix(close + 1);
    anchored = false;
  }
}

}  // namespace gatehouse::catalog
