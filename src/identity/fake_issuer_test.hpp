#pragma once
// An issuer in this process: an HTTP server with metadata, keys and introspection, a clock that stands still, and tokens.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gatehouse/identity/token_verifier.hpp>
#include <gatehouse/net/http_server.hpp>

#include "src/identity/fake_request.hpp"
#include "tests/support/signing_key.hpp"

namespace gatehouse::identity::test {

using gatehouse::test::SigningKey;
using json::Value;
using namespace std::chrono_literals;

/// Stands still until it is moved.
class FakeTime final : public TimeSource {
 public:
  [[nodiscard]] TimePoint steady() const override { return TimePoint{} + passed_; }
  [[nodiscard]] jose::Time wall() const override { return jose::Time{} + kStart + passed_; }
  [[nodiscard]] std::int64_t seconds() const {
    return std::chrono::floor<std::chrono::seconds>(kStart + passed_).count();
  }
  void pass(Milliseconds time) { passed_ += time; }

 private:
  static constexpr std::chrono::seconds kStart{1'800'000'000};
  Milliseconds passed_ = 1h;
};

/// Answers GETs by path and counts them.
class FakePages final : public net::HttpHandler {
 public:
  struct Page {
    std::string body;
    int status = 200;
    std::string type = "application/json";
    std::string cache_control;
    std::string location;
  };
  Task<void> serve(net::HttpExchange& exchange) override {
    const std::string path(exchange.head().path());
    ++asked[path];
    bodies.emplace_back(exchange.body());
    authorizations.emplace_back(exchange.head().value("Authorization"));
    const auto found = pages.find(path);
    Page page;
    page.status = 404;
    if (found != pages.end()) page = found->second;
    net::Headers headers = heads_of(page);
    json::Pieces pieces;
    pieces.push_back(page.body);
    (void)co_await exchange.respond(page.status, headers, pieces);
  }
  static net::Headers heads_of(const Page& page) {
    net::Headers headers{{"Content-Type", page.type}};
    if (!page.cache_control.empty()) headers.push_back({"Cache-Control", page.cache_control});
    if (!page.location.empty()) headers.push_back({"Location", page.location});
    return headers;
  }
  std::map<std::string, Page> pages;
  std::map<std::string, int> asked;
  std::vector<std::string> bodies, authorizations;
};

inline const SigningKey& a_key() {
  static const auto key = SigningKey::generate(jose::Algorithm::es256);
  return key;
}
inline const SigningKey& another_key() {
  static const auto key = SigningKey::generate(jose::Algorithm::es256);
  return key;
}

inline constexpr std::string_view kResource = "https://gw.example/mcp";

/// One endpoint that accepts tokens of one issuer, which runs here.
class TokenTest : public testing::Test {
 protected:
  TokenTest() : server_(loop_, pages_, {}), outbound_(loop_, {}) {
    const auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound);
    origin_ = "http://127.0.0.1:" + std::to_string(bound->port);
    options_.id = "corp";
    options_.issuer = origin_ + "/realms/a";
    options_.claims.roles = {"roles"};
    place_.path = "/mcp";
    place_.audiences = {std::string(kResource)};
    publish({a_key().jwk()});
  }

  /// Metadata and keys of the issuer. `named`: what its metadata call it.
  void publish(std::initializer_list<Value> keys, std::string named = {}) {
    if (named.empty()) named = options_.issuer;
    pages_.pages["/realms/a/.well-known/openid-configuration"].body =
        Value::object(
            {{"issuer", named}, {"jwks_uri", origin_ + "/keys"}, {"introspection_endpoint", origin_ + "/introspect"}})
            .str();
    pages_.pages["/keys"].body = gatehouse::test::jwks(keys);
  }
  void begin() {
    issuer_ = std::make_shared<Issuer>(loop_, outbound_, options_, time_);
    issuers_.push_back(issuer_);
    if (introspects_)
      introspection_ = std::make_shared<Introspection>(issuer_, outbound_, introspection_options_, time_);
    verifier_ = std::make_unique<TokenVerifier>(TokenVerifierOptions{}, issuers_, introspection_, denied_, budget_);
  }
  [[nodiscard]] Value claims() const {
    return Value::object({{"iss", options_.issuer},
                          {"aud", kResource},
                          {"sub", "ann"},
                          {"client_id", "app"},
                          {"scope", "read write"},
                          {"roles", Value::array({"analyst"})},
                          {"jti", "t1"},
                          {"sid", "s1"},
                          {"iat", time_.seconds()},
                          {"exp", time_.seconds() + 3600}});
  }
  [[nodiscard]] Circumstances around() const {
    return {place_, exchange_, std::chrono::floor<std::chrono::seconds>(time_.wall()), time_.steady()};
  }
  /// What the gateway would do with a request.
  Task<Verdict> present(std::string token) {
    const Circumstances circumstances = around();
    auto known = verifier_->known(token, circumstances);
    if (known) co_return std::move(*known);
    auto verdict = co_await verifier_->verify(token, circumstances);
    co_return verdict;
  }
  /// "ok <subject>", or the kind of error and why, as the log has it.
  Task<std::string> judged(std::string token) {
    const auto verdict = co_await present(std::move(token));
    if (verdict) co_return "ok " + (*verdict)->subject;
    co_return std::string(to_string(verdict.error().kind)) + " " + verdict.error().detail;
  }
  Task<void> expect(std::string token, std::string outcome) {
    const std::string verdict = co_await judged(std::move(token));
    EXPECT_EQ(verdict, outcome);
  }
  Task<void> expect_all(std::vector<std::pair<std::string, std::string>> tokens_and_outcomes) {
    for (auto& [token, outcome] : tokens_and_outcomes) co_await expect(std::move(token), std::move(outcome));
  }
  /// A token with one claim that is different; null: it is missing.
  [[nodiscard]] std::string token() const { return a_key().token(claims()); }
  [[nodiscard]] std::string token_with(std::string_view name, Value value) const {
    Value changed = claims();
    if (value.is_null()) {
      changed.erase(name);
    } else {
      changed.set(name, std::move(value));
    }
    return a_key().token(changed);
  }
  void revoke(Revocation::Of of, std::string value) {
    const auto now = std::chrono::floor<std::chrono::seconds>(time_.wall());
    denied_->add({of, options_.issuer, std::move(value), {}, now + 1h}, now);
  }
  void run(Task<void> scenario) { net::run(loop_, stopping(std::move(scenario))); }
  [[nodiscard]] int asked(const std::string& path) { return pages_.asked[path]; }

  net::Loop loop_;
  FakePages pages_;
  net::HttpServer server_;
  Outbound outbound_;
  FakeTime time_;
  std::string origin_;
  IssuerOptions options_;
  bool introspects_ = false;
  IntrospectionOptions introspection_options_;
  std::shared_ptr<Issuer> issuer_;
  std::vector<std::shared_ptr<Issuer>> issuers_;
  std::shared_ptr<Introspection> introspection_;
  std::shared_ptr<DenyList> denied_ = std::make_shared<DenyList>();
  std::shared_ptr<FailureBudget> budget_ = std::make_shared<FailureBudget>(FailureBudgetOptions{.burst = 1'000'000});
  std::unique_ptr<TokenVerifier> verifier_;
  Protected place_;
  FakeRequest exchange_{net::Headers{}};

 private:
  Task<void> stopping(Task<void> scenario) {
    co_await scenario;
    if (introspection_) co_await introspection_->stop();
    for (const auto& issuer : issuers_) co_await issuer->stop();
    co_await server_.stop(Milliseconds{0});
  }
};

}  // namespace gatehouse::identity::test
