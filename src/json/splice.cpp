#include <gatehouse/json/splice.hpp>

#include <algorithm>

namespace gatehouse::json {
namespace {

constexpr std::size_t kFirstText = 240;  // most sets of edits bring less

}  // namespace

void Splice::replace(std::string_view part, std::string_view text) {
  if (const std::size_t needed = text_.size() + text.size(); needed > text_.capacity())
    text_.reserve(std::max({needed, 2 * text_.capacity(), kFirstText}));
  edits_.push_back({static_cast<std::uint32_t>(part.data() - source_.data()), static_cast<std::uint32_t>(part.size()),
                    static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())});
  text_ += text;
}

/// At one position: insertions in the order they were made, then the longest range first (what lies inside it is dropped),
/// then the latest edit of that range. `text_at` grows with every edit that brings text, so it tells the order.
void Splice::sort() const {
  const auto before = [](const Edit& a, const Edit& b) {
    if (a.at != b.at) return a.at < b.at;
    const bool both_insert = a.length == 0 && b.length == 0;
    if (both_insert) return a.text_at < b.text_at;
    if (a.length == 0 || b.length == 0) return a.length == 0;
    if (a.length != b.length) return a.length > b.length;
    if (a.text_at != b.text_at) return a.text_at > b.text_at;
    return a.text_length > b.text_length;
  };
  if (!std::is_sorted(edits_.begin(), edits_.end(), before)) std::sort(edits_.begin(), edits_.end(), before);
}

template <class Take>
void Splice::each_piece(Take take) const {
  sort();
  const auto put = [&take](std::string_view piece) {
    if (!piece.empty()) take(piece);
  };
  std::size_t done = 0;
  for (const Edit& edit : edits_) {
    const std::size_t end = std::size_t{edit.at} + edit.length;
    // An insertion at the end of a removed range is at its edge: `at` equals `done`, so it is no part of this.
    if (edit.at < done && end <= done) continue;
    if (edit.at > done) put(source_.substr(done, edit.at - done));
    put(std::string_view(text_).substr(edit.text_at, edit.text_length));
    done = std::max(done, end);
  }
  put(source_.substr(done));
}

void Splice::append_to(Pieces& out) const {
  each_piece([&out](std::string_view piece) { out.push_back(piece); });
}

std::string Splice::str() const {
  std::string out;
  out.reserve(source_.size() + text_.size());
  each_piece([&out](std::string_view piece) { out += piece; });
  return out;
}

std::size_t Splice::size() const {
  std::size_t total = 0;
  each_piece([&total](std::string_view piece) { total += piece.size(); });
  return total;
}

void ObjectView::add(std::string_view key, const char* key_begin, std::string_view value) {
  if (key.data() != key_begin + 1) {
    if (!unescaped) unescaped = std::make_shared<std::forward_list<std::string>>();
    key = unescaped->emplace_front(key);
  }
  members.push_back({key, value, key_begin});
}

const Member* ObjectView::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [key](const Member& m) { return m.key == key; });
  return found == members.end() ? nullptr : &*found;
}

/// The comma that goes with a removed member is the one in front of it, or, as long as nothing in front stays, the one
/// behind it.
void rewrite_members(Splice& splice, const ObjectView& object, FunctionRef<bool(const Member&)> drop,
                     std::string_view added) {
  const auto& members = object.members;
  const auto end_of = [](const Member& m) { return m.value.data() + m.value.size(); };
  const auto erase = [&splice](const char* from, const char* to) {
    splice.erase({from, static_cast<std::size_t>(to - from)});
  };

  const char* stays = nullptr;  // the end of the last member that stays
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!drop(members[i])) {
      stays = end_of(members[i]);
    } else if (stays) {
      erase(end_of(members[i - 1]), end_of(members[i]));
    } else {
      erase(members[i].begin, i + 1 < members.size() ? members[i + 1].begin : end_of(members[i]));
    }
  }
  if (added.empty()) return;
  if (stays) {
    splice.insert(stays, ",");
    splice.insert(stays, added);
  } else {
    splice.insert(object.text.data() + 1, added);
  }
}

}  // namespace gatehouse::json
