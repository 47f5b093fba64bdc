#include "gateway/app/wary_authenticator.hpp"

#include <string>

#include <gtest/gtest.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

#include "tests/support/fake_exchange.hpp"
#include "tests/support/finish.hpp"

namespace gatehouse::app {
namespace {

struct Quiet final : test::FakeExchange::Output {
  void on_head(int, std::span<const net::Header>) override {}
  void on_body(std::string_view) override {}
  void on_event(const net::SseEvent&) override {}
  void on_end() override {}
};

/// Lets one credential in; `slow` ones have to be looked into.
struct FakeAuthenticator final : identity::Authenticator {
  static identity::Verdict judge(const net::HttpExchange& exchange) {
    const std::string_view header = exchange.head().value("Authorization");
    if (header.ends_with("right")) return mcp::anonymous();
    if (header.ends_with("odd")) return fail(Kind::verifier_unavailable, Origin::client, "no");
    if (header.ends_with("early")) return fail(Kind::verifier_unavailable, Origin::upstream, "no");
    const bool none = header.empty();
    return fail(none ? Kind::unauthenticated : Kind::invalid_credential, Origin::client, "no");
  }
  [[nodiscard]] std::optional<identity::Verdict> known(const net::HttpExchange& exchange) override {
    if (slow) return std::nullopt;
    ++looked_at;
    return judge(exchange);
  }
  Task<identity::Verdict> authenticate(const net::HttpExchange& exchange) override {
    ++looked_at;
    co_return judge(exchange);
  }
  [[nodiscard]] bool still_good(const mcp::Principal&, mcp::WallTime) const override { return true; }
  bool slow = false;
  int looked_at = 0;
};

struct Scene {
  std::shared_ptr<FakeAuthenticator> inner = std::make_shared<FakeAuthenticator>();
  ratelimit::Gate gate{ratelimit::Seed{3},
                       {.failures = {20, Milliseconds{3'600'000}}, .free_failures = 3, .backoff = Milliseconds{60'000}}};
  WaryAuthenticator wary{inner, gate};

  /// The kind of the error, or "in".
  std::string send(const std::string& credential) {
    Quiet out;
    const std::string line = credential.empty() ? "" : "Authorization: Bearer " + credential + "\r\n";
    test::FakeExchange exchange("POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + line + "\r\n", "", out);
    auto verdict = wary.known(exchange);
    if (!verdict) verdict = test::finish(wary.authenticate(exchange));
    if (*verdict) return "in";
    last = verdict->error();
    return std::string(to_string(last.kind));
  }
  Error last;
};

TEST(WaryAuthenticator, LetsEverythingThroughWhileNothingIsWrong) {
  Scene s;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(s.send("right"), "in");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(s.send(""), "unauthenticated") << "who shows nothing guesses nothing";
  EXPECT_EQ(s.send("right"), "in");
}

// T16, RS-37
TEST(WaryAuthenticator, MakesWhoGuessesTheSecretOfAKeyWait) {
  Scene s;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(s.send("gatek_live_id1_guess" + std::to_string(i)), "invalid_credential");
  const int looked_at = s.inner->looked_at;
  EXPECT_EQ(s.send("gatek_live_id1_guess5"), "throttled");
  EXPECT_EQ(s.last.retry.when, Retry::When::later);
  EXPECT_GT(s.last.retry.after, Milliseconds{50'000});
  EXPECT_EQ(s.send("gatek_live_id1_right"), "throttled") << "also when it would be right: guessing must not pay";
  EXPECT_EQ(s.inner->looked_at, looked_at);
  EXPECT_EQ(s.send("gatek_live_id2_right"), "in") << "the neighbour's key";
}

std::string told;  // the last name of a refusal in the log

// RS-34
TEST(WaryAuthenticator, NamesTheRefusalThatALineIsAbout) {
  log::set_sink(
      [](log::Level, std::string_view, std::initializer_list<log::Field> fields) {
        for (const log::Field& field : fields)
          if (field.name == "request_id") told = field.value;
      },
      log::Level::info);
  Scene s;
  const auto name = [&s] { return std::string(json::parse(s.last.data)->text("requestId")); };
  EXPECT_EQ(s.send("gatek_live_id1_guess"), "invalid_credential");
  EXPECT_EQ(name(), told);
  const std::string first = told;
  while (s.send("gatek_live_id1_guess") != "throttled") {}
  EXPECT_EQ(name().size(), 16u);
  EXPECT_NE(name(), first);
  EXPECT_EQ(told, first) << "one line a minute for each network";
  log::set_sink(nullptr, log::Level::off);
}

TEST(WaryAuthenticator, SaysTheSameForKeysThatExistAndThoseThatDoNot) {
  Scene s;
  const auto sequence = [&s](const std::string& id) {
    std::string out;
    for (int i = 0; i < 6; ++i) out += s.send("gatek_live_" + id + "_x" + std::to_string(i)) + " ";
    return out;
  };
  EXPECT_EQ(sequence("exists"), sequence("madeup"));
}

TEST(WaryAuthenticator, StopsLookingIntoCredentialsOfANetworkThatSendsManyWrongOnes) {
  Scene s;
  s.inner->slow = true;
  int refused = 0;
  for (int i = 0; i < 100; ++i) refused += s.send("token-" + std::to_string(i)) == "throttled";
  EXPECT_EQ(refused, 80);
  EXPECT_EQ(s.inner->looked_at, 20);
  s.inner->slow = false;
  EXPECT_EQ(s.send("right"), "in") << "what was right before needs no look";
  EXPECT_EQ(s.send("token-200"), "throttled") << "and a wrong one is not told that it was looked at";
}

// T47: it costs a question to the issuer, whatever the issuer makes of it
TEST(WaryAuthenticator, CountsTokensThatTheirIssuerCannotRead) {
  Scene s;
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(s.send(std::to_string(i) + "early"), "verifier_unavailable") << "not its fault";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(s.send(std::to_string(i) + "odd"), "verifier_unavailable");
  s.inner->slow = true;
  EXPECT_EQ(s.send("20odd"), "throttled");
}

TEST(WaryAuthenticator, ForgivesWhoGetsItRight) {
  Scene s;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(s.send("gatek_live_id1_wrong"), "invalid_credential");
    EXPECT_EQ(s.send("gatek_live_id1_right"), "in");
  }
}

}  // namespace
}  // namespace gatehouse::app
