#include <gatehouse/base/task.hpp>

namespace gatehouse {
namespace {

thread_local ResumeHook t_hook = nullptr;

}  // namespace

void resume_later(std::coroutine_handle<> waiter) {
  if (t_hook) {
    t_hook(waiter);
  } else {
    waiter.resume();
  }
}

ResumeHook set_resume_hook(ResumeHook hook) { return std::exchange(t_hook, hook); }

}  // namespace gatehouse
