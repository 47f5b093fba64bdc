#include <gatehouse/mcp/methods.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace gatehouse::mcp {
namespace {

constexpr Method kMethods[] = {Method::initialize,
                               Method::ping,
                               Method::discover,
                               Method::tools_list,
                               Method::tools_call,
                               Method::resources_list,
                               Method::resources_templates_list,
                               Method::resources_read,
                               Method::resources_subscribe,
                               Method::resources_unsubscribe,
                               Method::prompts_list,
                               Method::prompts_get,
                               Method::completion_complete,
                               Method::logging_set_level,
                               Method::subscriptions_listen,
                               Method::tasks_get,
                               Method::tasks_result,
                               Method::tasks_list,
                               Method::tasks_cancel,
                               Method::tasks_update};

TEST(Methods, NamesAreReadBack) {
  std::set<std::string_view> names;
  for (const Method method : kMethods) {
    EXPECT_EQ(parse_method(to_string(method)), method);
    names.insert(to_string(method));
  }
  EXPECT_EQ(names.size(), std::size(kMethods));
  for (const auto* other : {"", "other", "tools/Call", "tools/call ", "notifications/initialized", "vendor/thing"}) {
    EXPECT_EQ(parse_method(other), Method::other) << other;
  }
  EXPECT_EQ(to_string(Method::other), "other");
}

// Spec: 2026-07-28 changelog; TR-605 for what a modern request may no longer ask
TEST(Methods, ExistInTheErasThatDefineThem) {
  const std::set<Method> legacy_only = {
      Method::initialize,        Method::ping,         Method::resources_subscribe, Method::resources_unsubscribe,
      Method::logging_set_level, Method::tasks_result, Method::tasks_list};
  const std::set<Method> modern_only = {Method::discover, Method::subscriptions_listen, Method::tasks_update};
  for (const Revision revision : kRevisions) {
    for (const Method method : kMethods) {
      const bool expected = is_modern(revision) ? !legacy_only.contains(method) : !modern_only.contains(method);
      EXPECT_EQ(exists_in(method, revision), expected) << to_string(method) << " in " << to_string(revision);
    }
    EXPECT_FALSE(exists_in(Method::other, revision));
  }
}

TEST(Methods, EachListHasItsMethodMemberAndNotification) {
  for (const ListKind kind : kListKinds) EXPECT_EQ(list_of(list_method(kind)), kind);
  EXPECT_FALSE(list_of(Method::tasks_list));
  EXPECT_EQ(items_member(ListKind::templates), "resourceTemplates");
  EXPECT_EQ(changed_notification(ListKind::tools), "notifications/tools/list_changed");
  EXPECT_EQ(changed_notification(ListKind::templates), changed_notification(ListKind::resources));
}

// Spec: 2026-07-28 server/utilities/caching; basic/patterns/mrtr
TEST(Methods, PropertiesOfResults) {
  const std::set<Method> cacheable = {Method::discover,       Method::tools_list,
                                      Method::resources_list, Method::resources_templates_list,
                                      Method::prompts_list,   Method::resources_read};
  const std::set<Method> asking = {Method::tools_call, Method::prompts_get, Method::resources_read};
  // GB-006: what may be sent again
  std::set<Method> reads = cacheable;
  reads.insert({Method::prompts_get, Method::completion_complete});
  for (const Method method : kMethods) {
    EXPECT_EQ(is_cacheable(method), cacheable.contains(method)) << to_string(method);
    EXPECT_EQ(may_require_input(method), asking.contains(method)) << to_string(method);
    EXPECT_EQ(is_read(method), reads.contains(method)) << to_string(method);
  }
}

TEST(Methods, TargetsNameTheServer) {
  EXPECT_EQ(target_of(Method::tools_call), Target::name);
  EXPECT_EQ(target_of(Method::prompts_get), Target::name);
  EXPECT_EQ(target_of(Method::resources_read), Target::uri);
  EXPECT_EQ(target_of(Method::completion_complete), Target::reference);
  EXPECT_EQ(target_of(Method::tasks_get), Target::task);
  EXPECT_EQ(target_of(Method::tools_list), Target::none);
  EXPECT_EQ(target_of(Method::other), Target::none);
}

// Spec: all revisions, server/utilities/logging, "Log Levels"
TEST(Methods, LogLevelsAscend) {
  const char* names[] = {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(parse_log_level(names[i]), static_cast<LogLevel>(i));
    EXPECT_EQ(to_string(static_cast<LogLevel>(i)), names[i]);
  }
  for (const auto* other : {"", "Info", "warn", "trace"}) EXPECT_FALSE(parse_log_level(other)) << other;
}

}  // namespace
}  // namespace gatehouse::mcp
