#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/pins/book.hpp"

namespace gatehouse::pins {

/// What servers say, on its way to clients: looked at once for each of their lists. One thread.
class Filter {
 public:
  /// `noted`: the book says something else now, and this is to be told.
  Filter(Options options, std::function<void(const std::vector<News>&)> noted)
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
  /// Old lists are not kept for it.
  struct Seen {
    std::weak_ptr<const catalog::ServerLists> said;
    Shown shown;  // no lists: those of the server
  };
  const Shown& look(const std::string& server, const std::shared_ptr<const catalog::ServerLists>& lists,
                    mcp::WallTime now);
  void forget_old();
  static constexpr std::size_t kForgetAt = 64;

  Options options_;
  std::function<void(const std::vector<News>&)> noted_;
  Book book_;
  std::unordered_map<const catalog::ServerLists*, Seen> seen_;
  std::size_t forget_at_ = kForgetAt;
};

}  // namespace gatehouse::pins
