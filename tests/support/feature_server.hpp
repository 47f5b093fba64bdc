#pragma once
#include <gatehouse/server/server.hpp>

namespace gatehouse::test {

/// A server with one of everything, for conversations. It knows no time and no chance: the same requests get the same answers.
///
/// Tools: `add` (two numbers, structured result), `greet` (asks the user for a name), `count` (progress and a log line for each
/// step), `hold` (waits until it is cancelled, or until `release` is called), `release`, `grow` (adds a tool, `extra`), `touch`
/// (says that memo:///today changed), `refuse` (fails as a tool), `crash` (throws). Resources: memo:///today and the template
/// memo:///{day}. Prompt: `plan`, whose argument `day` can be completed.
class FeatureServer {
 public:
  FeatureServer();
  [[nodiscard]] server::Server& server() { return *server_; }
  void release();  ///< As the tool does.

 private:
  std::optional<server::Server> server_;
  std::vector<Signal*> holding_;
};

}  // namespace gatehouse::test
