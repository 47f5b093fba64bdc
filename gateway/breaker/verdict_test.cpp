#include "gateway/breaker/verdict.hpp"

#include <gtest/gtest.h>

namespace gatehouse::breaker {
namespace {

TEST(Verdict, CountsWhatTheServerDidOnly) {
  for (const Kind kind :
       {Kind::unavailable, Kind::connection_lost, Kind::outcome_unknown, Kind::timed_out, Kind::bad_reply})
    EXPECT_EQ(verdict({kind, Origin::upstream, ""}), Verdict::failing) << to_string(kind);
  EXPECT_EQ(verdict({Kind::state_lost, Origin::upstream, ""}), Verdict::healthy);
  EXPECT_EQ(verdict({Kind::too_large, Origin::upstream, ""}), Verdict::healthy);
  EXPECT_EQ(verdict({Kind::cancelled, Origin::client, ""}), Verdict::unknown);
  EXPECT_EQ(verdict({Kind::limit_exceeded, Origin::gateway, ""}), Verdict::unknown);
  EXPECT_EQ(verdict({Kind::timed_out, Origin::client, ""}), Verdict::unknown);
}

}  // namespace
}  // namespace gatehouse::breaker
