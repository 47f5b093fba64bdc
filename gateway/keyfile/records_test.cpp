#include "gateway/keyfile/records.hpp"

#include <gtest/gtest.h>

#include "gateway/keyfile/times.hpp"

namespace gatehouse::keyfile {
namespace {

const mcp::WallTime kNow = *read_time("2026-11-27T09:30:00Z");

identity::ApiKeyRecord full() {
  identity::ApiKeyRecord record;
  record.id = "abcdefghijkl";
  record.environment = "live";
  record.name = "ci: \"nightly\"\n# no comment";
  record.description = "Ünïcode";
  record.owner = "team-ci";
  record.tenant = "acme";
  record.hashes = {{.pepper = "01234567", .value = {1, 2, 3}, .created_at = kNow, .not_after = {}},
                   {.pepper = "89abcdef", .value = {4}, .created_at = kNow, .not_after = kNow}};
  record.scopes = {"a", "true", "- x"};
  record.roles = {"r, s"};
  record.attributes = {{"team: x", "yes"}};
  record.endpoints = {"/mcp"};
  record.tools = {"*"};
  record.cidrs = {*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("::1")};
  record.certificates = {"t"};
  record.not_before = kNow;
  record.expires_at = kNow + std::chrono::hours(1);
  record.created_by = "root";
  record.created_at = kNow;
  record.revoked_at = kNow;
  record.revoke_reason = "lost";
  return record;
}

std::string first_problem(const std::string& text) {
  const auto records = read_records(text, "keys.yaml");
  return records ? "none" : records.error().front().str();
}

TEST(Records, WhatIsWrittenIsRead) {
  const std::string text = write_records({full()});
  const auto read = read_records(text, "keys.yaml");
  ASSERT_TRUE(read) << first_problem(text) << "\n" << text;
  ASSERT_EQ(read->size(), 1u);
  const identity::ApiKeyRecord &one = read->front(), expected = full();
  EXPECT_EQ(write_records(*read), text);
  EXPECT_EQ(one.name, expected.name);
  EXPECT_EQ(one.scopes, expected.scopes);
  EXPECT_EQ(one.attributes, expected.attributes);
  EXPECT_EQ(one.cidrs, expected.cidrs);
  EXPECT_EQ(one.hashes[0].value, expected.hashes[0].value);
  EXPECT_EQ(one.hashes[1].not_after, kNow);
  EXPECT_EQ(one.expires_at, expected.expires_at);
  EXPECT_EQ(one.revoked_at, kNow);
}

TEST(Records, NoneAreAFile) {
  EXPECT_EQ(read_records(write_records({}), "keys.yaml")->size(), 0u);
  EXPECT_EQ(read_records("", "keys.yaml")->size(), 0u);
}

// A restriction that is misspelt, or of the wrong form, must not be taken for none.
TEST(Records, WhatIsNotUnderstoodIsRefused) {
  std::string text = write_records({full()});
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return first_problem(other);
  };
  EXPECT_EQ(with("cidrs:", "cidr:"), "keys.yaml:14: keys[0].cidr: unknown key");
  EXPECT_EQ(with("10.0.0.0/8", "10.0.0.1/8"),
            "keys.yaml:14: keys[0].cidrs[0]: must be a network like 10.0.0.0/8 or 2001:db8::/32");
  EXPECT_EQ(with("[\"*\"]", "\"*\""), "keys.yaml:13: keys[0].tools: must be a list, not a single value");
  EXPECT_EQ(
      with("[\"*\"]", "[]"),
      "keys.yaml:13: keys[0].tools: is empty, which would be as if it was not there; name something, or leave it out");
  EXPECT_EQ(with("endpoints: [\"/mcp\"]", "endpoints:").substr(0, 39), "keys.yaml:12: keys[0].endpoints: is emp");
  EXPECT_EQ(with("expires_at: 2026", "expires_at: 26"),
            "keys.yaml:21: keys[0].expires_at: must be a time in UTC like 2026-11-27T09:30:00Z");
  EXPECT_EQ(with("hmac-sha256", "sha256"), "keys.yaml:25: keys[0].hashes[0]: alg must be hmac-sha256");
  EXPECT_EQ(with("AQID", "AQI"), "keys.yaml:25: keys[0].hashes[0]: value must be 32 bytes in base64url");
  EXPECT_EQ(with("abcdefghijkl", "abc"), "keys.yaml:4: keys[0]: id must be 12 of a-z and 2-7");
  EXPECT_EQ(with("    expires_at: 2026-11-27T10:30:00Z\n", ""),
            "keys.yaml:4: keys[0]: expires_at is missing: every key expires");
  EXPECT_EQ(first_problem("keys: {}"), "keys.yaml:1: keys: must be a list, not a map");
  EXPECT_EQ(first_problem("keys: ["), "keys.yaml:1: not valid YAML: end of sequence flow not found");
}

TEST(Records, IdsAreUnique) {
  EXPECT_TRUE(first_problem(write_records({full(), full()})).ends_with("another key has the same id"));
}

TEST(Times, AreUtcAndExact) {
  EXPECT_EQ(write_time(kNow), "2026-11-27T09:30:00Z");
  EXPECT_EQ(write_time(*read_time("2028-02-29T23:59:59Z")), "2028-02-29T23:59:59Z");
  EXPECT_EQ(write_time(*read_time("2026-11-27")), "2026-11-27T00:00:00Z");
  for (const std::string_view text : {"", "2026", "2026-02-29", "2026-11-27T24:00:00Z", "2026-11-27T09:30:00",
                                      "2026-11-27 09:30:00Z", "2026-11-27T09:30:00+1", "2026-13-01", "26-11-2711"})
    EXPECT_FALSE(read_time(text)) << text;
}

}  // namespace
}  // namespace gatehouse::keyfile
