#include "gateway/catalog/cursor.hpp"

#include <charconv>

#include <fmt/format.h>

namespace gatehouse::catalog {
namespace {

/// All but the position; what a cursor was made for has to be equal to what it is used for.
std::string stem_of(const CursorScope& scope) {
  return fmt::format("{} {:016x} {} ", mcp::to_string(mcp::list_method(scope.kind)), scope.generation, scope.endpoint);
}

}  // namespace

std::string seal_cursor(const seal::KeyRing& keys, const CursorScope& scope, std::size_t position, seal::Time now) {
  return keys.seal(seal::Purpose::cursor, scope.principal, stem_of(scope) + std::to_string(position),
                   now + kCursorLifetime);
}

Result<std::size_t> open_cursor(const seal::KeyRing& keys, const CursorScope& scope, std::string_view cursor,
                                seal::Time now) {
  const auto refused = [] {
    return fail(Kind::not_found, Origin::client,
                "This cursor is not valid any more: start the list again without a cursor.");
  };
  const auto content = keys.open(seal::Purpose::cursor, scope.principal, cursor, now);
  const std::string stem = stem_of(scope);
  if (!content || !content->starts_with(stem)) return refused();
  const std::string_view digits = std::string_view(*content).substr(stem.size());
  std::size_t position = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  if (status != std::errc{} || end != digits.data() + digits.size()) return refused();
  return position;
}

}  // namespace gatehouse::catalog
