#include <gatehouse/mcp/refusal.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include <gatehouse/base/random.hpp>
#include <gatehouse/base/siphash.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::mcp {
namespace {

constexpr std::string_view kName = "requestId";
constexpr std::string_view kNameMember = "\"requestId\":\"";
constexpr std::int64_t kMaxInteger = 999'999'999'999'999;  // of a structured field

HashSeed random_seed() {
  HashSeed seed{};
  random_bytes(seed);
  return seed;
}

/// The name in `data`, empty if there is none. Not parsed: every error passes here, we wrote the text, and no JSON string has bare quotes.
std::string_view name_in(std::string_view data) {
  const std::size_t at = data.find(kNameMember);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = data.substr(at + kNameMember.size());
  return rest.substr(0, rest.find('"'));
}

/// A string of a structured field; none: it has characters that no such string has.
std::optional<std::string> quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c < ' ' || c > '~') return std::nullopt;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::optional<std::int64_t> whole(const json::Value& data, std::string_view key, std::int64_t least) {
  const json::Value* value = data.find(key);
  const auto number = value ? value->as_int() : std::nullopt;
  return number && *number >= least && *number <= kMaxInteger ? number : std::nullopt;
}

std::string seconds(std::int64_t milliseconds) { return std::to_string((milliseconds + 999) / 1000); }

void tell_limit(RefusalHeaders& headers, const json::Value& data) {
  const auto limit = quoted(data.text("limit"));
  const auto quota = whole(data, "quota", 1), wait = whole(data, "retryAfterMs", 0);
  if (!limit || limit->size() <= 2 || !quota || !wait) return;
  const auto window = whole(data, "windowMs", 1);
  headers.rate_limit_policy =
      *limit + ";q=" + std::to_string(*quota) + (window ? ";w=" + seconds(*window) : ";qu=\"concurrent-requests\"");
  headers.rate_limit = *limit + ";r=0;t=" + seconds(*wait);
}

}  // namespace

bool is_about_access(Kind kind) {
  switch (kind) {
    case Kind::bad_credential_form:
    case Kind::unauthenticated:
    case Kind::invalid_credential:
    case Kind::login_too_weak:
    case Kind::insufficient_scope:
    case Kind::denied:
    case Kind::verifier_unavailable:
    case Kind::throttled: return true;
    default: return false;
  }
}

std::string new_refusal_name() {
  constexpr std::size_t kDigits = 16;
  thread_local const HashSeed seed = random_seed();
  thread_local std::uint64_t count = 0;
  std::array<char, kDigits> digits{};
  const std::uint64_t number = SipHash<2, 4>(seed).add(++count).finish().low;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  return std::string(kDigits - size, '0').append(digits.data(), size);
}

std::string name_refusal(Error& error, std::string_view name) {
  if (const std::string_view known = name_in(error.data); !known.empty()) return std::string(known);
  if (error.data.empty()) error.data = "{}";
  if (!error.data.starts_with('{')) return {};
  std::string given = name.empty() ? new_refusal_name() : std::string(name);
  error.data.pop_back();
  error.data.append(error.data.size() > 1 ? "," : "").append(kNameMember).append(given).append("\"}");
  return given;
}

RefusalHeaders refusal_headers(const Error& error) {
  RefusalHeaders headers;
  if (error.data.empty() || !is_about_access(error.kind)) return headers;
  const auto data = json::parse(error.data);
  if (!data) return headers;
  const std::string_view name = data->text(kName);
  if (std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; })) headers.request_id = name;
  if (error.kind == Kind::throttled) tell_limit(headers, *data);
  return headers;
}

}  // namespace gatehouse::mcp
