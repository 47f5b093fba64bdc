#include "gateway/bridge/task_plan.hpp"

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

using mcp::Revision;
using mcp::TaskSupport;

TaskServer core(TaskSupport tool, bool prefer = false) {
  return {.revision = Revision::v2025_11_25, .capabilities = {.tasks_calls = true}, .tool = tool, .prefer_tasks = prefer};
}
const TaskServer kExtension{.revision = Revision::v2026_07_28,
                            .capabilities = {.tasks_extension = true},
                            .tool = TaskSupport::forbidden};

// GB-231, LF-1403
TEST(TaskPlan, AugmentsWhatHasToBeATaskAndWhatTheOperatorPrefers) {
  EXPECT_EQ(how_to_call(core(TaskSupport::required)), TaskRequest::augment);
  EXPECT_EQ(how_to_call(core(TaskSupport::optional)), TaskRequest::plain);
  EXPECT_EQ(how_to_call(core(TaskSupport::optional, true)), TaskRequest::augment);
  EXPECT_EQ(how_to_call(core(TaskSupport::forbidden, true)), TaskRequest::plain);
  EXPECT_EQ(how_to_call(kExtension), TaskRequest::declare);
}

// "Without the server capability never augment", whatever the tool says; and never in the other era's words
TEST(TaskPlan, GoesByTheServersCapability) {
  auto incapable = core(TaskSupport::required, true);
  incapable.capabilities = {};
  EXPECT_EQ(how_to_call(incapable), TaskRequest::plain);
  auto old = core(TaskSupport::required, true);
  old.revision = Revision::v2025_06_18;
  EXPECT_EQ(how_to_call(old), TaskRequest::plain);
  auto confused = kExtension;
  confused.capabilities = {.tasks_calls = true};
  EXPECT_EQ(how_to_call(confused), TaskRequest::plain);
}

// GB-246
TEST(TaskPlan, ShowsToolsAsWhatTheyCanBe) {
  EXPECT_EQ(shown_support(kExtension, false), TaskSupport::optional);
  EXPECT_EQ(shown_support(core(TaskSupport::required), false), TaskSupport::required);
  EXPECT_EQ(shown_support(core(TaskSupport::optional), false), TaskSupport::optional);
  EXPECT_EQ(shown_support(core(TaskSupport::forbidden), false), TaskSupport::forbidden);
  EXPECT_EQ(shown_support(core(TaskSupport::forbidden), true), TaskSupport::optional);
  EXPECT_EQ(shown_support(core(TaskSupport::required), true), TaskSupport::required);
  EXPECT_EQ(shown_support({.revision = Revision::v2025_06_18}, false), TaskSupport::forbidden);
  EXPECT_EQ(shown_support({.revision = Revision::v2025_06_18}, true), TaskSupport::optional);
}

}  // namespace
}  // namespace gatehouse::bridge
