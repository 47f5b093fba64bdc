#include "gateway/upstream/fetch_lists.hpp"

#include <gtest/gtest.h>

#include <gatehouse/net/loop.hpp>

namespace gatehouse::upstream {
namespace {

/// A server whose lists end as the test wishes.
class FakeLink final : public client::Link {
 public:
  FakeLink() { peer_.capabilities.tools = true; }
  [[nodiscard]] const client::Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return true; }
  Task<mcp::Reply> request(const client::Request&, client::Listener&, Cancel& cancel) override {
    ++asked;
    // What every link does with a request whose time is over.
    if (times_out) cancel.request(CancelReason::timed_out);
    if (cancel.requested()) co_return fail(Kind::timed_out, Origin::upstream, "The server did not answer in time.");
    co_return mcp::Answer::of(R"({"tools":[{"name":"echo","inputSchema":{"type":"object"}}]})");
  }
  void notify(std::string_view, std::string) override {}
  void watch(std::vector<std::string>) override {}
  Task<void> close() override { co_return; }
  Task<void> wait_closed(Cancel&) override { co_return; }

  bool times_out = false;
  int asked = 0;

 private:
  client::Peer peer_;
};

Task<void> fetch(FakeLink& link, Cancel& cancel, Result<Fetched>& out) {
  FetchOptions options;
  out = co_await fetch_lists(link, std::move(options), cancel);
}

Result<Fetched> fetched(FakeLink& link, Cancel& cancel) {
  net::Loop loop;
  Result<Fetched> out = fail(Kind::internal, Origin::gateway, "not run");
  net::run(loop, fetch(link, cancel, out));
  return out;
}

TEST(FetchLists, ThatTimeOutDoNotEndWhatElseIsDoneForTheServer) {
  FakeLink link;
  Cancel everything;
  link.times_out = true;
  const auto late = fetched(link, everything);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Kind::timed_out);
  EXPECT_FALSE(everything.requested());
  link.times_out = false;
  EXPECT_TRUE(fetched(link, everything)) << "the next reading is another one";
}

TEST(FetchLists, EndWithWhateverElseIsDoneForTheServer) {
  FakeLink link;
  Cancel everything;
  everything.request(CancelReason::shutting_down);
  EXPECT_FALSE(fetched(link, everything));
  EXPECT_EQ(link.asked, 1);
}

}  // namespace
}  // namespace gatehouse::upstream
