#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <gatehouse/base/error.hpp>

namespace gatehouse::json {

/// Where the tokens of a text begin, found 64 bytes at a time: simdjson's first stage, and the only place that knows
/// simdjson. A token is a bracket, colon, comma, string, or a run of anything else between those and white space.
///
/// simdjson's own readers stand on the same list. We walk it ourselves because checking and walking then share one scan,
/// no bytes behind the text are ever trusted, numbers keep their text, and it costs fewer instructions than a tree that is
/// thrown away plus an On-Demand pass (bench/json_bench.cpp).
class Tokens {
 public:
  Tokens();
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// Checks UTF-8, closed strings and that strings hold no control characters. Keeps its memory for the next text.
  /// REQUIRES: `kSlack` readable bytes behind `text`; what they hold does not matter.
  /// Errors: parse_error without a place, too_large (4 GiB), both origin client; internal if memory ran out.
  [[nodiscard]] Result<void> scan(std::string_view text);

  [[nodiscard]] const std::uint32_t* starts() const;  ///< `count` offsets in rising order, then the text's size.
  [[nodiscard]] std::uint32_t count() const;          ///< At least 1 after a scan.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::json
