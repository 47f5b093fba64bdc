#pragma once
#include "gateway/seal/seal.hpp"
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// Answers the four list methods from the merged lists: no server is asked, none can delay the answer. Where there is a policy, each
/// caller gets what he may use; his cursors are good for that list under that policy.
/// Errors: unavailable when nothing is known of any server (an empty list would make clients forget everything); method_not_found
/// for lists that no server has; not_found for a cursor of another time, list or user. Rule: gateway rules 7.1 and 8.
class AnswerLists {
 public:
  explicit AnswerLists(const seal::KeyRing& keys) : keys_(keys) {}

  static constexpr std::string_view kName = "answer_lists";
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> answer(const Call& call, mcp::ListKind kind) const;

  const seal::KeyRing& keys_;
};

}  // namespace gatehouse::stages
