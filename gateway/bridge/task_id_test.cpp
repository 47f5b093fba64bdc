#include "gateway/bridge/task_id.hpp"

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr WallTime kNow{milliseconds{1'800'000'000'000}};
const TaskAddress kAddress{.server = "crm",
                           .id = "T-9 \"\xc3\xa9",
                           .capabilities = {.sampling = true, .elicitation_form = true, .elicitation_url = true}};

TEST(TaskId, LeadsBackToTheServersTask) {
  const auto keys = seal::KeyRing::random();
  for (const TaskAddress& address : {kAddress, TaskAddress{.server = "a", .id = "b", .capabilities = {}}}) {
    const auto id = seal_task_id(keys, "alice", address, 1000, kNow);
    EXPECT_TRUE(id.starts_with("gt1."));
    const auto opened = open_task_id(keys, "alice", id, kNow);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, address);
  }
}

// LF-1517, GB section 15, 11: forged, foreign and expired ids all sound like an id that never was
TEST(TaskId, IsNobodyElses) {
  const auto keys = seal::KeyRing::random();
  const auto id = seal_task_id(keys, "alice", kAddress, 1000, kNow);
  auto forged = id;
  forged[forged.size() / 2] ^= 1;
  const auto refused = [&](std::string_view principal, std::string_view token, WallTime now) {
    const auto opened = open_task_id(keys, principal, token, now);
    return !opened && opened.error().kind == Kind::not_found && opened.error().message == no_such_task().message;
  };
  EXPECT_TRUE(refused("bob", id, kNow));
  EXPECT_TRUE(refused("alice", forged, kNow));
  EXPECT_TRUE(refused("alice", "T-9", kNow));
  EXPECT_TRUE(refused("alice", "", kNow));
  EXPECT_TRUE(refused("alice", keys.seal(seal::Purpose::state, "alice", "{}", seal::kNeverExpires), kNow));
  EXPECT_TRUE(refused("alice", id, kNow + hours(2)));
  EXPECT_FALSE(open_task_id(seal::KeyRing::random(), "alice", id, kNow));
}

TEST(TaskId, OfAnUnlimitedTaskStaysGood) {
  const auto keys = seal::KeyRing::random();
  for (const auto ttl : {std::optional<std::int64_t>(), std::optional<std::int64_t>(INT64_MAX)})
    EXPECT_TRUE(open_task_id(keys, "a", seal_task_id(keys, "a", kAddress, ttl, kNow), kNow + hours(24 * 3650)));
}

}  // namespace
}  // namespace gatehouse::bridge
