#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// Answers the four list methods from the merged lists: no server is asked, none can delay the answer.
/// Errors: unavailable when nothing is known of any server (an empty list would make clients forget everything); not_found for
/// an outdated cursor. Rule: gateway rules 7.1 and 8.
class AnswerLists {
 public:
  static constexpr std::string_view kName = "answer_lists";
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  static Task<mcp::Reply> answer(const Call& call, mcp::ListKind kind);
};

}  // namespace gatehouse::stages
