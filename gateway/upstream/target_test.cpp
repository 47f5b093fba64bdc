#include "gateway/upstream/target.hpp"

#include <gtest/gtest.h>

namespace gatehouse::upstream {
namespace {

class FakeLink final : public client::Link {
 public:
  FakeLink(mcp::Revision revision, bool separates) : separates_(separates) { peer_.revision = revision; }
  [[nodiscard]] const client::Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return true; }
  [[nodiscard]] bool separates_requests() const override { return separates_; }
  Task<mcp::Reply> request(const client::Request&, client::Listener&, Cancel&) override {
    co_return fail(Kind::unavailable, Origin::upstream, "");
  }
  void notify(std::string_view, std::string) override {}
  void watch(std::vector<std::string>) override {}
  Task<void> close() override { co_return; }
  Task<void> wait_closed(Cancel&) override { co_return; }

 private:
  client::Peer peer_;
  bool separates_;
};

struct Way {
  client::Era era = client::Era::automatic;
  client::HttpTransport transport = client::HttpTransport::automatic;
  bool operator==(const Way&) const = default;
};

Way next(const KnownWay& known, Way configured = {}) {
  client::ConnectOptions options;
  options.era = configured.era;
  client::HttpTarget target;
  target.transport = configured.transport;
  known.apply(options);
  known.apply(target);
  return {options.era, target.transport};
}

Options at_address() {
  Options options;
  options.url.emplace();
  return options;
}

TEST(KnownWay, IsTakenAgainToAServerWithSessions) {
  KnownWay known;
  EXPECT_EQ(next(known), Way{});
  known.reached(at_address(), FakeLink(mcp::kLatestLegacy, true));
  EXPECT_EQ(next(known), (Way{client::Era::legacy, client::HttpTransport::streamable}));
  known.reached(at_address(), FakeLink(mcp::Revision::v2024_11_05, false));
  EXPECT_EQ(next(known), (Way{client::Era::legacy, client::HttpTransport::sse}));
  known.forget();
  EXPECT_EQ(next(known), Way{}) << "it led nowhere the last time";
}

TEST(KnownWay, ProgramsHaveOnlyTheirEraToBeRemembered) {
  KnownWay known;
  Options program;
  program.command = "server";
  known.reached(program, FakeLink(mcp::kLatestLegacy, false));
  EXPECT_EQ(next(known), (Way{client::Era::legacy, client::HttpTransport::automatic}));
}

TEST(KnownWay, AStatelessServerIsAskedEachTime) {
  KnownWay known;
  known.reached(at_address(), FakeLink(mcp::kLatest, true));
  EXPECT_EQ(next(known), Way{});
}

TEST(KnownWay, WhatIsConfiguredStays) {
  KnownWay known;
  known.reached(at_address(), FakeLink(mcp::kLatestLegacy, true));
  const Way configured{client::Era::modern, client::HttpTransport::sse};
  EXPECT_EQ(next(known, configured), configured);
}

}  // namespace
}  // namespace gatehouse::upstream
