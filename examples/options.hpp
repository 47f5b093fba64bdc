#pragma once
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

/// The command line of the examples that listen: `--port N` (0 takes a free one and prints it) and `--help`, and where there is a
/// `key_file` `--keys FILE`.
inline std::uint16_t port_option(int argc, char** argv, std::string_view about, std::uint16_t port,
                                 std::string* key_file = nullptr) {
  const auto usage = [&](std::ostream& out, int code) {
    out << about << "\n\nUsage: " << argv[0] << " [--port N]" << (key_file ? " [--keys FILE]" : "")
        << "\n  --port N     listen on 127.0.0.1:N, 0 for a free port (default " << port << ")\n";
    if (key_file)
      out << "  --keys FILE  the keys, made by `gatehouse keys create --file FILE` (default " << *key_file << ")\n";
    std::exit(code);
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help") usage(std::cout, EXIT_SUCCESS);
    if (key_file && argument == "--keys" && i + 1 < argc) {
      *key_file = argv[++i];
      continue;
    }
    const std::string_view value = argument == "--port" && i + 1 < argc ? argv[++i] : "";
    const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), port);
    if (value.empty() || status != std::errc{} || end != value.data() + value.size()) usage(std::cerr, 2);
  }
  return port;
}
