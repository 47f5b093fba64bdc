#include <gatehouse/identity/introspection.hpp>

#include <gatehouse/base/task_group.hpp>

#include "src/identity/fake_issuer_test.hpp"

namespace gatehouse::identity::test {
namespace {

using std::string;

class IntrospectionTest : public TokenTest {
 protected:
  IntrospectionTest() {
    introspects_ = true;
    introspection_options_.client_id = "gate house";
    introspection_options_.client_secret = "s3:cret";
    introspection_options_.endpoint = origin_ + "/introspect";
    answer({});
  }
  [[nodiscard]] Value active() const {
    return Value::object({{"active", true},
                          {"aud", kResource},
                          {"sub", "ann"},
                          {"client_id", "app"},
                          {"scope", "read"},
                          {"exp", time_.seconds() + 3600}});
  }
  /// What the endpoint says from now on: that the token is active, with this difference.
  void answer(std::initializer_list<std::pair<string, Value>> changes) {
    Value all = active();
    for (const auto& [name, value] : changes) value.is_null() ? all.erase(name) : all.set(name, value);
    pages_.pages["/introspect"].body = all.str();
  }
  void says(std::initializer_list<std::pair<string, Value>> changes, string outcome) {
    answer(changes);
    texts_.emplace_back("opaque-" + std::to_string(texts_.size()));
    answers_.push_back({pages_.pages["/introspect"].body, std::move(outcome)});
  }
  Task<void> everything_said() {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      pages_.pages["/introspect"].body = answers_[i].first;
      co_await expect(texts_[i], answers_[i].second);
    }
  }

  Task<void> asks_properly() {
    const auto verdict = co_await present("a+b/c=");
    EXPECT_TRUE(verdict);
    if (!verdict) co_return;
    EXPECT_EQ(pages_.bodies.back(), "token=a%2Bb%2Fc%3D&token_type_hint=access_token");
    EXPECT_EQ(pages_.authorizations.back(), "Basic Z2F0ZSUyMGhvdXNlOnMzJTNBY3JldA==");
    EXPECT_EQ((*verdict)->auth.method, "introspection");
    EXPECT_EQ((*verdict)->issuer, options_.issuer);
    EXPECT_EQ((*verdict)->scopes.size(), 1u);
    EXPECT_EQ((*verdict)->expires_at->time_since_epoch().count(), time_.seconds() + 3600);
    EXPECT_EQ(asked("/keys"), 0);
  }
  Task<void> remembers() {
    co_await expect("good", "ok ann");
    pages_.pages["/introspect"].body = R"({"active":false})";
    co_await expect("bad", "invalid_credential inactive, issuer corp");
    time_.pass(9s);
    co_await expect("good", "ok ann");
    co_await expect("bad", "invalid_credential inactive, issuer corp");
    EXPECT_EQ(asked("/introspect"), 2);
    time_.pass(1s);
    co_await expect("bad", "invalid_credential inactive, issuer corp");
    EXPECT_EQ(asked("/introspect"), 3);
    time_.pass(50s);
    co_await expect("good", "invalid_credential inactive, issuer corp");
    EXPECT_EQ(asked("/introspect"), 4);
  }
  Task<void> shares() {
    TaskGroup group;
    for (int i = 0; i < 20; ++i) group.spawn(expect("one", "ok ann"));
    co_await group.join();
    EXPECT_EQ(asked("/introspect"), 1);
    EXPECT_EQ(introspection_->counters().shared, 19u);
  }
  Task<void> is_down() {
    co_await expect("good", "ok ann");
    const auto page = std::exchange(pages_.pages["/introspect"], {.status = 500});
    for (int i = 0; i < 3; ++i) {
      const auto verdict = co_await present("new" + std::to_string(i));
      EXPECT_EQ(verdict ? Kind::internal : verdict.error().kind, Kind::verifier_unavailable);
      EXPECT_EQ(verdict ? 0ms : verdict.error().retry.after, 1s);
    }
    EXPECT_EQ(asked("/introspect"), 2);
    co_await expect("good", "ok ann");
    time_.pass(1s);
    pages_.pages["/introspect"] = page;
    co_await expect("new0", "ok ann");  // the failure was no verdict
  }

