#pragma once
#include <gatehouse/mcp/call.hpp>

namespace gatehouse::asking {

/// The outcome of a call that may have to be told more than once.
class KeptAnswer {
 public:
  explicit KeptAnswer(const mcp::Reply& reply);
  [[nodiscard]] mcp::Reply copy() const;
  [[nodiscard]] std::size_t size() const { return text_.size(); }

 private:
  std::string text_;  // the body
  Error error_;
  mcp::Answer traits_;  // everything but the body
  bool failed_ = false;
};

}  // namespace gatehouse::asking
