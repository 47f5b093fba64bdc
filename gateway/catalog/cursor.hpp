#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/mcp/methods.hpp>

#include "gateway/seal/seal.hpp"

/// Cursors of merged lists: sealed, so that they say nothing and nobody else can use them. Pure. Rule: GB-304.
namespace gatehouse::catalog {

/// What a cursor is good for: this list, as this principal sees it, as long as its content stays.
struct CursorScope {
  std::string_view principal, endpoint;
  mcp::ListKind kind = mcp::ListKind::tools;
  std::uint64_t generation = 0;  ///< Of the merged content.
};

inline constexpr std::chrono::hours kCursorLifetime{1};

[[nodiscard]] std::string seal_cursor(const seal::KeyRing& keys, const CursorScope& scope, std::size_t position,
                                      seal::Time now);
/// The position that the cursor stands for. Errors: not_found (-32602) for any that was not made for exactly this scope, or is over:
/// clients start again without one (LF-717).
[[nodiscard]] Result<std::size_t> open_cursor(const seal::KeyRing& keys, const CursorScope& scope,
                                              std::string_view cursor, seal::Time now);

}  // namespace gatehouse::catalog
