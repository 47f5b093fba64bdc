#include <gatehouse/identity/deny_list.hpp>

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using Of = Revocation::Of;

constexpr mcp::WallTime kNow{1'800'000'000s};

mcp::Principal ann() {
  mcp::Principal who;
  who.issuer = "https://idp.example";
  who.subject = "ann";
  who.session_id = "s1";
  who.auth.credential_id = DenyList::token_id(who.issuer, "t1");
  who.auth.issued_at = kNow;
  return who;
}

Revocation of(Of what, std::string value, std::string issuer = "https://idp.example") {
  return {what, std::move(issuer), std::move(value), {}, kNow + 1h};
}

TEST(DenyList, KnowsTokensSessionsAndSubjectsOfAnIssuer) {
  for (const auto& [what, value] : {std::pair{Of::token, "t1"}, {Of::session, "s1"}, {Of::subject, "ann"}}) {
    DenyList list;
    list.add(of(what, value, "https://other.example"), kNow);
    list.add(of(what, "x"), kNow);
    EXPECT_FALSE(list.denies(ann(), kNow)) << value;
    list.add(of(what, value), kNow);
    EXPECT_TRUE(list.denies(ann(), kNow)) << value;
    EXPECT_FALSE(list.denies(ann(), kNow + 1h)) << value;
  }
}

TEST(DenyList, ConfusesNoTwoKindsOfNames) {
  DenyList list;
  list.add(of(Of::session, "ann"), kNow);
  list.add(of(Of::subject, "s1"), kNow);
  list.add(of(Of::subject, ""), kNow);
  auto who = ann();
  EXPECT_FALSE(list.denies(who, kNow));
  who.session_id.clear();
  list.add(of(Of::session, ""), kNow);
  EXPECT_FALSE(list.denies(who, kNow));
}

TEST(DenyList, T43LetsLaterLoginsOfASubjectIn) {
  DenyList list;
  auto revocation = of(Of::subject, "ann");
  revocation.issued_until = kNow;
  list.add(revocation, kNow);
  auto who = ann();
  EXPECT_TRUE(list.denies(who, kNow));
  who.auth.issued_at = kNow + 1s;
  EXPECT_FALSE(list.denies(who, kNow));
  who.auth.issued_at.reset();
  EXPECT_TRUE(list.denies(who, kNow));
  list.add(of(Of::subject, "ann"), kNow);  // without a time it is wider
  who.auth.issued_at = kNow + 1s;
  EXPECT_TRUE(list.denies(who, kNow));
  list.add(revocation, kNow);  // and stays so
  EXPECT_TRUE(list.denies(who, kNow));
  EXPECT_EQ(list.size(), 1u);
}

TEST(DenyList, TellsWhatIsNewOnce) {
  DenyList list;
  int told = 0;
  list.on_added([&](const Revocation& one) { told += one.value == "s1"; });
  list.add(of(Of::session, "s1"), kNow);
  list.add(of(Of::session, "s1"), kNow);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(list.generation(), 1u);
}

TEST(DenyList, ASmallerBoundHoldsFromTheNextEntryOn) {
  DenyList list({.max_entries = 3});
  for (const char* session : {"a", "b", "c"}) list.add(of(Of::session, session), kNow);
  list.set_options({.max_entries = 2});
  EXPECT_EQ(list.size(), 3u);
  list.add(of(Of::session, "d"), kNow);
  EXPECT_EQ(list.size(), 2u);
  auto who = ann();
  who.session_id = "d";
  EXPECT_TRUE(list.denies(who, kNow));
}

TEST(DenyList, HasABoundAndForgetsWhatHasEnded) {
  DenyList list({.max_entries = 3});
  for (int i = 0; i < 4; ++i) {
    auto one = of(Of::session, std::to_string(i));
    one.keep_until = kNow + std::chrono::hours(4 - i);
    list.add(one, kNow);
  }
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.evicted(), 1u);
  auto who = ann();
  who.session_id = "2";
  EXPECT_FALSE(list.denies(who, kNow));  // would have ended first when the last one came
  who.session_id = "0";
  EXPECT_TRUE(list.denies(who, kNow));
  list.add(of(Of::session, "late", "x"), kNow);
  auto later = of(Of::session, "later");
  later.keep_until = kNow + 9h;
  list.add(later, kNow + 8h);
  EXPECT_EQ(list.size(), 1u);
}

}  // namespace
}  // namespace gatehouse::identity
