#include <gatehouse/mcp/call.hpp>

namespace gatehouse::mcp {

std::unique_ptr<Answer> Answer::of(std::string text) {
  return of(std::make_shared<const std::string>(std::move(text)));
}

std::unique_ptr<Answer> Answer::of(std::shared_ptr<const std::string> text) {
  auto answer = std::make_unique<Answer>();
  answer->body = json::Splice(*text);
  answer->shared = std::move(text);
  return answer;
}

}  // namespace gatehouse::mcp