  Task<void> is_down_and_named() {
    const string said = co_await judged("some");
    EXPECT_NE(said.find(origin_ + "/nothing: status 404"), string::npos) << said;
    EXPECT_EQ(said.find("hidden"), string::npos) << said;
  }

  Task<void> is_confused(std::string_view odd) {
    const auto page = std::exchange(pages_.pages["/introspect"].status, 400);
    const auto verdict = co_await present(string(odd));
    EXPECT_EQ(verdict ? Kind::internal : verdict.error().kind, Kind::verifier_unavailable);
    EXPECT_EQ(verdict ? Origin::gateway : verdict.error().origin, Origin::client) << "whoever counts may count it";
    pages_.pages["/introspect"].status = page;
    co_await expect("good", "ok ann");
    pages_.pages["/introspect"].status = 400;
    (void)co_await present("another");
    const auto throttled = co_await present("third");
    EXPECT_EQ(throttled ? Kind::internal : throttled.error().kind, Kind::throttled);
  }

  std::vector<string> texts_;
  std::vector<std::pair<string, string>> answers_;
};

TEST_F(IntrospectionTest, AsksWithItsOwnCredential) { begin(), run(asks_properly()); }
TEST_F(IntrospectionTest, IsFoundInTheMetadata) {
  introspection_options_.endpoint.clear();
  begin(), run(expect("good", "ok ann"));
  EXPECT_EQ(asked("/introspect"), 1);
}
TEST_F(IntrospectionTest, RemembersAMinuteOfGoodAndTenSecondsOfBad) { begin(), run(remembers()); }
TEST_F(IntrospectionTest, AsksOnceForAllWhoWait) { begin(), run(shares()); }
TEST_F(IntrospectionTest, LeavesAnEndpointAloneThatIsDown) { begin(), run(is_down()); }

TEST_F(IntrospectionTest, T49ShowsNoQueryOfItsEndpoint) {
  introspection_options_.endpoint = origin_ + "/nothing?key=hidden";
  begin(), run(is_down_and_named());
}

TEST_F(IntrospectionTest, T47IsNotKeptFromOthersByATokenThatConfusesIt) {
  budget_ = std::make_shared<FailureBudget>(FailureBudgetOptions{.burst = 2, .per_second = 1});
  begin(), run(is_confused("odd"));
}

TEST_F(IntrospectionTest, IsJudgedLikeAToken) {
  const string by = ", issuer corp", bad = "invalid_credential ";
  says({{"iss", nullptr}}, "ok ann");
  says({{"iss", "https://elsewhere.example"}}, bad + "wrong_issuer" + by);
  says({{"aud", "https://elsewhere.example"}}, bad + "wrong_audience" + by);
  says({{"aud", nullptr}}, bad + "wrong_audience" + by);
  says({{"exp", time_.seconds() - 60}}, bad + "expired" + by);
  says({{"nbf", time_.seconds() + 61}}, bad + "not_yet_valid" + by);
  says({{"sub", nullptr}}, "ok app");
  says({{"sub", nullptr}, {"client_id", nullptr}}, bad + "bad_claim" + by);
  says({{"cnf", Value::object({{"jkt", "x"}})}}, bad + "sender_not_proven");
  says({{"active", false}}, bad + "inactive" + by);
  begin(), run(everything_said());
}

TEST_F(IntrospectionTest, TakesNothingButTrueForActive) {
  says({{"active", "true"}}, "verifier_unavailable introspection: the answer does not say whether the token is active");
  begin(), run(everything_said());
}

TEST_F(IntrospectionTest, MayBeOfASingleAudience) {
  introspection_options_.single_audience = true;
  says({{"aud", nullptr}}, "ok ann");
  says({{"aud", "https://elsewhere.example"}}, "invalid_credential wrong_audience, issuer corp");
  begin(), run(everything_said());
}

TEST_F(IntrospectionTest, GetsNoJwt) {
  begin(), run(expect(token(), "ok ann"));
  EXPECT_EQ(asked("/introspect"), 0);
}

}  // namespace
}  // namespace gatehouse::identity::test
