// What does a bearer token cost the first time it is seen? Reading it, its signature (the examples of the RFCs), its claims.
#include <array>

#include <benchmark/benchmark.h>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/jose/claims.hpp>

#include "src/jose/rfc_examples_test.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::jose;

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};
const std::array<std::string, 1> kAudiences{"https://mcp.example/tools"};

/// As large identity providers write them: about 700 bytes.
constexpr std::string_view kClaims =
    R"({"iss":"https://idp.example.com/realms/acme","sub":"8f14e45f-ceea-467f-a0d7-3b2c1d4e5f60",)"
    R"("aud":["https://mcp.example/tools","account"],"exp":1800003600,"iat":1799999990,"nbf":1799999990,)"
    R"("jti":"d2b1c0a9-8f7e-4d6c-9b5a-4f3e2d1c0b9a","client_id":"agent-console","azp":"agent-console",)"
    R"("scope":"openid profile mcp:tools mcp:resources","org_id":"acme","sid":"5b1f8a77","auth_time":1799999000,)"
    R"("acr":"1","groups":["engineering","oncall","platform"],"realm_access":{"roles":["developer","viewer"]},)"
    R"("name":"Ada Lovelace","preferred_username":"ada","email":"ada@example.com","email_verified":true})";

void read_token(benchmark::State& state) {
  const auto token = to_base64url(R"({"alg":"ES256","kid":"2026-11","typ":"at+jwt"})") + '.' + to_base64url(kClaims) +
                     '.' + std::string(86, 'A');
  for (auto _ : state) benchmark::DoNotOptimize(UnverifiedToken::read(token));
}

void verify_signature(benchmark::State& state) {
  const auto& example = kRfcExamples[static_cast<std::size_t>(state.range(0))];
  const auto key = *Key::parse(example.jwk);
  const auto dot = example.token.rfind('.');
  const auto signature = *from_base64url(example.token.substr(dot + 1));
  bool verified = true;
  for (auto _ : state) verified &= key.verifies(example.algorithm, example.token.substr(0, dot), signature);
  if (!verified) state.SkipWithError("not verified");
  state.SetLabel(std::string(name_of(example.algorithm)));
}

void judge_claims(benchmark::State& state) {
  const Token token{.header = {.typ = "at+jwt"}, .claims = *json::parse(kClaims)};
  const ClaimRules rules{.issuer = "https://idp.example.com/realms/acme"};
  for (auto _ : state) benchmark::DoNotOptimize(check_claims(token, rules, kAudiences, kNow));
}

BENCHMARK(read_token);
BENCHMARK(verify_signature)->DenseRange(0, std::size(kRfcExamples) - 1);
BENCHMARK(judge_claims);

}  // namespace

BENCHMARK_MAIN();
