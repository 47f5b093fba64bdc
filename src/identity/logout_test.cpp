#include <gatehouse/identity/logout.hpp>

#include "src/identity/fake_issuer_test.hpp"

namespace gatehouse::identity::test {
namespace {

using std::string;

class LogoutTest : public TokenTest {
 protected:
  LogoutTest() { options_.logout_audiences = {"gatehouse"}; }
  void begin_with(FailureBudgetOptions budget) {
    budget_ = std::make_shared<FailureBudget>(budget);
    begin();
    receiver_ = std::make_unique<LogoutReceiver>(LogoutOptions{}, issuers_, denied_, budget_, time_);
  }
  /// The form with a logout token; `name` is another claim, or missing if `value` is null.
  [[nodiscard]] string form(std::string_view name = "sid", Value value = "s1",
                            std::string_view typ = "logout+jwt") const {
    auto all = Value::object(
        {{"iss", options_.issuer},
         {"aud", "gatehouse"},
         {"sub", "ann"},
         {"jti", "l" + std::to_string(++number_)},
         {"iat", time_.seconds()},
         {"exp", time_.seconds() + 120},
         {"events", Value::object({{"http://schemas.openid.net/event/backchannel-logout", Value::object()}})}});
    value.is_null() ? all.erase(name) : all.set(name, std::move(value));
    const auto header = Value::object({{"alg", "ES256"}, {"kid", "k1"}, {"typ", typ}});
    return "x=1&logout_token=" + a_key().token_of(header.str(), all.str());
  }
  Task<string> received(string form) {
    const auto done = co_await receiver_->receive(form, "192.0.2.1");
    co_return done ? "done" : string(to_string(done.error().kind)) + ": " + done.error().detail;
  }
  Task<void> expect_received(string form, string outcome) {
    const string got = co_await received(std::move(form));
    EXPECT_EQ(got, outcome);
  }
  Task<void> all_received(std::vector<std::pair<string, string>> table) {
    for (auto& [form, outcome] : table) co_await expect_received(std::move(form), std::move(outcome));
  }
  Task<void> of_a_session() {
    const string text = token();
    const auto who = co_await present(text);
    co_await expect_received(form(), "done");
    EXPECT_TRUE(who && !verifier_->still_good(**who, around().now));
    co_await expect(text, "invalid_credential revoked, issuer corp");
    co_await expect(token_with("sid", "s2"), "ok ann");
  }
  Task<void> of_a_user() {
    co_await expect_received(form("sid", nullptr), "done");
    co_await expect(token(), "invalid_credential revoked, issuer corp");
    co_await expect(token_with("sub", "bob"), "ok bob");
    time_.pass(1s);
    co_await expect(token_with("sid", "s2"), "ok ann");  // logged in again
  }
  Task<void> replayed() {
    const string one = form();
    co_await expect_received(one, "done");
    co_await expect_received(one, "invalid_request: it came before");
  }
  Task<void> flooded() {
    for (int i = 0; i < 3; ++i) co_await expect_received("logout_token=x", "invalid_request: not_signed_token");
    co_await expect_received(form(), "throttled: ");
  }
  mutable int number_ = 0;
  std::unique_ptr<LogoutReceiver> receiver_;
};

TEST_F(LogoutTest, T43EndsWhatALoginLetIn) { begin_with({}), run(of_a_session()); }
TEST_F(LogoutTest, T43EndsWhatAUserHadUntilNow) { begin_with({}), run(of_a_user()); }
TEST_F(LogoutTest, IsTakenOnce) { begin_with({}), run(replayed()); }
TEST_F(LogoutTest, T47IsBoundedByAddress) { begin_with({.burst = 3, .per_second = 1}), run(flooded()); }

TEST_F(LogoutTest, RefusesWhatIsNoLogoutTokenForUs) {
  begin_with({});
  const string no = "invalid_request: ";
  string forged = form();
  forged[forged.size() - 5] = forged[forged.size() - 5] == 'A' ? 'B' : 'A';
  const string twice = form() + "&logout_token=x";
  run(all_received({{form("sid", "s1", "JWT"), no + "typ is not logout+jwt"},
                    {form("sid", "s1", "at+jwt"), no + "typ is not logout+jwt"},
                    {form("aud", "app"), no + "another audience"},
                    {form("aud", nullptr), no + "another audience"},
                    {form("iss", "https://elsewhere.example"), no + "unknown issuer"},
                    {form("events", nullptr), no + "no logout event"},
                    {form("events", Value::object({{"other", Value::object()}})), no + "no logout event"},
                    {form("nonce", "n"), no + "it has a nonce: an ID token"},
                    {form("jti", nullptr), no + "no jti"},
                    {form("iat", nullptr), no + "iat or exp is missing or no time"},
                    {form("iat", time_.seconds() - 361), no + "not of now"},
                    {form("iat", time_.seconds() + 61), no + "not of now"},
                    {form("exp", time_.seconds() - 61), no + "not of now"},
                    {form("sub", nullptr), no + "neither sub nor sid"},
                    {form("sid", 1), no + "sub or sid is no text"},
                    {forged, no + "bad_signature"},
                    {twice, no + "no logout_token in the form"},
                    {"", no + "no logout_token in the form"}}));
  EXPECT_EQ(denied_->size(), 0u);
}

}  // namespace
}  // namespace gatehouse::identity::test
