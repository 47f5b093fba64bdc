// Tokens and key sets from any bytes: nothing crashes, nobody else's token is ever verified, and what is read means one thing only.
// The first byte chooses what the rest is.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/jose/claims.hpp>

namespace {

using namespace gatehouse;
using namespace gatehouse::jose;

void require(bool holds) {
  if (!holds) std::abort();
}

/// RFC 8037 A.2, RFC 7515 A.3: keys whose private parts no input can have used to sign it.
const KeySet& keys() {
  static const KeySet set = *KeySet::parse(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
      {"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  return set;
}

void check_token(std::string_view text) {
  auto token = UnverifiedToken::read(text);
  if (!token) return;
  const auto dot = text.rfind('.');
  const auto signature = from_base64url(text.substr(dot + 1));
  require(signature && to_base64url(*signature) == text.substr(dot + 1));
  (void)token->unverified_issuer();
  require(!verify(std::move(*token), keys(), kAllAlgorithms));
}

/// As if they had been verified: `header` dot `claims`.
void check_parts(std::string_view text) {
  const auto dot = text.find('.');
  const auto claims = json::parse(text.substr(dot == text.npos ? 0 : dot + 1), 32);
  if (!claims || !claims->is_object()) return;
  const Token token{.header = {.typ = std::string(text.substr(0, dot))}, .claims = *claims};
  const std::string audience{claims->text("aud")};
  for (const TypeRule rule : {TypeRule::access_token, TypeRule::any}) {
    const ClaimRules rules{.issuer = std::string(claims->text("iss")), .typ = rule};
    constexpr Time now{std::chrono::seconds{1'800'000'000}};
    const auto checked = check_claims(token, rules, {&audience, 1}, now);
    if (checked) require(!checked->subject.empty() && checked->expires_at + std::chrono::seconds{60} > now);
  }
}

void check_keys(std::string_view text) {
  const auto set = KeySet::parse(text);
  if (!set) return;
  for (const Key& key : set->keys()) {
    require(key.thumbprint().size() == 43);
    require(set->find(key.kid(), Algorithm::es256).has_value() == key.fits(Algorithm::es256) || set->keys().size() > 1);
    (void)key.verifies(Algorithm::es256, text, std::string(64, '\x01'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 't': check_token(text); break;
    case 'c': check_parts(text); break;
    case 'h': {  // a header that need not be spelled in base64
      check_token(to_base64url(text) + ".e30." + std::string(86, 'A'));
      break;
    }
    default: check_keys(text);
  }
  return 0;
}
