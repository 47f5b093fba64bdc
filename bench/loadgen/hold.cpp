#include "hold.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "requests.hpp"
#include "round_trip.hpp"

namespace loadgen {
namespace {

/// The connections and streams that stay open.
struct Held {
  std::vector<bench::Fd> connections;
  std::vector<bench::Fd> streams;
};

bench::Fd must_connect(const Options& options, std::size_t already_open) {
  bench::Fd fd = connect_to(options);
  if (!fd.is_open()) {
    throw std::runtime_error("cannot open another connection after " + std::to_string(already_open) + ": " +
                             std::strerror(errno));
  }
  return fd;
}

void make_calls(const Options& options, const bench::Fd& connection, const std::string& session_id,
                std::uint64_t& next_id) {
  CallRequest request(options, options.tools.front(), session_id);
  for (std::uint64_t i = 0; i < options.calls_each; ++i) {
    const ResponseReader reply = round_trip(connection, request.with_id(next_id++));
    const MessageScanner& answer = reply.body().answer();
    if (!answer.has_result() || answer.id() != request.id())
      throw std::runtime_error("call failed: " + reply.body_start());
  }
}

bench::Fd open_stream(const Options& options, const std::string& session_id, std::size_t already_open) {
  bench::Fd stream = must_connect(options, already_open);
  if (!round_trip(stream, stream_request(options, session_id), Until::head).is_event_stream()) {
    throw std::runtime_error("GET was not answered with an event stream");
  }
  return stream;
}

Held open_all(const Options& options) {
  Held held;
  bench::Fd connection;
  std::uint64_t next_id = kFirstCallId;
  for (std::uint64_t i = 0; i < options.sessions; ++i) {
    const std::size_t open = held.connections.size() + held.streams.size();
    if (!connection.is_open()) connection = must_connect(options, open);
    const std::string session_id = options.era == Era::legacy ? open_session(options, connection) : std::string();
    make_calls(options, connection, session_id, next_id);
    if (options.streams) held.streams.push_back(open_stream(options, session_id, open));
    if (options.own_connections) held.connections.push_back(std::exchange(connection, bench::Fd()));
  }
  return held;
}

std::uint64_t closed_by_server(const std::vector<bench::Fd>& sockets) {
  std::uint64_t closed = 0;
  char buffer[4096];
  for (const bench::Fd& socket : sockets) {
    ssize_t got = 1;
    while (got > 0) got = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0 || errno != EAGAIN) ++closed;
  }
  return closed;
}

void wait_for_end_of_input() {
  while (std::getchar() != EOF) {}
}

}  // namespace

int hold_sessions(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  const Held held = open_all(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("{\"sessions\":%lu,\"connections\":%zu,\"streams\":%zu,\"seconds\":%.3f}\n", options.sessions,
              held.connections.size(), held.streams.size(), took.count());
  std::fflush(stdout);
  wait_for_end_of_input();
  const std::uint64_t connections = closed_by_server(held.connections);
  const std::uint64_t streams = closed_by_server(held.streams);
  std::printf("{\"closed_connections\":%lu,\"closed_streams\":%lu}\n", connections, streams);
  return connections + streams > 0 ? 1 : 0;
}

}  // namespace loadgen
