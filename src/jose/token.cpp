#include <gatehouse/jose/token.hpp>

#include <gatehouse/base/base64url.hpp>

namespace gatehouse::jose {
namespace {

using Refused = std::unexpected<Refusal>;

struct Parts {
  std::string_view header, claims, signature;
};

Verdict<Parts> split(std::string_view text) {
  constexpr std::size_t kDotsOfEncrypted = 4;
  std::size_t dots[kDotsOfEncrypted + 1], count = 0;
  for (std::size_t at = text.find('.'); at != text.npos && count < std::size(dots); at = text.find('.', at + 1)) {
    dots[count++] = at;
  }
  if (count == kDotsOfEncrypted) return Refused(Refusal::encrypted);
  if (count != 2) return Refused(Refusal::not_signed_token);
  return Parts{text.substr(0, dots[0]), text.substr(dots[0] + 1, dots[1] - dots[0] - 1), text.substr(dots[1] + 1)};
}

/// Whether a string of this JSON holds half a surrogate pair. No text is written so, and reading replaces it: two different subjects
/// would become one.
bool has_half_pair(std::string_view json) {
  const auto unit_at = [&](std::size_t at) -> unsigned {  // of "\uXXXX", else 0
    unsigned unit = 0;
    if (json.substr(at, 2) != "\\u" || json.size() < at + 6) return 0;
    for (const char c : json.substr(at + 2, 4)) {
      unit = unit << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
  };
  for (std::size_t at = json.find('\\'); at != json.npos; at = json.find('\\', at)) {
    const unsigned unit = unit_at(at);
    if (unit >= 0xd800 && unit < 0xe000) {
      const unsigned next = unit_at(at + 6);
      if (unit >= 0xdc00 || next < 0xdc00 || next >= 0xe000) return true;
      at += 6;
    }
    at += unit ? 6 : 2;
  }
  return false;
}

Verdict<json::Value> read_object(std::string_view part, std::size_t max_depth) {
  const auto text = from_base64url(part);
  if (!text || text->empty()) return Refused(Refusal::bad_encoding);
  auto value = json::parse(*text, max_depth);
  if (!value || !value->is_object() || has_half_pair(*text)) return Refused(Refusal::bad_json);
  return std::move(*value);
}

Verdict<Header> read_header(const json::Value& members) {
  const json::Value* const b64 = members.find("b64");
  if (members.find("crit") || (b64 && b64->as_bool() != true)) return Refused(Refusal::critical_extension);
  Header header;
  for (const char* const name : {"alg", "kid", "typ"}) {
    const json::Value* const member = members.find(name);
    if (member && !member->is_string()) return Refused(Refusal::bad_header);
  }
  if (!members.find("alg")) return Refused(Refusal::bad_header);
  const auto algorithm = algorithm_named(members.text("alg"));
  if (!algorithm) return Refused(Refusal::unknown_algorithm);
  header.algorithm = *algorithm;
  if (members.find("kid")) header.kid = members.text("kid");
  header.typ = members.text("typ");
  return header;
}

}  // namespace

Verdict<UnverifiedToken> UnverifiedToken::read(std::string_view text, const ReadLimits& limits) {
  if (text.size() > limits.max_bytes) return Refused(Refusal::too_large);
  const auto parts = split(text);
  if (!parts) return Refused(parts.error());
  const auto members = read_object(parts->header, limits.max_depth);
  if (!members) return Refused(members.error());
  auto header = read_header(*members);
  if (!header) return Refused(header.error());
  auto claims = read_object(parts->claims, limits.max_depth);
  if (!claims) return Refused(claims.error());
  auto signature = from_base64url(parts->signature);
  if (!signature || signature->empty()) return Refused(Refusal::bad_encoding);
  UnverifiedToken token;
  token.header_ = std::move(*header);
  token.claims_ = std::move(*claims);
  token.signed_part_ = text.substr(0, parts->header.size() + 1 + parts->claims.size());
  token.signature_ = std::move(*signature);
  return token;
}

Verdict<Token> verify(UnverifiedToken&& token, const KeySet& keys, Algorithms allowed) {
  const Header& header = token.header_;
  if (!allowed.contains(header.algorithm)) return Refused(Refusal::algorithm_not_allowed);
  const auto key = keys.find(header.kid, header.algorithm);
  if (!key) return Refused(key.error());
  if (!(*key)->verifies(header.algorithm, token.signed_part_, token.signature_)) return Refused(Refusal::bad_signature);
  return Token{std::move(token.header_), std::move(token.claims_)};
}

Verdict<Token> verify(std::string_view text, const KeySet& keys, Algorithms allowed, const ReadLimits& limits) {
  auto token = UnverifiedToken::read(text, limits);
  if (!token) return Refused(token.error());
  return verify(std::move(*token), keys, allowed);
}

}  // namespace gatehouse::jose
