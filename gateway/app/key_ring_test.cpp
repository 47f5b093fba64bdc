#include "gateway/app/key_ring.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/keyfile/files.hpp"
#include "gateway/keyfile/issue.hpp"
#include "gateway/keyfile/uses.hpp"
#include "tests/support/fake_exchange.hpp"

namespace gatehouse::app {
namespace {

struct NoOutput final : test::FakeExchange::Output {
  void on_head(int, std::span<const net::Header>) override {}
  void on_body(std::string_view) override {}
  void on_event(const net::SseEvent&) override {}
  void on_end() override {}
};

mcp::WallTime now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

struct KeyRingTest : testing::Test {
  KeyRingTest() { std::filesystem::create_directory(directory); }
  ~KeyRingTest() override { std::filesystem::remove_all(directory); }

  std::string create(const std::string& name, const std::string& file = "keys.yaml") {
    identity::ApiKeyRecord wish;
    wish.name = name;
    wish.environment = "live";
    std::string text;
    const auto done = keyfile::edit(at(file), [&](keyfile::Records& records, const identity::Peppers& peppers) {
      text = keyfile::create(records, peppers, wish, std::chrono::days(1), now())->text;
      return Result<void>{};
    });
    EXPECT_TRUE(done) << done.error().message;
    return text;
  }
  [[nodiscard]] keyfile::Place at(const std::string& file = "keys.yaml") const {
    return {.file = directory + "/" + file, .peppers = {}};
  }
  bool works(KeyRing& ring, const std::string& key) {
    const identity::Protected place{.path = "/mcp"};
    const test::FakeExchange exchange("POST /mcp HTTP/1.1\r\nHost: a\r\n\r\n", "", output);
    return ring.verifier()->known(key, {place, exchange, now(), TimePoint()})->has_value();
  }
  /// As long as it takes; the test program has a time limit.
  Task<void> until(FunctionRef<bool()> done) {
    while (!done()) co_await loop.sleep(Milliseconds{20});
  }
  void run(Task<void> scenario) { net::run(loop, std::move(scenario)); }

  const std::string directory = testing::TempDir() + "gatehouse_key_ring_" + std::to_string(::getpid());
  net::Loop loop;
  NoOutput output;
};

Task<void> follow_the_file(KeyRingTest& test, KeyRing& ring) {
  const std::string first = test.create("first");
  EXPECT_TRUE(ring.load().has_value());
  EXPECT_TRUE(test.works(ring, first));
  const std::string second = test.create("second");
  co_await test.until([&] { return test.works(ring, second); });
  std::ofstream(test.at().file) << "keys: nonsense\n";
  co_await test.until([&, before = ring.reads_for_test()] { return ring.reads_for_test() > before; });
  EXPECT_TRUE(test.works(ring, first) && test.works(ring, second)) << "a broken file changes nothing";
  std::filesystem::remove(test.at().file);
  co_await test.until([&, before = ring.reads_for_test()] { return ring.reads_for_test() > before; });
  EXPECT_TRUE(test.works(ring, first)) << "neither does one that is gone";
  const std::string third = test.create("third");
  co_await test.until([&] { return test.works(ring, third); });
  EXPECT_FALSE(test.works(ring, first));
  co_await ring.stop();
}

TEST_F(KeyRingTest, FollowsItsFile) {
  KeyRing ring(loop, at());
  run(follow_the_file(*this, ring));
}

Task<void> use_and_stop(KeyRingTest& test, KeyRing& ring) {
  const std::string key = test.create("ci");
  EXPECT_TRUE(ring.load().has_value());
  EXPECT_TRUE(test.works(ring, key));
  co_await ring.stop();
}

TEST_F(KeyRingTest, UsesAreWrittenDownAndKept) {
  KeyRing ring(loop, at());
  run(use_and_stop(*this, ring));
  const auto uses = keyfile::read_uses(*keyfile::read_if_there(keyfile::uses_file(at().file)));
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses.begin()->second.networks.front().str(), "127.0.0.0/24");
  KeyRing next(loop, at());
  ASSERT_TRUE(next.load());
  EXPECT_EQ(next.verifier()->use_of(uses.begin()->first)->networks.size(), 1u) << "known networks are not new again";
}

Task<void> use_with_a_new_pepper(KeyRingTest& test, KeyRing& ring) {
  const std::string key = test.create("ci");
  EXPECT_TRUE(keyfile::add_pepper(test.at()).has_value());
  EXPECT_TRUE(ring.load().has_value());
  EXPECT_TRUE(test.works(ring, key));
  co_await ring.stop();
  const auto contents = keyfile::load(test.at());
  EXPECT_EQ(contents->records[0].hashes[0].pepper, contents->peppers.newest().id());
}

TEST_F(KeyRingTest, SecretsThatAreUsedGetTheNewestPepper) {
  KeyRing ring(loop, at());
  run(use_with_a_new_pepper(*this, ring));
}

Task<void> move(KeyRingTest& test, KeyRing& ring) {
  const std::string here = test.create("here"), there = test.create("there", "other.yaml");
  EXPECT_TRUE(ring.load().has_value());
  EXPECT_FALSE(test.works(ring, there));
  ring.move_to(test.at("other.yaml"));
  co_await test.until([&] { return test.works(ring, there); });
  EXPECT_FALSE(test.works(ring, here));
  co_await ring.stop();
}

TEST_F(KeyRingTest, MovesWithTheConfiguration) {
  KeyRing ring(loop, at());
  run(move(*this, ring));
}

TEST_F(KeyRingTest, ABrokenFileIsNoStart) {
  std::ofstream(at().file) << "keys: nonsense\n";
  KeyRing ring(loop, at());
  const auto loaded = ring.load();
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().message.contains("keys.yaml:1: keys: must be a list"));
}

}  // namespace
}  // namespace gatehouse::app
