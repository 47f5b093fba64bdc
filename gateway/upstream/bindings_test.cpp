#include "gateway/upstream/bindings.hpp"

#include <gtest/gtest.h>

#include "tests/support/finish.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::upstream {
namespace {

class IdleLink final : public client::Link {
 public:
  [[nodiscard]] const client::Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return true; }
  Task<mcp::Reply> request(const client::Request&, client::Listener&, Cancel&) override {
    co_return fail(Kind::unavailable, Origin::upstream, "no server");
  }
  void notify(std::string_view, std::string) override {}
  void watch(std::vector<std::string>) override {}
  Task<void> close() override { co_return; }
  Task<void> wait_closed(Cancel&) override { co_return; }

 private:
  client::Peer peer_;
};

struct Nobody final : Bindings::Observer {
  void opened(std::string_view, const std::shared_ptr<Binding>&) override {}
  void heard(std::string_view, const std::shared_ptr<Binding>&, const mcp::Message&) override {}
  void closed(std::string_view) override {}
};

struct Received final : transport::MessageSink {
  bool deliver(const json::Pieces& message) override {
    std::string text;
    for (const std::string_view piece : message) text += piece;
    messages.push_back(std::move(text));
    return true;
  }
  std::vector<std::string> messages;
};

/// A session with a connection of its own to the server "crm".
struct Scene {
  Scene() {
    session->initialized = true;
    session->attach(received, replaced);
    (void)test::finish(bindings.get(session->client(*mcp::anonymous(), {}, {}), {}));
  }
  ~Scene() {
    test::finish(bindings.close_all());
    session->detach(received);
  }
  Task<Result<std::shared_ptr<client::Link>>> open(client::Listener* own) {
    listener = own;
    co_return std::shared_ptr<client::Link>(std::make_shared<IdleLink>());
  }
  void says(std::string_view params) {
    received.messages.clear();
    listener->notified(*test::request("notifications/message", params));
  }

  net::Loop loop;
  bridge::QuestionOptions options;
  asking::RootsCache roots;
  asking::Means means{loop, options, roots};
  std::shared_ptr<transport::Session> session = std::make_shared<transport::Session>(
      "s1", *test::request("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{"roots":{}}})"),
      *mcp::anonymous(), TimePoint{});
  Received received;
  Cancel replaced;
  Nobody nobody;
  client::Listener* listener = nullptr;
  Bindings bindings{[this](std::string_view) { return session; },
                    [this](mcp::ClientCapabilities, client::Listener* own) { return open(own); }, nobody, 4,
                    Asking{.means = means, .server_name = "crm", .log = {.max_data_bytes = 20}, .declared = {}}};
};

// GB-221
TEST(Bindings, NameTheServerInLogLinesOfASessionsOwnConnection) {
  Scene s;
  s.says(R"({"level":"error","logger":"db","data":"x"})");
  ASSERT_EQ(s.received.messages.size(), 1U);
  EXPECT_NE(s.received.messages[0].find(R"("logger":"crm/db")"), std::string::npos) << s.received.messages[0];
}

TEST(Bindings, CutTheDataOfLongLogLines) {
  Scene s;
  s.says(R"({"level":"error","data":"a very long line indeed"})");
  ASSERT_EQ(s.received.messages.size(), 1U);
  EXPECT_NE(s.received.messages[0].find(R"("data":"[25 bytes omitted]")"), std::string::npos) << s.received.messages[0];
}

TEST(Bindings, PassOnLogLinesFromTheSessionsLevelOn) {
  Scene s;
  s.says(R"({"level":"info","data":1})");
  EXPECT_TRUE(s.received.messages.empty()) << "it never asked for a level";
  s.says(R"({"level":"warning","data":1})");
  EXPECT_EQ(s.received.messages.size(), 1U);
  s.session->log_level = mcp::LogLevel::error;
  s.says(R"({"level":"warning","data":1})");
  EXPECT_TRUE(s.received.messages.empty());
  s.session->log_level = mcp::LogLevel::debug;
  s.says(R"({"level":"info","data":1})");
  EXPECT_EQ(s.received.messages.size(), 1U);
}

}  // namespace
}  // namespace gatehouse::upstream
