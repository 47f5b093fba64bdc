#include "gateway/keyfile/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/keyfile/files.hpp"
#include "gateway/keyfile/uses.hpp"

namespace gatehouse::keyfile {
namespace {

const mcp::WallTime kNow{std::chrono::seconds(1'800'000'000)};

struct KeyFileTest : testing::Test {
  KeyFileTest() { std::filesystem::create_directory(directory); }
  ~KeyFileTest() override { std::filesystem::remove_all(directory); }

  /// Adds a key and returns it.
  std::string create(std::string id = identity::make_api_key_id()) {
    const std::string text = identity::make_api_key("live", id);
    const auto done = edit(place, [&](Records& records, const identity::Peppers& peppers) {
      auto& record = records.emplace_back();
      record.id = id;
      record.environment = "live";
      record.expires_at = kNow + std::chrono::hours(1);
      record.hashes = {{.pepper = peppers.newest().id(),
                        .value = peppers.newest().hash(identity::parse_api_key(text)->proof),
                        .created_at = kNow,
                        .not_after = {}}};
      return Result<void>{};
    });
    EXPECT_TRUE(done) << done.error().message;
    return text;
  }
  [[nodiscard]] bool works(const std::string& key) const {
    auto contents = load(place);
    if (!contents) return false;
    const identity::ApiKeys keys(std::move(contents->records), std::move(contents->peppers));
    return keys.verify(key, {.address = "::1", .endpoint = "/mcp", .certificate = {}}, kNow).has_value();
  }
  [[nodiscard]] static unsigned mode(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }
  void write(const std::string& path, const std::string& text) const { std::ofstream(path) << text; }

  const std::string directory = testing::TempDir() + "gatehouse_keyfile_" + std::to_string(::getpid());
  Place place{.file = directory + "/keys.yaml", .peppers = {}};
};

TEST_F(KeyFileTest, AKeyThatIsMadeWorks) {
  const std::string first = create(), second = create();
  EXPECT_TRUE(works(first) && works(second));
  EXPECT_EQ(mode(place.file), 0600u);
  EXPECT_EQ(mode(place.pepper_file()), 0600u);
  const std::string text = *read_if_there(place.file);
  EXPECT_FALSE(text.contains(first)) << "the file holds no key";
}

// T17
TEST_F(KeyFileTest, AStolenFileVerifiesNothing) {
  const std::string key = create();
  std::filesystem::remove(place.pepper_file());
  EXPECT_FALSE(works(key));
  const auto contents = load(place);
  ASSERT_EQ(contents->warnings.size(), 1u);
  EXPECT_TRUE(contents->warnings[0].message.contains("cannot be verified: pepper"));
}

TEST_F(KeyFileTest, ThePepperMayComeFromElsewhere) {
  place.peppers = {std::string(32, 'n'), std::string(32, 'o')};
  const std::string key = create();
  EXPECT_FALSE(std::filesystem::exists(place.pepper_file()));
  EXPECT_TRUE(works(key));
  place.peppers = {std::string(32, 'x'), std::string(32, 'n')};
  EXPECT_TRUE(works(key)) << "older peppers verify";
  place.peppers = {"short"};
  EXPECT_EQ(load(place).error()[0].message, "a pepper needs at least 32 characters");
}

TEST_F(KeyFileTest, ANewPepperIsForNewKeys) {
  const std::string old_key = create();
  ASSERT_TRUE(add_pepper(place));
  const std::string new_key = create();
  EXPECT_TRUE(works(old_key) && works(new_key));
  const auto contents = load(place);
  EXPECT_NE(contents->records[0].hashes[0].pepper, contents->records[1].hashes[0].pepper);
  EXPECT_TRUE(contents->warnings.empty());
}

TEST_F(KeyFileTest, AFileThatIsNotUnderstoodStaysAsItIs) {
  write(place.file, "keys: nonsense\n");
  const auto done = edit(place, [](Records&, const identity::Peppers&) { return Result<void>{}; });
  EXPECT_EQ(done.error().kind, Kind::invalid_config);
  EXPECT_EQ(*read_if_there(place.file), "keys: nonsense\n");
}

TEST_F(KeyFileTest, WhatCouldNotBeReadAgainIsNotWritten) {
  create();
  const std::string before = *read_if_there(place.file);
  const auto done = edit(place, [](Records& records, const identity::Peppers&) {
    records.front().attributes = {{"<<", "a merge key, for YAML"}};
    return Result<void>{};
  });
  EXPECT_EQ(done.error().kind, Kind::invalid_params);
  EXPECT_EQ(*read_if_there(place.file), before);
}

TEST_F(KeyFileTest, ARefusedChangeChangesNothing) {
  create();
  const std::string before = *read_if_there(place.file);
  const auto done = edit(place, [](Records& records, const identity::Peppers&) -> Result<void> {
    records.clear();
    return fail(Kind::not_found, Origin::client, "no such key");
  });
  EXPECT_EQ(done.error().message, "no such key");
  EXPECT_EQ(*read_if_there(place.file), before);
}

TEST_F(KeyFileTest, NoFileIsNoKeyYet) {
  const auto contents = load(place);
  ASSERT_TRUE(contents);
  EXPECT_TRUE(contents->records.empty());
  EXPECT_EQ(contents->files, (std::vector{place.file, place.pepper_file()}));
  EXPECT_TRUE(contents->warnings[0].message.contains("no keys yet"));
}

TEST_F(KeyFileTest, WritersDoNotLoseEachOthersKeys) {
  constexpr int kWriters = 4, kKeys = 8;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back([this] {
      for (int k = 0; k < kKeys; ++k) create();
    });
  for (std::thread& one : writers) one.join();
  EXPECT_EQ(load(place)->records.size(), std::size_t{kWriters * kKeys});
}

TEST_F(KeyFileTest, OpenFilesAreToldOf) {
  create();
  ::chmod(place.file.c_str(), 0644);
  EXPECT_TRUE(load(place)->warnings[0].message.contains("chmod 600"));
  create();
  EXPECT_EQ(mode(place.file), 0640u) << "writing takes nothing away from its group, but others have no business here";
}

TEST_F(KeyFileTest, ALinkStaysALink) {
  create();
  const std::string real = directory + "/real.yaml";
  std::filesystem::rename(place.file, real);
  std::filesystem::create_symlink(real, place.file);
  create();
  EXPECT_TRUE(std::filesystem::is_symlink(place.file));
  EXPECT_EQ(load(place)->records.size(), 2u);
}

TEST_F(KeyFileTest, UsesOfSeveralProcessesAreMerged) {
  create("aaaaaaaaaaaa");
  const auto records = load(place)->records;
  const auto network = *AddressRange::parse("10.0.0.0/24"), other = *AddressRange::parse("10.0.1.0/24");
  identity::ApiKeyUse mine{.last_used_at = kNow,
                           .networks = {network},
                           .old_secret_uses = 3,
                           .old_secret_used_at = kNow,
                           .old_secret_until = kNow};
  identity::ApiKeyUse theirs{.last_used_at = kNow + std::chrono::minutes(1), .networks = {network, other}};
  ASSERT_TRUE(merge_uses(place.file, {{"aaaaaaaaaaaa", mine}, {"bbbbbbbbbbbb", mine}}, records));
  ASSERT_TRUE(merge_uses(place.file, {{"aaaaaaaaaaaa", theirs}}, records));
  const Uses uses = read_uses(*read_if_there(uses_file(place.file)));
  ASSERT_EQ(uses.size(), 1u) << "keys that are gone are forgotten";
  const identity::ApiKeyUse& use = uses.begin()->second;
  EXPECT_EQ(use.last_used_at, kNow + std::chrono::minutes(1));
  EXPECT_EQ(use.networks, (std::vector{network, other}));
  EXPECT_EQ(use.old_secret_uses, 3u);
  EXPECT_TRUE(read_uses("nonsense").empty());
  EXPECT_TRUE(read_uses("{\"x\":1}").begin()->second.networks.empty());
}

}  // namespace
}  // namespace gatehouse::keyfile
