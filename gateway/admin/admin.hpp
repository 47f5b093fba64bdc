#pragma once
#include <memory>
#include <string>

#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>

/// The listener for operators: never reachable from where clients are, unless somebody configures that.
namespace gatehouse::admin {

/// What the admin listener tells, from whoever knows it.
class Status {
 public:
  [[nodiscard]] virtual bool ready() const = 0;          ///< Able and willing to take traffic.
  [[nodiscard]] virtual std::string health() const = 0;  ///< JSON.
  [[nodiscard]] virtual std::string metrics_text() = 0;  ///< Prometheus text format 0.0.4.

 protected:
  ~Status() = default;
};

/// `/livez` (the loop runs), `/readyz`, `/health`, `/metrics`, `/version`.
class Admin final : net::HttpHandler {
 public:
  Admin(net::Loop& loop, Status& status, std::string version);
  Result<net::ListenAddress> listen(const net::ListenAddress& address) { return server_.listen(address); }
  Task<void> stop() { return server_.stop(Milliseconds{1000}); }

 private:
  Task<void> serve(net::HttpExchange& exchange) override;
  Status& status_;
  std::string version_;
  net::HttpServer server_;
};

}  // namespace gatehouse::admin
