#include "gateway/upstream/log_levels.hpp"

#include <fmt/format.h>

#include <gatehouse/base/log.hpp>

namespace gatehouse::upstream {

Task<void> LogLevels::want(std::shared_ptr<Binding> binding, bool shared, mcp::LogLevel wanted) {
  if (shared) wishes_.add(wanted);
  const bool others_may_want_more = shared || binding->in_use > 0;
  const bool is_enough = others_may_want_more ? binding->level && *binding->level <= wanted : binding->level == wanted;
  if (!is_enough) co_await set(binding, wanted);
}

void LogLevels::release(mcp::LogLevel wanted) {
  wishes_.remove(wanted);
  if (cooldown_timer_.armed()) return;
  // Lines that nobody wants any more cost the server; not at once, for the next call may want them again.
  cooldown_timer_.arm(environment_.cooldown, [this] {
    const auto shared = environment_.shared();
    const mcp::LogLevel needed = wishes_.most_verbose().value_or(mcp::LogLevel::warning);
    if (environment_.tasks.cancelled() || !shared || !shared->level || *shared->level >= needed) return;
    environment_.tasks.spawn(set(shared, needed));
  });
}

Task<void> LogLevels::set(std::shared_ptr<Binding> binding, mcp::LogLevel level) {
  client::Link& link = *binding->link;
  binding->level = level;
  if (!link.peer().capabilities.logging) co_return;
  const Options& server = environment_.options;
  const Buffer text = Buffer::copy_of(fmt::format(R"({{"level":"{}"}})", mcp::to_string(level)));
  const auto params = mcp::read_params(text.view());
  const client::Request request{.method = mcp::Method::logging_set_level,
                                .method_name = mcp::to_string(mcp::Method::logging_set_level),
                                .params = &*params,
                                .idle_timeout = server.timeout,
                                .max_timeout = server.timeout};
  Cancel cancel;
  const Cancel::Hook stop(environment_.tasks.cancel(), [&] { cancel.request(CancelReason::shutting_down); });
  const auto reply = co_await link.request(request, environment_.listener, cancel);
  if (!reply)
    log::debug("server did not take the log level", {{"server", server.name}, {"reason", reply.error().message}});
}

}  // namespace gatehouse::upstream
