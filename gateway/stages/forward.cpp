#include "gateway/stages/forward.hpp"

namespace gatehouse::stages {

Task<mcp::Reply> Forward::handle(Call& call, Next) {
  return Input::concerns(call) ? input_.begin(call) : input_.plain(call);
}

}  // namespace gatehouse::stages
