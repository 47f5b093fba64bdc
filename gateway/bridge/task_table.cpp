#include "gateway/bridge/task_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::bridge {
namespace {

std::unexpected<Error> too_many(std::string_view what, std::size_t most) {
  return std::unexpected(Error{Kind::limit_exceeded, Origin::client,
                               fmt::format("Too many tasks {}: {} at most; fetch results or cancel some.", what, most)}
                             .with_data(R"({"gatehouse":{"limit":"tasks"}})"));
}

}  // namespace

Result<void> TaskTable::make_room(std::string_view principal, const TaskOptions& options,
                                  std::vector<std::string>& gone) {
  const auto own = [&](const Ref& row) { return row->principal() == principal; };
  const auto drop_oldest = [&](auto&& fits) {
    const auto row = std::ranges::find_if(rows_, [&](const Ref& one) { return one->is_dispensable() && fits(one); });
    if (row == rows_.end()) return false;
    gone.push_back((*row)->id());
    erase(std::string((*row)->id()));
    return true;
  };
  while (static_cast<std::size_t>(std::ranges::count_if(rows_, own)) >= options.max_per_user)
    if (!drop_oldest(own)) return too_many("of one user", options.max_per_user);
  while (rows_.size() >= options.max_total)
    if (!drop_oldest([](const Ref&) { return true; })) return too_many("here", options.max_total);
  return {};
}

void TaskTable::add(Ref row) {
  by_id_.emplace(row->id(), row);
  rows_.push_back(std::move(row));
}

TaskTable::Ref TaskTable::find(std::string_view caller, std::string_view id, WallTime now) const {
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end() || found->second->caller() != caller || found->second->is_expired(now)) return nullptr;
  return found->second;
}

Result<TaskTable::Page> TaskTable::list(std::string_view caller, std::optional<std::string_view> cursor,
                                        WallTime now) const {
  auto from = rows_.begin();
  if (cursor) {
    from = std::ranges::find_if(rows_, [&](const Ref& row) { return row->id() == *cursor; });
    if (from == rows_.end() || (*from)->caller() != caller)
      return fail(Kind::not_found, Origin::client, "This cursor is not valid any more: start the list again.");
    ++from;
  }
  Page page;
  for (; from != rows_.end(); ++from) {
    if ((*from)->caller() != caller || (*from)->is_expired(now)) continue;
    if (page.rows.size() == kPageSize) {
      page.next = page.rows.back()->id();
      break;
    }
    page.rows.push_back(*from);
  }
  return page;
}

std::vector<TaskTable::Ref> TaskTable::expire(WallTime now) {
  std::vector<Ref> over;
  for (const Ref& row : rows_)
    if (row->is_expired(now)) over.push_back(row);
  for (const Ref& row : over) erase(row->id());
  return over;
}

void TaskTable::erase(std::string_view id) {
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end()) return;
  const Ref row = found->second;
  by_id_.erase(found);
  std::erase(rows_, row);
}

}  // namespace gatehouse::bridge
