#include <gatehouse/mcp/caller.hpp>

namespace gatehouse::mcp {

bool is_same_caller(const Principal& one, const Principal& other) {
  return &one == &other || (one.key == other.key && one.client_id == other.client_id);
}

std::string caller_key(const Principal& who) { return principal_key(who.client_id, who.key); }

}  // namespace gatehouse::mcp
