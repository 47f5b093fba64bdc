#include <gatehouse/identity/gatekeeper.hpp>

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

#include "tests/support/fake_exchange.hpp"
#include "tests/support/finish.hpp"

namespace gatehouse::identity {
namespace {

/// Knows names; asks somebody else about those that begin with "slow-".
class NameVerifier final : public Verifier {
 public:
  explicit NameVerifier(std::string method) : method_(std::move(method)) {}
  std::optional<Verdict> known(std::string_view credential, const Circumstances& around) override {
    if (credential.starts_with("slow-")) return std::nullopt;
    return judge(credential, around);
  }
  Task<Verdict> verify(std::string_view credential, const Circumstances& around) override {
    auto verdict = judge(credential, around);
    co_return verdict;
  }
  bool still_good(const mcp::Principal& who, mcp::WallTime) const override { return who.subject != "gone"; }

 private:
  Verdict judge(std::string_view credential, const Circumstances& around) const {
    if (credential.contains("bad")) return not_good(around.place, "it is bad");
    auto who = std::make_shared<mcp::Principal>();
    who->key = who->subject = credential;
    who->auth.method = method_;
    return who;
  }
  std::string method_;
};

/// Nobody looks at the answer.
struct Nowhere final : test::FakeExchange::Output {
  void on_head(int, std::span<const net::Header>) override {}
  void on_body(std::string_view) override {}
  void on_event(const net::SseEvent&) override {}
  void on_end() override {}
};

Protected finance() {
  Protected place;
  place.path = "/mcp";
  place.resource.metadata_url = "https://gw.example/.well-known/oauth-protected-resource/mcp";
  return place;
}

class GatekeeperTest : public testing::Test {
 protected:
  std::string verdict(const std::string& headers) {
    Nowhere nowhere;
    test::FakeExchange exchange("POST /mcp HTTP/1.1\r\nHost: gw\r\n" + headers + "\r\n", "{}", nowhere);
    auto known = keeper_.known(exchange);
    if (!known) known = test::finish(keeper_.authenticate(exchange));
    if (*known) return (**known)->auth.method + " " + (**known)->subject;
    data_ = known->error().data;
    return std::string(to_string(known->error().kind)) + " " + known->error().challenge;
  }
  std::string data_;  // of the last refusal
  Gatekeeper keeper_{finance(),
                     {std::make_shared<NameVerifier>("api_key"), std::make_shared<NameVerifier>("jwt"), nullptr}};
};

TEST_F(GatekeeperTest, HasExactlyOneVerifierPerForm) {
  EXPECT_EQ(verdict("Authorization: Bearer ann\r\n"), "jwt ann");
  EXPECT_EQ(verdict("Authorization: Bearer slow-ann\r\n"), "jwt slow-ann");
  EXPECT_EQ(verdict("X-API-Key: bob\r\n"), "api_key bob");
  EXPECT_EQ(keeper_.counters().admitted, 3u);
}

TEST_F(GatekeeperTest, SaysHowToGetIn) {
  const std::string metadata = "resource_metadata=\"https://gw.example/.well-known/oauth-protected-resource/mcp\"";
  EXPECT_EQ(verdict(""), "unauthenticated Bearer " + metadata);
  EXPECT_EQ(verdict("Authorization: Basic YTpi\r\n"), "unauthenticated Bearer " + metadata);
  EXPECT_EQ(verdict("Authorization: Bearer bad\r\n"), "invalid_credential Bearer error=\"invalid_token\", " + metadata);
  EXPECT_EQ(verdict("X-API-Key: a\r\nAuthorization: Bearer b\r\n"),
            "bad_credential_form Bearer error=\"invalid_request\"");
  EXPECT_EQ(keeper_.counters().refused, 4u);
}

/// Names of refusals in the log.
std::vector<std::string> told;

// RS-34
TEST_F(GatekeeperTest, NamesARefusalAsItsLineInTheLogDoes) {
  log::set_sink(
      [](log::Level, std::string_view, std::initializer_list<log::Field> fields) {
        for (const log::Field& field : fields)
          if (field.name == "request_id") told.emplace_back(field.value);
      },
      log::Level::debug);
  for (const char* headers : {"", "Authorization: Bearer bad\r\n", "Authorization: Bearer slow-bad\r\n",
                              "X-API-Key: a\r\nAuthorization: Bearer b\r\n"}) {
    told.clear();
    EXPECT_NE(verdict(headers), "");
    ASSERT_EQ(told.size(), 1u) << headers;
    EXPECT_EQ(json::parse(data_)->text("requestId"), told.front()) << headers;
  }
  for (int i = 0; i < 100; ++i) EXPECT_NE(verdict("Authorization: Bearer bad\r\n"), "");
  EXPECT_LT(told.size(), 60u) << "a flood has few lines,";
  EXPECT_EQ(json::parse(data_)->text("requestId").size(), 16u) << "but every refusal a name";
  EXPECT_EQ(verdict("Authorization: Bearer ann\r\n"), "jwt ann");
  log::set_sink(nullptr, log::Level::off);
}

// T47, RS-44
TEST(Gatekeeper, KnowsByTheHeadWhomNobodyWillLetIn) {
  const auto objection = [](const std::string& headers, const Verifiers& verifiers) {
    const std::string text = "POST /mcp HTTP/1.1\r\nHost: gw\r\n" + headers + "\r\n";
    net::RequestHead head;
    EXPECT_TRUE(*net::parse_head(text, {}, head));
    const auto error = objection_to(head, finance(), verifiers);
    return error ? std::string(to_string(error->kind)) : "";
  };
  const auto some = std::make_shared<NameVerifier>("some");
  const Verifiers keys{some, nullptr, nullptr}, tokens{nullptr, some, nullptr}, connections{nullptr, nullptr, some};
  EXPECT_EQ(objection("", keys), "unauthenticated");
  EXPECT_EQ(objection("", connections), "") << "a certificate, perhaps";
  EXPECT_EQ(objection("Authorization: Basic YTpi\r\n", tokens), "unauthenticated");
  EXPECT_EQ(objection("Authorization: Bearer bad\r\n", tokens), "") << "somebody has to look at it";
  EXPECT_EQ(objection("Authorization: Bearer bad\r\n", keys), "invalid_credential");
  EXPECT_EQ(objection("X-API-Key: a\r\n", tokens), "invalid_credential");
  EXPECT_EQ(objection("X-API-Key: a\r\n", keys), "");
  EXPECT_EQ(objection("X-API-Key: a\r\nAuthorization: Bearer b\r\n", keys), "bad_credential_form");
}

TEST_F(GatekeeperTest, LetsNobodyStayWhoseCredentialEnded) {
  mcp::Principal who;
  who.auth.method = "jwt";
  const mcp::WallTime now{std::chrono::seconds(1'000)};
  EXPECT_TRUE(keeper_.still_good(who, now));
  who.expires_at = now;
  EXPECT_FALSE(keeper_.still_good(who, now));
  who.expires_at.reset();
  who.subject = "gone";
  EXPECT_FALSE(keeper_.still_good(who, now));
  who.auth.method = "certificate";  // not accepted here (any more)
  EXPECT_FALSE(keeper_.still_good(who, now));
}

}  // namespace
}  // namespace gatehouse::identity
