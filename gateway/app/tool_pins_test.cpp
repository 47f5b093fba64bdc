#include "gateway/app/tool_pins.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gatehouse/base/function_ref.hpp>

#include "gateway/keyfile/files.hpp"

namespace gatehouse::app {
namespace {

constexpr mcp::WallTime kNow{std::chrono::seconds{1'800'000'000}};

std::shared_ptr<const catalog::ServerLists> lists_with(std::string_view description) {
  auto lists = std::make_shared<catalog::ServerLists>();
  auto form =
      catalog::read_form(mcp::ListKind::tools, R"({"name":"add","description":")" + std::string(description) + R"("})");
  lists->of(mcp::ListKind::tools).push_back({.key = "add", .form = std::move(*form), .details = nullptr, .hints = {}});
  return lists;
}

struct ToolPinsTest : testing::Test {
  ToolPinsTest() { std::filesystem::create_directory(directory); }
  ~ToolPinsTest() override { std::filesystem::remove_all(directory); }

  [[nodiscard]] std::optional<config::ToolPins> options(pins::OnChange on_change = pins::OnChange::refuse,
                                                        const std::string& name = "pins.json") const {
    config::ToolPins options;
    options.file = directory + "/" + name;
    options.on_change = on_change;
    return options;
  }
  std::optional<pins::Held> look(ToolPins& pins, std::string_view description) {
    pins::HeldTools held;
    (void)pins.filter()->show("crm", lists_with(description), kNow, held);
    return held.empty() ? std::nullopt : std::optional(held.at("crm").at("add"));
  }
  [[nodiscard]] pins::Book written() const {
    pins::Book book;
    const auto text = keyfile::read_if_there(options()->file);
    if (auto pins = text ? pins::read_book(*text) : pins::Book::Pins()) book.take(std::move(*pins));
    return book;
  }
  /// As long as it takes; the test program has a time limit.
  Task<void> until(FunctionRef<bool()> done) {
    while (!done()) co_await loop.sleep(Milliseconds{20});
  }

  const std::string directory = testing::TempDir() + "gatehouse_tool_pins_" + std::to_string(::getpid());
  net::Loop loop;
  int changed = 0;
};

Task<void> write_and_take_over(ToolPinsTest& test, ToolPins& pins) {
  EXPECT_TRUE(pins.configure(test.options()).has_value());
  EXPECT_FALSE(test.look(pins, "Adds."));
  EXPECT_EQ(test.look(pins, "Does more."), pins::Held::refused);
  co_await test.until([&] { return test.written().waiting() == 1; });
  pins::Book book = test.written();
  EXPECT_TRUE(book.approve({"crm", "add"}));
  EXPECT_TRUE(keyfile::replace_file(test.options()->file, pins::write_book(book.pins())).has_value());
  co_await test.until([&] { return test.changed == 1; });
  EXPECT_FALSE(test.look(pins, "Does more."));
  co_await pins.stop();
}

TEST_F(ToolPinsTest, WritesChangesDownAndTakesApprovalsOver) {
  ToolPins pins(loop, [this] { ++changed; });
  net::run(loop, write_and_take_over(*this, pins));
}

Task<void> stop_at_once(ToolPinsTest& test, ToolPins& pins) {
  EXPECT_TRUE(pins.configure(test.options()).has_value());
  (void)test.look(pins, "Adds.");
  co_await pins.stop();
  (void)test.look(pins, "Does more.");  // servers that end may still say something
}

TEST_F(ToolPinsTest, NothingIsLostAtTheEnd) {
  ToolPins pins(loop, [] {});
  net::run(loop, stop_at_once(*this, pins));
  EXPECT_EQ(written().pins().size(), 1u);
}

Task<void> change_settings(ToolPinsTest& test, ToolPins& pins) {
  EXPECT_TRUE(pins.configure(test.options()).has_value());
  const auto filter = pins.filter();
  (void)test.look(pins, "Adds.");
  EXPECT_TRUE(pins.configure(test.options(pins::OnChange::hide)).has_value());
  EXPECT_EQ(pins.filter(), filter) << "what is not written yet is still known";
  EXPECT_EQ(test.look(pins, "Does more."), pins::Held::hidden);
  co_await test.until([&] { return test.written().waiting() == 1; });
  EXPECT_TRUE(pins.configure(std::nullopt).has_value());
  EXPECT_EQ(pins.filter(), nullptr);
  EXPECT_TRUE(pins.configure(test.options()).has_value());
  EXPECT_EQ(test.look(pins, "Does more."), pins::Held::refused);
  EXPECT_TRUE(pins.configure(test.options(pins::OnChange::refuse, "other.json")).has_value());
  EXPECT_FALSE(test.look(pins, "Does more.")) << "another file is another book";
  co_await pins.stop();
}

TEST_F(ToolPinsTest, FollowTheConfiguration) {
  ToolPins pins(loop, [] {});
  net::run(loop, change_settings(*this, pins));
}

Task<void> keep_from_damage(ToolPinsTest& test, ToolPins& pins) {
  std::ofstream(test.options()->file) << "damaged";
  const auto refused = pins.configure(test.options());
  EXPECT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("pins.json"), std::string::npos) << refused.error().message;
  EXPECT_EQ(pins.filter(), nullptr);
  std::filesystem::remove(test.options()->file);
  EXPECT_TRUE(pins.configure(test.options()).has_value());
  std::ofstream(test.options()->file) << "damaged";
  (void)test.look(pins, "Adds.");
  co_await pins.stop();
  EXPECT_EQ(*keyfile::read_if_there(test.options()->file), "damaged") << "somebody will repair it";
}

TEST_F(ToolPinsTest, ADamagedFileIsNeitherTakenNorOverwritten) {
  ToolPins pins(loop, [] {});
  net::run(loop, keep_from_damage(*this, pins));
}

}  // namespace
}  // namespace gatehouse::app
