#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/transport/stdio_server.hpp>

#include "tests/support/conversation.hpp"

namespace gatehouse::test {

/// A conversation over a channel in memory.
class StdioWire {
 public:
  StdioWire(net::Loop& loop, Subject& subject, mcp::Revision revision);
  ~StdioWire();

  void send(const Step& step);
  [[nodiscard]] std::vector<std::string> take() { return std::exchange(lines_, {}); }
  void finish();  ///< The client goes; let the loop settle afterwards.

 private:
  Task<void> serve();
  Task<void> listen();
  Task<void> write(std::string text);

  std::unique_ptr<transport::Channel> client_, server_;
  Subject& subject_;
  transport::StdioServer front_;
  TaskGroup tasks_;
  std::vector<std::string> lines_;
};

}  // namespace gatehouse::test
