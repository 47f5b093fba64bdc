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

/// Its era and its limits; who asks, and with which capabilities, is for the caller to add.
[[nodiscard]] client::ConnectOptions connect_options(const Options& options);

}  // namespace gatehouse::upstream
