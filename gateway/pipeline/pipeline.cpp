#include "gateway/pipeline/pipeline.hpp"

#include "gateway/stages/answer_lists.hpp"
#include "gateway/stages/authorize.hpp"
#include "gateway/stages/check_call.hpp"
#include "gateway/stages/forward.hpp"
#include "gateway/stages/listen.hpp"
#include "gateway/stages/observe.hpp"
#include "gateway/stages/rescue.hpp"
#include "gateway/stages/route.hpp"
#include "gateway/stages/subscribe.hpp"
#include "gateway/stages/tasks.hpp"
#include "gateway/stages/throttle.hpp"
#include "gateway/stages/watch_tasks.hpp"

namespace gatehouse::pipeline {

stages::Pipeline make_pipeline(Parts parts) {
  stages::Pipeline p;
  p.add<stages::Rescue>();                                // the only place where a failure becomes a tool's result
  p.add<stages::Observe>(parts.metrics, parts.call_log);  // sees every outcome, refusals included
  p.add<stages::Throttle>(parts.limiter);                 // everybody pays for what he asks, also in vain
  p.add<stages::AnswerLists>(parts.input.keys);           // lists come from memory: no server can delay them
  p.add<stages::WatchTasks>(parts.tasks.hop, parts.tasks.routes);  // beside the next one
  p.add<stages::Listen>(parts.watchers);                           // long streams end here, too
  p.add<stages::Route>();                                          // from here on the call has a server
  p.add<stages::Authorize>();                                      // on the server's own names: no alias dodges a rule
  p.add<stages::ThrottleTarget>(parts.limiter);                    // nobody uses up what he may not use
  p.add<stages::CheckCall>();                                      // says something of a tool, so it comes behind
  p.add<stages::Subscribe>(parts.watchers);                        // many clients, one subscription at the server
  p.add<stages::Tasks>(parts.tasks);                               // a call may become a task, a task a call
  p.add<stages::Forward>(parts.input);                             // out to the server and back, through the bridge
  return p;
}

}  // namespace gatehouse::pipeline
