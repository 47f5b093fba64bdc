#include "gateway/upstream/target.hpp"

namespace gatehouse::upstream {
namespace {

client::Era era_of(Era era) {
  switch (era) {
    case Era::modern: return client::Era::modern;
    case Era::legacy: return client::Era::legacy;
    case Era::automatic: break;
  }
  return client::Era::automatic;
}

client::HttpTransport transport_of(Transport transport) {
  switch (transport) {
    case Transport::http: return client::HttpTransport::streamable;
    case Transport::sse: return client::HttpTransport::sse;
    case Transport::automatic:
    case Transport::stdio: break;
  }
  return client::HttpTransport::automatic;
}

}  // namespace

net::ProcessOptions process_options(const Options& options,
                                    std::move_only_function<void(std::string_view line)> on_stderr) {
  net::ProcessOptions process{.command = options.command, .args = options.args, .env = options.env, .cwd = options.cwd};
  process.on_stderr = std::move(on_stderr);
  return process;
}

client::HttpTarget http_target(const Options& options) {
  return {.url = *options.url,
          .headers = options.headers,
          .transport = transport_of(options.transport),
          .connect_timeout = options.connect_timeout};
}

void KnownWay::reached(const Options& options, const client::Link& link) {
  known_ = mcp::has_sessions(link.peer().revision);
  const bool streamable = link.separates_requests();
  transport_ = options.is_stdio() ? client::HttpTransport::automatic
               : streamable       ? client::HttpTransport::streamable
                                  : client::HttpTransport::sse;
}

void KnownWay::apply(client::ConnectOptions& options) const {
  if (known_ && options.era == client::Era::automatic) options.era = client::Era::legacy;
}

void KnownWay::apply(client::HttpTarget& target) const {
  if (known_ && target.transport == client::HttpTransport::automatic) target.transport = transport_;
}

client::ConnectOptions connect_options(const Options& options) {
  return {
      .era = era_of(options.era), .probe_timeout = options.probe_timeout, .max_reply_bytes = options.max_reply_bytes};
}

}  // namespace gatehouse::upstream
