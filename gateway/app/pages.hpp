#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/net/http_server.hpp>

#include "gateway/app/admission.hpp"
#include "gateway/config/config.hpp"
#include "gateway/ratelimit/gate.hpp"

namespace gatehouse::app {

/// What the main listener answers without an endpoint: `/health`, protected-resource metadata, logout tokens, 404 for all other paths;
/// and what is said to requests by their heads alone: nobody makes us read, and hold, a body that we will not look at.
class Pages {
 public:
  struct Health {
    bool draining = false;  ///< Load balancers shall look for somebody else.
    std::string text;       ///< JSON.
  };
  struct Parts {
    const Admission& admission;
    const config::Config& config;  ///< May change.
    ratelimit::Gate& gate;
    /// What the paths of endpoints are appended to; never what a request says (RS-2).
    std::function<std::string()> base;
    std::function<Health()> health;  ///< As strangers may know it.
  };
  explicit Pages(Parts parts) : parts_(std::move(parts)) {}

  Task<void> serve(net::HttpExchange& exchange);
  using Refusal = net::HttpHandler::Refusal;
  /// Null: the request may go on. Others come from a network that sends too much, or have a large body and no credential (RS-44).
  [[nodiscard]] std::unique_ptr<Refusal> refuse_early(const net::RequestHead& head, std::string_view address);
  [[nodiscard]] static std::string error_body(const Error& error);

 private:
  [[nodiscard]] std::unique_ptr<Refusal> refuse_too_many(std::string_view address);
  [[nodiscard]] std::unique_ptr<Refusal> refuse_unproven(const net::RequestHead& head, std::string_view address) const;
  Task<void> serve_logout(net::HttpExchange& exchange);
  [[nodiscard]] const config::Endpoint* endpoint_with_metadata_at(std::string_view target) const;

  Parts parts_;
};

}  // namespace gatehouse::app
