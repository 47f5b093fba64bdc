#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// Sends the call to its server in the form that server speaks, passes on what comes back meanwhile, and translates the answer
/// for the client. The two translations are in bridge/.
class Forward {
 public:
  static constexpr std::string_view kName = "forward";
  Task<mcp::Reply> handle(Call& call, Next next);
};

}  // namespace gatehouse::stages
