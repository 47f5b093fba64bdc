#include <algorithm>

#include "gateway/config/mask.hpp"
#include "gateway/config/quantity.hpp"
#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

/// The value as it may be shown in a message: a reference instead of what it stands for, nothing for secrets.
std::string shown(const Key& key, const Expanded& text) {
  if (!text.reference.empty()) return "'" + text.reference + "' ";
  return key.secret || text.value.size() > 100 ? "" : "'" + text.value + "' ";
}

std::string join(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  return out;
}

std::string format(const Key& key, std::uint64_t value) {
  if (key.shape == Shape::duration) return format_duration(Milliseconds{static_cast<std::int64_t>(value)});
  return key.shape == Shape::bytes ? format_size(value) : std::to_string(value);
}

/// Puts one value into its field. Each overload reports to `reading` and leaves the field alone if the value is wrong.
struct Writer {
  Reading& reading;
  const Key& key;
  const Node& node;
  const std::string& path;

  void refuse(const std::string& message) const { reading.problem(node.line, path, message); }
  [[nodiscard]] std::optional<Expanded> scalar() const { return read_scalar(reading, node, path, key.secret); }
  [[nodiscard]] bool in_range(const Expanded& text, std::uint64_t value) const {
    if (value >= key.least && value <= key.most) return true;
    refuse(shown(key, text) + "is out of range: " + format(key, key.least) + " to " + format(key, key.most));
    return false;
  }

  [[nodiscard]] bool lacks_items(bool is_empty) const {
    if (key.filled && is_empty)
      refuse("is empty, which would be as if it was not there; name something, or leave it out");
    return key.filled && is_empty;
  }

  void operator()(std::monostate) const {}

  void operator()(std::string* field) const {
    const auto text = scalar();
    if (!text) return;
    if (key.shape == Shape::choice && std::ranges::find(key.choices, text->value) == key.choices.end())
      return refuse(shown(key, *text) + "is none of " + join(key.choices));
    *field = text->value;
  }

  void operator()(bool* field) const {
    const auto text = scalar();
    if (!text) return;
    if (text->value != "true" && text->value != "false") return refuse(shown(key, *text) + "is neither true nor false");
    *field = text->value == "true";
  }

  void operator()(Milliseconds* field) const {
    const auto text = scalar();
    if (!text) return;
    const auto value = parse_duration(text->value);
    if (!value) return refuse(shown(key, *text) + value.error());
    if (in_range(*text, static_cast<std::uint64_t>(value->count()))) *field = *value;
  }

  void operator()(std::size_t* field) const {
    const auto text = scalar();
    if (!text) return;
    const auto value = key.shape == Shape::bytes ? parse_size(text->value) : parse_count(text->value);
    if (!value) return refuse(shown(key, *text) + value.error());
    if (in_range(*text, *value)) *field = *value;
  }

  void operator()(ratelimit::Rate* field) const {
    const auto text = scalar();
    if (!text) return;
    if (text->value == "off" || text->value == "false") {
      *field = {};
      return;
    }
    const auto value = ratelimit::parse_rate(text->value);
    if (!value) return refuse(shown(key, *text) + value.error());
    *field = *value;
  }

  void operator()(Texts* field) const {
    if (node.is_scalar() && key.or_one) {
      field->clear();
      return item(node, path, *field);
    }
    if (!node.is_list())
      return refuse((key.or_one ? "must be text or a list, not " : "must be a list, not ") +
                    std::string(kind_name(node)));
    if (lacks_items(node.items.empty())) return;
    field->clear();
    for (std::size_t i = 0; i < node.items.size(); ++i)
      item(node.items[i], path + "[" + std::to_string(i) + "]", *field);
  }

  void item(const Node& one, const std::string& item_path, Texts& field) const {
    auto text = read_scalar(reading, one, item_path, key.secret);
    if (!text) return;
    if (!key.choices.empty() && std::ranges::find(key.choices, text->value) == key.choices.end())
      return reading.problem(one.line, item_path, shown(key, *text) + "is none of " + join(key.choices));
    field.push_back(std::move(text->value));
  }

  void operator()(Pairs* field) const {
    if (!node.is_map()) return refuse("must be a map of names to values, not " + std::string(kind_name(node)));
    if (lacks_items(node.members.empty())) return;
    field->clear();
    for (const Member& member : node.members) {
      const std::string member_path = key_path(path, member.key);
      reading.lines.emplace(member_path, member.line);
      if (std::ranges::find(*field, member.key, &Pairs::value_type::first) != field->end()) {
        reading.problem(member.line, member_path, "stands here twice");
      } else if (auto text = read_scalar(reading, member.value, member_path, key.secret)) {
        field->emplace_back(member.key, std::move(text->value));
      }
    }
  }

