#include <gatehouse/base/cancel.hpp>

#include <memory>
#include <optional>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Cancel, RunsEachHookOnce) {
  Cancel cancel;
  int runs = 0;
  Cancel::Hook first(cancel, [&] { ++runs; });
  Cancel::Hook second(cancel, [&] { ++runs; });
  cancel.request(CancelReason::client_asked);
  cancel.request(CancelReason::timed_out);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(cancel.reason(), CancelReason::client_asked);
}

TEST(Cancel, RunsALateHookAtOnce) {
  Cancel cancel;
  cancel.request(CancelReason::timed_out);
  bool ran = false;
  Cancel::Hook hook(cancel, [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Cancel, ForgetsADestroyedHook) {
  Cancel cancel;
  int runs = 0;
  const auto count = [&] { ++runs; };
  Cancel::Hook before(cancel, count);
  { Cancel::Hook gone(cancel, count); }
  Cancel::Hook after(cancel, count);
  cancel.request(CancelReason::client_gone);
  EXPECT_EQ(runs, 2);
}

TEST(Cancel, AHookMayDestroyAnother) {
  Cancel cancel;
  int runs = 0;
  const auto count = [&] { ++runs; };
  std::optional<Cancel::Hook<decltype(count)>> victim(std::in_place, cancel, count);
  Cancel::Hook killer(cancel, [&] { victim.reset(); });  // the newest runs first
  cancel.request(CancelReason::client_gone);
  EXPECT_EQ(runs, 0);
}

TEST(Cancel, AHookMayDestroyIt) {
  auto cancel = std::make_unique<Cancel>();
  int runs = 0;
  const auto count = [&] { ++runs; };
  Cancel::Hook never(*cancel, count);
  Cancel::Hook killer(*cancel, [&] { cancel.reset(); });
  Cancel::Hook first(*cancel, count);
  cancel->request(CancelReason::client_gone);
  EXPECT_EQ(runs, 1) << "what ran before it";
}

TEST(Cancel, TheLastHookMayDestroyIt) {
  auto cancel = std::make_unique<Cancel>();
  Cancel::Hook killer(*cancel, [&] { cancel.reset(); });
  cancel->request(CancelReason::client_gone);
  EXPECT_EQ(cancel, nullptr);
}

TEST(Cancel, RunsAHookThatIsMadeMeanwhileOnce) {
  Cancel cancel;
  int runs = 0;
  const auto count = [&] { ++runs; };
  std::optional<Cancel::Hook<decltype(count)>> late;
  Cancel::Hook older(cancel, count);
  Cancel::Hook maker(cancel, [&] { late.emplace(cancel, count); });
  cancel.request(CancelReason::client_gone);
  EXPECT_EQ(runs, 2);
}

TEST(Cancel, MayGoBeforeItsHooks) {
  auto cancel = std::make_unique<Cancel>();
  Cancel::Hook hook(*cancel, [] { FAIL(); });
  cancel.reset();
}

}  // namespace
}  // namespace gatehouse
