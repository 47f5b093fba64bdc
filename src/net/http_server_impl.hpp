#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/phases.hpp"
#include "src/net/request_reader.hpp"
#include "src/net/socket.hpp"
#include "src/net/tls.hpp"
#include "src/net/tls_files.hpp"

namespace gatehouse::net {

/// What a connection needs only while a request is read or served; handed from one to the next.
struct ServerWorkspace {
  explicit ServerWorkspace(const RequestReader::Limits& limits) : reader(limits) {}
  RequestReader reader;
  std::string head;  // of the response
};

class ServerConnection;

struct HttpServer::Impl {
  Impl(Loop& the_loop, HttpHandler& the_handler, HttpServerOptions the_options);

  Result<ListenAddress> listen(const ListenAddress& address);
  Task<void> accept_on(Socket& socket);
  Task<void> serve(Fd fd, std::string peer);
  [[nodiscard]] bool has_room_for(const std::string& address) const;
  void count(const std::string& address, bool arrived);
  void begin_tick();
  void renew_tls();

  std::unique_ptr<ServerWorkspace> take_workspace();
  void give_back(std::unique_ptr<ServerWorkspace> workspace);

  Loop& loop;
  HttpHandler& handler;
  const HttpServerOptions options;
  Counters counters;
  std::optional<TlsContext> tls;
  std::optional<TlsFiles> tls_files;
  PhaseTable phases;
  Timer tick;
  bool draining = false;
  std::unordered_map<std::string, std::size_t> by_address;  // connections; empty unless they are limited
  std::vector<std::unique_ptr<ServerWorkspace>> spare;
  std::vector<std::unique_ptr<Socket>> listeners;
  TaskGroup tasks;
};

}  // namespace gatehouse::net