  void operator()(Groups* field) const {
    if (!node.is_map()) return refuse("must be a map of names to lists, not " + std::string(kind_name(node)));
    field->clear();
    for (const Member& member : node.members) {
      const std::string member_path = key_path(path, member.key);
      reading.lines.emplace(member_path, member.line);
      if (std::ranges::find(*field, member.key, &Groups::value_type::first) != field->end()) {
        reading.problem(member.line, member_path, "stands here twice");
      } else {
        field->emplace_back(member.key, Texts());
        Writer{reading, key, member.value, member_path}(&field->back().second);
      }
    }
  }

  void operator()(net::ListenAddress* field) const {
    const auto text = scalar();
    if (!text) return;
    const auto address = net::parse_listen_address(text->value);
    if (!address) return refuse(shown(key, *text) + "is not an address with a port, like 127.0.0.1:8080 or [::1]:8080");
    *field = *address;
  }
  void operator()(std::optional<net::ListenAddress>* field) const {
    net::ListenAddress address;
    const auto before = reading.problems.size();
    (*this)(&address);
    if (reading.problems.size() == before) *field = address;
  }

  void operator()(std::optional<net::Url>* field) const {
    const auto text = scalar();
    if (!text) return;
    const auto url = net::parse_url(text->unresolved ? "http://unresolved.invalid/" : text->value);
    // The parser's message may repeat the text; an address can carry a key, so a referenced one stays unnamed.
    if (!url)
      return refuse(text->reference.empty() ? url.error().message
                                            : "'" + text->reference + "' is not an http or https URL");
    *field = *url;
  }

  void operator()(const Choice& field) const {
    auto text = scalar();
    if (!text) return;
    std::string_view word = text->value;
    if (key.name == "prefix" && (word == "true" || word == "false")) word = word == "true" ? "server" : "none";
    const auto found = std::ranges::find(key.choices, word);
    if (found == key.choices.end()) return refuse(shown(key, *text) + "is none of " + join(key.choices));
    field.set(field.field, static_cast<std::size_t>(found - key.choices.begin()));
  }
};

}  // namespace

std::string key_path(const std::string& path, std::string_view name) {
  const bool plain = !name.empty() && name.find_first_of(". []\"") == name.npos;
  const std::string step = plain ? std::string(name) : "\"" + std::string(name) + "\"";
  return path.empty() ? step : path + "." + step;
}

std::optional<Expanded> read_scalar(Reading& reading, const Node& node, const std::string& path, bool secret) {
  reading.lines.emplace(path, node.line);
  if (node.kind == Node::Kind::null) {
    reading.problem(node.line, path, "has no value");
    return std::nullopt;
  }
  if (!node.is_scalar()) {
    reading.problem(node.line, path, "must be a single value, not " + std::string(kind_name(node)));
    return std::nullopt;
  }
  Expanded out = reading.expander.expand(node.text, secret);
  for (const std::string& message : out.problems) reading.problem(node.line, path, message);
  for (const std::string& message : out.notes) reading.warn(node.line, path, message);
  if (!out.problems.empty()) return std::nullopt;
  if (out.value.find('\0') != out.value.npos) {
    reading.problem(node.line, path, "contains a NUL character");
    return std::nullopt;
  }
  if (out.reference.empty() && is_masked(out.value)) {
    reading.problem(node.line, path, "is masked; put the secret back, or better a reference like ${NAME}");
    return std::nullopt;
  }
  if (!out.reference.empty()) reading.config.references[path] = out.reference;
  return out;
}

void read_key(Reading& reading, const Key& key, const Node& node, const std::string& path, const Slot& slot) {
  reading.lines.emplace(path, node.line);
  std::visit(Writer{reading, key, node, path}, slot);
}

void Reading::problem(int line, std::string key, std::string message) {
  problems.push_back({file, line, std::move(key), std::move(message)});
}
void Reading::warn(int line, std::string key, std::string message) {
  warnings.push_back({file, line, std::move(key), std::move(message)});
}
int Reading::line_of(std::string_view key) const {
  while (true) {
    if (const auto found = lines.find(key); found != lines.end()) return found->second;
    const auto end = key.find_last_of(".[");
    if (end == key.npos) return 0;
    key = key.substr(0, end);
  }
}

}  // namespace gatehouse::config
