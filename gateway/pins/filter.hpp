#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/pins/book.hpp"

namespace gatehouse::pins {

/// By server: tools that may not be called.
using HeldTools = std::map<std::string, std::map<std::string, Held, std::less<>>, std::less<>>;

/// What servers say, on its way to clients: looked at once for each of their lists. One thread.
class Filter {
 public:
  /// `noted`: the book says something new; these tools changed, or are new and wait.
  Filter(Options options, std::function<void(const std::vector<ToolKey>&)> noted)
      : options_(options), noted_(std::move(noted)) {}

  /// Lists as clients may see them. What is held goes into `held`.
  [[nodiscard]] std::shared_ptr<const catalog::ServerLists> show(
      const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists, mcp::WallTime now,
      HeldTools& held);
  void set_options(Options options);
  /// Takes over what was written elsewhere.
  void take(Book::Pins written);
  [[nodiscard]] const Book& book() const { return book_; }

 private:
  struct Seen {
    std::shared_ptr<const catalog::ServerLists> said;
    Shown shown;
  };
  Options options_;
  std::function<void(const std::vector<ToolKey>&)> noted_;
  Book book_;
  std::unordered_map<const catalog::ServerLists*, Seen> seen_;
};

}  // namespace gatehouse::pins
