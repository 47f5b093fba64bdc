#include "gateway/bridge/request_state.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {
namespace {

constexpr seal::Time kNow{std::chrono::seconds{1'800'000'000}};
const auto kKeys = *seal::KeyRing::of({"0123456789abcdef0123456789abcdef"});

RequestState sample() {
  return {.kind = RequestState::Kind::parked,
          .server = "crm",
          .digest = "d",
          .inner = {},
          .owner = "o",
          .parked = "p",
          .generation = 3};
}
std::string sealed(const RequestState& state) {
  return seal_state(kKeys, "alice", state, kNow + std::chrono::seconds{5});
}

std::string outcome(std::string_view token, std::string_view principal = "alice", std::string_view server = "crm",
                    std::string_view digest = "d", seal::Time now = kNow) {
  const auto state = open_state(kKeys, principal, token, server, digest, now);
  if (state) return "opened";
  EXPECT_EQ(state.error().kind, Kind::invalid_params);
  EXPECT_EQ(state.error().origin, Origin::client);
  return std::string(json::parse(state.error().data)->find("gatehouse")->text("reason"));
}

TEST(RequestState, ComesBackAsItWas) {
  auto states = {
      sample(),
      RequestState{.kind = RequestState::Kind::forward, .server = "crm", .digest = "d", .inner = "S\"\n\xc3\xa9"},
      RequestState{.kind = RequestState::Kind::forward, .server = "crm", .digest = "d", .inner = ""},
      RequestState{.kind = RequestState::Kind::forward, .server = "crm", .digest = "d"},
      RequestState{.kind = RequestState::Kind::redo, .server = "crm", .digest = "d"}};
  for (const auto& state : states) {
    const auto opened = open_state(kKeys, "alice", sealed(state), "crm", "d", kNow);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, state);
  }
}

// GB-072, scenario 3
TEST(RequestState, IsRefusedWithItsReason) {
  const auto token = sealed(sample());
  EXPECT_EQ(outcome(token), "opened");
  auto forged = token;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(outcome(forged), "request_state_invalid");
  EXPECT_EQ(outcome("S1"), "request_state_invalid") << "a server's own state never stands alone";
  EXPECT_EQ(outcome(token, "mallory"), "request_state_invalid");
  EXPECT_EQ(outcome(token, "alice", "other"), "request_state_invalid");
  EXPECT_EQ(outcome(token, "alice", "crm", "other arguments"), "request_state_invalid");
  EXPECT_EQ(outcome(token, "alice", "crm", "d", kNow + std::chrono::seconds{5}), "request_state_expired");
  EXPECT_EQ(outcome(kKeys.seal(seal::Purpose::state, "alice", "{}", seal::kNeverExpires)), "request_state_invalid")
      << "of another version";
}

}  // namespace
}  // namespace gatehouse::bridge
