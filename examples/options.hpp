#pragma once
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

/// The command line of the examples that listen: `--port N` (0 takes a free one and prints it) and `--help`.
inline std::uint16_t port_option(int argc, char** argv, std::string_view about, std::uint16_t port) {
  const auto usage = [&](std::ostream& out, int code) {
    out << about << "\n\nUsage: " << argv[0]
        << " [--port N]\n  --port N   listen on 127.0.0.1:N, 0 for a free port (default " << port << ")\n";
    std::exit(code);
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help") usage(std::cout, EXIT_SUCCESS);
    const std::string_view value = argument == "--port" && i + 1 < argc ? argv[++i] : "";
    const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), port);
    if (value.empty() || status != std::errc{} || end != value.data() + value.size()) usage(std::cerr, 2);
  }
  return port;
}
