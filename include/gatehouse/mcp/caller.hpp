#pragma once
#include <string>

#include <gatehouse/mcp/principal.hpp>

/// Who may come back to what was begun. A session, a parked call or a task belongs to a caller: somebody (issuer and subject) with one
/// client program. With another program he is another caller: what one of them was let into, the other does not find. Whatever is
/// counted or limited goes by `Principal::key` alone, so that a second program is no second allowance.
/// Rules: RS-90 (sessions), RS-96 (`requestState`), RS-97 (tasks).
namespace gatehouse::mcp {

[[nodiscard]] bool is_same_caller(const Principal& one, const Principal& other);

/// The same as a text, for what is sealed or kept under it: equal for two if, and only if, they are the same caller.
[[nodiscard]] std::string caller_key(const Principal& who);

}  // namespace gatehouse::mcp
