// A JSON-RPC message on its way out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace backend {

/// What the padding of a large result repeats: text with the escapes that real text has.
inline constexpr std::string_view kPadding = "A line of a report, \\\"quoted\\\", with a value of 12345.67 units.\\n";

/// The message is `lead`, then `padding_units` times kPadding, then `tail`: a 10 MB result is sent without being built.
struct Reply {
  int status = 200;  ///< of HTTP; 202 has no message
  std::string lead;
  std::uint64_t padding_units = 0;
  std::string tail;

  [[nodiscard]] std::uint64_t size() const { return lead.size() + padding_units * kPadding.size() + tail.size(); }
  void clear() {
    status = 200;
    lead.clear();
    padding_units = 0;
    tail.clear();
  }
};

}  // namespace backend
