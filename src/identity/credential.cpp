#include <gatehouse/identity/credential.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "src/net/http1_chars.hpp"

namespace gatehouse::identity {
namespace {

std::unexpected<Error> malformed(std::string message) {
  return fail(Kind::bad_credential_form, Origin::client, std::move(message));
}

/// Every credential of every request goes through it.
constexpr std::array<bool, 256> kToken68 = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_token68(std::string_view text) {
  const std::string_view body = text.substr(0, text.find_last_not_of('=') + 1);
  const char* const end = body.data() + body.size();
  return !body.empty() && net::find_end_of(kToken68, body.data(), end) == end;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Lower case, without percent encoding and marks between words: `Access%5fToken` and `accessToken` are one name.
std::string plain_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    if (c == '%' && i + 2 < name.size() && hex_digit(name[i + 1]) >= 0 && hex_digit(name[i + 2]) >= 0) {
      c = static_cast<char>(hex_digit(name[i + 1]) * 16 + hex_digit(name[i + 2]));
      i += 2;
    }
    if (std::isalnum(static_cast<unsigned char>(c)))
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

bool has_credential_in_query(std::string_view target) {
  static constexpr std::array<std::string_view, 7> kNames = {"accesstoken", "apikey", "xapikey",      "bearertoken",
                                                             "idtoken",     "jwt",    "authorization"};
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return false;
  for (std::string_view query = target.substr(mark + 1); !query.empty();) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (std::ranges::find(kNames, plain_name(part.substr(0, part.find('=')))) != kNames.end()) return true;
  }
  return false;
}

/// Most headers have another length.
bool is_named(const net::Header& header, std::string_view name) {
  return header.name.size() == name.size() && net::equals_ignoring_case(header.name, name);
}

Result<Credential> bearer(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (!net::equals_ignoring_case(value.substr(0, space), "Bearer")) return Credential{CredentialForm::unsupported, {}};
  if (space == std::string_view::npos) return malformed("Authorization: the token is missing behind Bearer.");
  std::string_view token =
      value.substr(value.find_first_not_of(' ', space) == std::string_view::npos ? value.size()
                                                                                 : value.find_first_not_of(' ', space));
  if (!is_token68(token)) return malformed("Authorization: this is no bearer token.");
  return Credential{token.starts_with(kApiKeyPrefix) ? CredentialForm::api_key : CredentialForm::bearer, token};
}

}  // namespace

Result<Credential> find_credential(const net::RequestHead& head) {
  const net::Header* authorization = nullptr;
  const net::Header* key = nullptr;
  for (const net::Header& header : head.headers) {
    const bool is_key = is_named(header, kApiKeyHeader);
    if (!is_key && !is_named(header, "Authorization")) continue;
    if (authorization || key) return malformed("Send one credential: there are several in the headers.");
    (is_key ? key : authorization) = &header;
  }
  if (has_credential_in_query(head.target))
    return malformed("A credential in the address is never accepted: send it in the Authorization header.");
  const net::Header* sent = authorization ? authorization : key;
  if (!sent) return Credential{};
  if (sent->value.size() > kMaxCredentialBytes) return malformed("The credential is longer than any that is issued.");
  if (authorization) return bearer(authorization->value);
  if (!is_token68(key->value)) return malformed("X-API-Key: this is no key.");
  return Credential{CredentialForm::api_key, key->value};
}

}  // namespace gatehouse::identity
