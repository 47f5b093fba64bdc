#include <gatehouse/base/log.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::log {
namespace {

std::vector<std::string>& lines() {
  static std::vector<std::string> seen;
  return seen;
}

void remember(Level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line{event};
  for (const Field& field : fields) line.append(" ").append(field.name).append("=").append(field.value);
  lines().push_back(std::move(line));
}

struct Log : testing::Test {
  Log() { lines().clear(); }
  ~Log() override { set_sink(nullptr, Level::off); }
};

TEST_F(Log, SaysNothingWithoutASink) {
  EXPECT_FALSE(enabled(Level::error));
  error("lost");
  EXPECT_TRUE(lines().empty());
}

TEST_F(Log, PassesOnWhatIsImportantEnough) {
  set_sink(remember, Level::info);
  debug("too detailed");
  info("server exited", {{"server", "files"}, {"code", "1", true}});
  EXPECT_EQ(lines(), std::vector<std::string>{"server exited server=files code=1"});
  EXPECT_FALSE(enabled(Level::debug));
  EXPECT_TRUE(enabled(Level::warn));
}

TEST_F(Log, OffIsNotALevelToWriteAt) {
  set_sink(remember, Level::off);
  write(Level::off, "never");
  error("never");
  EXPECT_TRUE(lines().empty());
}

}  // namespace
}  // namespace gatehouse::log
