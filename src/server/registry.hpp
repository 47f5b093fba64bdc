#pragma once
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gatehouse/mcp/call.hpp>

namespace gatehouse::server {

/// The definitions of one list, in the order in which they were added. An Item has a `key` (name or URI) and a `definition`
/// (JSON). Items are shared with the calls that use them, so one can be removed at any time.
template <class Item>
class Registry {
 public:
  /// False: the key is taken.
  bool add(Item item) {
    auto shared = std::make_shared<Item>(std::move(item));
    if (!by_key_.try_emplace(shared->key, next_).second) return false;
    items_.emplace(next_++, std::move(shared));
    first_page_.reset();
    return true;
  }

  bool remove(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return false;
    items_.erase(found->second);
    by_key_.erase(found);
    first_page_.reset();
    return true;
  }

  [[nodiscard]] std::shared_ptr<Item> find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : items_.find(found->second)->second;
  }
  /// The first item for which `accept` holds.
  template <class Accept>
  [[nodiscard]] std::shared_ptr<Item> find_if(Accept accept) const {
    for (const auto& [number, item] : items_)
      if (accept(*item)) return item;
    return nullptr;
  }
  /// True once there was an item.
  [[nodiscard]] bool was_used() const { return next_ > 1; }

  /// One page as the result of a list method. A cursor names the last item seen, so it survives additions and removals.
  /// Errors: not_found for a cursor that was never given out.
  [[nodiscard]] mcp::Reply page(const mcp::Params& params, std::string_view member, std::size_t page_size) {
    if (params.cursor_raw.empty()) {
      if (!first_page_) first_page_ = std::make_shared<const std::string>(render(0, member, page_size));
      return mcp::Answer::of(first_page_);
    }
    std::uint64_t after = 0;
    const std::string_view text = params.cursor;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), after, 16);
    if (text.empty() || status != std::errc{} || end != text.data() + text.size() || after >= next_) {
      return fail(Kind::not_found, Origin::client, "Unknown cursor: start the list again without one.");
    }
    return mcp::Answer::of(render(after, member, page_size));
  }

 private:
  [[nodiscard]] std::string render(std::uint64_t after, std::string_view member, std::size_t page_size) const {
    std::string out = "{\"";
    out.append(member).append("\":[");
    std::size_t count = 0;
    std::uint64_t last = after;
    auto it = items_.upper_bound(after);
    for (; it != items_.end() && count < page_size; ++it, ++count) {
      if (count > 0) out += ',';
      out += it->second->definition;
      last = it->first;
    }
    out += ']';
    if (it != items_.end()) {
      char digits[16];
      const auto end = std::to_chars(digits, digits + sizeof digits, last, 16).ptr;
      out.append(",\"nextCursor\":\"").append(digits, end).append("\"");
    }
    return out += '}';
  }

  std::map<std::uint64_t, std::shared_ptr<Item>> items_;
  std::map<std::string, std::uint64_t, std::less<>> by_key_;
  std::uint64_t next_ = 1;
  std::shared_ptr<const std::string> first_page_;
};

}  // namespace gatehouse::server
