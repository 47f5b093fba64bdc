#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/error.hpp>

#include "gateway/bridge/task_options.hpp"
#include "gateway/bridge/task_row.hpp"

namespace gatehouse::bridge {

/// The rows of one endpoint, bounded. Every row is found under its caller only; for others it does not exist. Pure.
class TaskTable {
 public:
  using Ref = std::shared_ptr<TaskRow>;

  /// Makes space for one more row of this principal: rows whose end their client knows go first, the oldest first.
  /// `gone` gets the ids of those. Errors: limit_exceeded.
  [[nodiscard]] Result<void> make_room(std::string_view principal, const TaskOptions& options,
                                       std::vector<std::string>& gone);
  void add(Ref row);
  /// Null for what does not exist, is of somebody else, or has expired.
  [[nodiscard]] Ref find(std::string_view caller, std::string_view id, WallTime now) const;

  struct Page {
    std::vector<Ref> rows;
    std::string next;  ///< Cursor; empty: this was the last page.
  };
  static constexpr std::size_t kPageSize = 100;
  /// In the order of their creation. `cursor`: the `next` of a page, which is the id of its last row. Errors: not_found.
  [[nodiscard]] Result<Page> list(std::string_view caller, std::optional<std::string_view> cursor, WallTime now) const;

  /// Takes out what has expired.
  [[nodiscard]] std::vector<Ref> expire(WallTime now);
  void erase(std::string_view id);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  std::vector<Ref> rows_;  // in the order of their creation
  boost::unordered_flat_map<std::string, Ref> by_id_;
};

}  // namespace gatehouse::bridge
