// Configurations under tests/golden/config and what is said about them. GATEHOUSE_UPDATE=1 writes the expected files anew;
// review them as a diff.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = "tests/golden/config";
constexpr std::string_view kSecret = "golden-secret-from-the-environment", kFileSecret = "golden secret value";

std::string read(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<std::string> inputs(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.is_regular_file() && !name.starts_with(".") && !name.ends_with(".expected")) out.push_back(name);
  }
  std::ranges::sort(out);
  return out;
}

/// Problems and warnings without the folder in front, then the configuration as it was understood.
std::string describe(const std::expected<Loaded, Problems>& loaded, const fs::path& folder) {
  std::string out;
  const auto list = [&](std::string_view title, Problems problems) {
    for (Problem& problem : problems) {
      problem.file = fs::path(problem.file).filename().string();
      std::string text = problem.str();
      if (const auto at = text.find(folder.string() + "/"); at != text.npos) text.erase(at, folder.string().size() + 1);
      out += std::string(title) + text + "\n";
    }
  };
  list("problem ", loaded ? Problems{} : loaded.error());
  if (!loaded) return out;
  list("warning ", loaded->warnings);
  return out + "---\n" + to_yaml(loaded->config, {.defaults = false});
}

class ConfigGolden : public testing::Test {
 protected:
  void SetUp() override {
    setenv("GOLDEN_SECRET", std::string(kSecret).c_str(), 1);
    setenv("HOME", "/home/golden", 1);
    setenv("WORKSPACE_FOLDER", "/work/space", 1);
    setenv("PERPLEXITY_KEY", std::string(kSecret).c_str(), 1);
    unsetenv("GOLDEN_UNSET");
    unsetenv("API_BASE");
  }

  static void compare(const fs::path& input, const std::string& actual) {
    const fs::path expected = input.string() + ".expected";
    if (std::getenv("GATEHOUSE_UPDATE")) std::ofstream(expected) << actual;
    EXPECT_EQ(actual, read(expected)) << input << " (GATEHOUSE_UPDATE=1 accepts)";
    EXPECT_EQ(actual.find(kSecret), std::string::npos) << input << ": a secret is shown";
    EXPECT_EQ(actual.find(kFileSecret), std::string::npos) << input << ": a secret is shown";
  }
};

TEST_F(ConfigGolden, OwnFilesAreJudgedAsRecorded) {
  const auto files = inputs(kFolder);
  ASSERT_GE(files.size(), 15u);
  for (const auto& name : files) compare(kFolder / name, describe(load_file((kFolder / name).string()), kFolder));
}

TEST_F(ConfigGolden, FilesOfClientsAreUnderstoodAsRecorded) {
  const fs::path folder = kFolder / "clients";
  const auto files = inputs(folder);
  ASSERT_GE(files.size(), 12u);
  for (const auto& name : files) compare(folder / name, describe(load_client_file((folder / name).string()), folder));
}

TEST_F(ConfigGolden, AnImportIsAConfigurationOfOurOwn) {
  const fs::path folder = kFolder / "clients";
  for (const auto& name : inputs(folder)) {
    const auto imported = load_client_file((folder / name).string());
    if (!imported) continue;
    const auto again = load_text(to_yaml(imported->config, {.defaults = false, .literals = true}), "again.yaml");
    ASSERT_TRUE(again) << name << ": " << again.error().front().str();
    EXPECT_EQ(again->config.servers, imported->config.servers) << name;
  }
}

}  // namespace
}  // namespace gatehouse::config
