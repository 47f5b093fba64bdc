#pragma once
#include "gateway/stages/call.hpp"
#include "gateway/stages/input.hpp"

namespace gatehouse::stages {

/// Sends the call to its server in the form that server speaks (server_call.hpp), passes on what comes back meanwhile (relay.hpp), lets
/// the server ask (input.hpp), and translates the answer for the client.
class Forward {
 public:
  static constexpr std::string_view kName = "forward";
  explicit Forward(Input::Parts parts) : input_(parts) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Input input_;
};

}  // namespace gatehouse::stages
