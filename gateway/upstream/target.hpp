#pragma once
#include <functional>
#include <string_view>

#include <gatehouse/client/connect.hpp>

#include "gateway/upstream/options.hpp"

/// What a configured server looks like to the client library. Shared by everybody who connects to one.
namespace gatehouse::upstream {

/// How its program is started. REQUIRES: options.is_stdio().
[[nodiscard]] net::ProcessOptions process_options(const Options& options,
                                                  std::move_only_function<void(std::string_view line)> on_stderr);

/// Where it is and which headers it wants. REQUIRES: options.url.
[[nodiscard]] client::HttpTarget http_target(const Options& options);

/// How a server with sessions was reached: further connections to it need not find out anew (GB-021).
class KnownWay {
 public:
  void reached(const Options& options, const client::Link& link);
  void forget() { known_ = false; }
  void apply(client::ConnectOptions& options) const;
  void apply(client::HttpTarget& target) const;

 private:
  bool known_ = false;
  client::HttpTransport transport_ = client::HttpTransport::automatic;
};

/// Its era and its limits; who asks, and with which capabilities, is for the caller to add.
[[nodiscard]] client::ConnectOptions connect_options(const Options& options);

}  // namespace gatehouse::upstream
