#include <gatehouse/mcp/revision.hpp>

#include <gtest/gtest.h>

namespace gatehouse::mcp {
namespace {

TEST(Revision, NamesAreReadBackInOrder) {
  for (std::size_t i = 0; i < kRevisions.size(); ++i) {
    EXPECT_EQ(parse_revision(to_string(kRevisions[i])), kRevisions[i]);
    EXPECT_TRUE(i == 0 || to_string(kRevisions[i - 1]) < to_string(kRevisions[i]));
  }
  for (const auto* other : {"", "2025-11-26", "2025-11-25 ", "draft", "2025-6-18"})
    EXPECT_FALSE(parse_revision(other)) << other;
}

// Spec: 2026-07-28 basic/versioning
TEST(Revision, TheNewestOneIsModernAndTheOthersHaveSessions) {
  for (const Revision revision : kRevisions) {
    EXPECT_EQ(is_modern(revision), revision == Revision::v2026_07_28);
    EXPECT_NE(is_modern(revision), has_sessions(revision));
  }
  EXPECT_TRUE(has_sessions(kLatestLegacy));
  EXPECT_TRUE(is_modern(kLatest));
}

// TR-607
TEST(Revision, UnknownVersionsAreModernUnlessTheyLookLikeOldDates) {
  for (const auto* modern : {"2026-07-28", "2026-07-29", "2027-01-01", "9999-99-99", "draft", "", "1.0", "2026-7-28"}) {
    EXPECT_TRUE(looks_modern(modern)) << modern;
  }
  for (const auto* legacy : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2024-10-07", "2026-07-27"}) {
    EXPECT_FALSE(looks_modern(legacy)) << legacy;
  }
}

struct Row {
  const char* question;
  bool (*ask)(Revision);
  const char* answers;  // one letter per revision, oldest first
};

// Spec: the changelogs of 2025-03-26, 2025-06-18, 2025-11-25 and 2026-07-28
TEST(Revision, DiffersWhereTheChangelogsSayIt) {
  const Row rows[] = {
      {"batches", has_batches, "-+---"},
      {"result type", has_result_type, "----+"},
      {"cache hints", has_cache_hints, "----+"},
      {"mirrored headers", has_mirrored_headers, "----+"},
      {"server requests", server_may_send_requests, "++++-"},
      {"disconnect cancels", disconnect_cancels, "----+"},
      {"version header", sends_version_header, "--+++"},
      {"priming event", has_priming_event, "---+-"},
      {"resource not found", has_resource_not_found_code, "++++-"},
      {"no implementation codes", forbids_implementation_codes, "----+"},
      {"completions capability", has_completions_capability, "-++++"},
      {"completion context", has_completion_context, "--+++"},
      {"audio", has_audio, "-++++"},
      {"resource links", has_resource_links, "--+++"},
      {"structured content", has_structured_content, "--+++"},
      {"open structured content", has_open_structured_content, "----+"},
      {"elicitation", has_elicitation, "--+++"},
      {"url elicitation", has_url_elicitation, "---++"},
      {"header parameters", has_header_parameters, "----+"},
  };
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kRevisions.size(); ++i) {
      EXPECT_EQ(row.ask(kRevisions[i]), row.answers[i] == '+') << row.question << " in " << to_string(kRevisions[i]);
    }
  }
}

}  // namespace
}  // namespace gatehouse::mcp
