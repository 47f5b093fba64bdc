// Every tests/golden/<revision>/*.mcp is held against the server with all features (tests/support/feature_server.hpp) and has to
// come out as it stands. `golden_test --update` writes what came out instead; review the difference.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/golden/hops.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/feature_server.hpp"

namespace gatehouse::test {
namespace {

bool update = false;

class Features final : public Subject {
 public:
  mcp::Responder& responder() override { return features_.server(); }
  void joined(transport::Sessions& sessions) override { attachment_.emplace(features_.server().attach(sessions)); }
  void left() override { attachment_.reset(); }

 private:
  FeatureServer features_;
  std::optional<server::Server::Attachment> attachment_;
};

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class Golden : public testing::Test {
 public:
  explicit Golden(std::filesystem::path file) : file_(std::move(file)) {}

  void TestBody() override {
    const auto revision = mcp::parse_revision(file_.parent_path().filename().string());
    ASSERT_TRUE(revision) << "the folder is not named after a revision";
    const std::string expected = read_file(file_);
    auto conversation = parse_conversation(expected, *revision);
    ASSERT_TRUE(conversation.transport == "http" || conversation.transport == "sse" || conversation.transport == "stdio")
        << "a line 'transport: http', 'transport: sse' or 'transport: stdio' is missing";
    ASSERT_FALSE(conversation.steps.empty());
    Features features;
    replay(conversation, features);
    const std::string found = to_text(conversation);
    if (update)
      std::ofstream(file_, std::ios::binary) << found;
    else
      EXPECT_EQ(found, expected);
  }

 private:
  std::filesystem::path file_;
};

void add_tests() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden")) {
    if (entry.path().extension() == ".mcp") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    std::string name = file.parent_path().filename().string() + "_" + file.stem().string();
    std::ranges::replace(name, '-', '_');  // test filters read it as "but not"
    testing::RegisterTest("Golden", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [file]() -> testing::Test* { return new Golden(file); });
  }
}

}  // namespace
}  // namespace gatehouse::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  gatehouse::test::update = argc > 1 && std::strcmp(argv[1], "--update") == 0;
  gatehouse::test::add_tests();
  gatehouse::test::add_hop_tests(gatehouse::test::update);
  return RUN_ALL_TESTS();
}
