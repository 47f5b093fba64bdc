#include <algorithm>
#include <array>
#include <cctype>

#include <gatehouse/json/value.hpp>

#include "gateway/config/expand.hpp"
#include "gateway/config/keys.hpp"
#include "gateway/config/load.hpp"
#include "gateway/config/mask.hpp"
#include "gateway/config/reading.hpp"

namespace gatehouse::config {
namespace {

/// Plain where every YAML reader takes it for the same text, else in double quotes.
std::string yaml(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "null", "yes", "no",
                                                             "on",   "off",   "y",    "n"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool plain_start = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '/');
  const bool plain =
      plain_start && !text.ends_with(':') && std::ranges::find(kWords, lower) == kWords.end() &&
      std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || std::string_view("_./:@+-").find(static_cast<char>(c)) != std::string_view::npos;
      });
  return plain ? std::string(text) : json::quoted(text);
}

class Printer {
 public:
  Printer(const Config& config, YamlOptions options) : config_(config), options_(options) {}

  std::string run() {
    // Slots are made for writing; nothing here writes through them.
    auto* config = const_cast<Config*>(&config_);
    section_keys(top_section(), config, "", 0);
    if (!config_.admin) {
      line(0, "admin: off");
    } else {
      block("admin", 0, [&] { section_keys(admin_section(), config, "admin", 1); });
    }
    if (options_.defaults || config_.endpoints != Config{}.endpoints) block("endpoints", 0, [&] { endpoints(); });
    block("servers", 0, [&] { servers(); });
    block("limits", 0, [&] { section_keys(limits_section(), &config->limits, "limits", 1); });
    for (const Key& key : top_section().keys)
      if (key.nested) nested(key, config, std::string(key.name), 0);
    return std::move(out_);
  }

 private:
  void line(int depth, const std::string& text) {
    out_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + text + "\n";
  }

  /// A heading with what `body` prints below it; nothing if that is nothing.
  template <class Body>
  void block(const std::string& name, int depth, Body body) {
    const auto before = out_.size();
    line(depth, name + ":");
    const auto after = out_.size();
    body();
    if (out_.size() == after) out_.resize(before);
  }

  void section_keys(const Section& section, void* owner, const std::string& path, int depth) {
    for (const Key& key : section.keys) {
      if (key.nested && depth > 0) nested(key, owner, path + "." + std::string(key.name), depth);
      if (key.shape == Shape::section) continue;
      one_key(key, key.slot(owner), key.slot(section.fresh()),
              path.empty() ? std::string(key.name) : path + "." + std::string(key.name), depth);
    }
  }

  void nested(const Key& key, void* owner, const std::string& path, int depth) {
    const Nested& part = *key.nested;
    block(std::string(key.name), depth, [&] {
      const std::size_t count = part.count(owner);
      if (part.form != Nested::Form::list) {
        if (count) section_keys(part.section(), part.item(owner, 0), path, depth + 1);
        return;
      }
      for (std::size_t i = 0; i < count; ++i) {
        const auto begin = out_.size();
        section_keys(part.section(), part.item(owner, i), path + "[" + std::to_string(i) + "]", depth + 2);
        if (out_.size() == begin) continue;
        out_.replace(begin + 2 * static_cast<std::size_t>(depth) + 2, 2, "- ");
      }
    });
  }

  void one_key(const Key& key, const Slot& slot, const Slot& otherwise, const std::string& path, int depth) {
    const std::string name(key.name);
    if (const auto* const* texts = std::get_if<Texts*>(&slot))
      return list(key, **texts, *std::get<Texts*>(otherwise), path, depth);
    if (const auto* const* pairs = std::get_if<Pairs*>(&slot))
      return block(name, depth, [&] { map(key, **pairs, path, depth + 1); });
    if (const auto* const* groups = std::get_if<Groups*>(&slot))
      return block(name, depth, [&] { lists(**groups, depth + 1); });
    const auto reference = config_.references.find(path);
    std::string text = scalar_text(key, slot);
    const bool is_default = text == scalar_text(key, otherwise) && reference == config_.references.end();
    if (is_default && (!options_.defaults || text.empty())) return;
    if (reference != config_.references.end()) return line(depth, name + ": " + yaml(reference->second));
    if (key.secret && !options_.literals && !text.empty()) return line(depth, name + ": " + yaml(kMask));
    const bool may_be_url = key.shape == Shape::text || key.shape == Shape::url;
    if (may_be_url && !options_.literals) text = masked_url(text);
    const bool words = may_be_url || (key.shape == Shape::address && text != "off");
    line(depth, name + ": " + (words ? yaml(escape_literal(text, key.secret)) : text));
  }

  void list(const Key& key, const Texts& texts, const Texts& otherwise, const std::string& path, int depth) {
    if (texts == otherwise && (!options_.defaults || texts.empty())) return;
    const Texts shown = options_.literals ? texts
                        : key.secret      ? Texts(texts.size(), std::string(kMask))
                                          : masked_args(texts);
    std::string items;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto reference = config_.references.find(path + "[" + std::to_string(i) + "]");
      items += (i ? ", " : "") +
               yaml(reference != config_.references.end() ? reference->second : escape_literal(shown[i], key.secret));
    }
    line(depth, std::string(key.name) + ": [" + items + "]");
  }

  void lists(const Groups& groups, int depth) {
    for (const auto& [name, texts] : groups) {
      std::string items;
      for (const std::string& text : texts) items += (items.empty() ? "" : ", ") + yaml(escape_literal(text, false));
      line(depth, yaml(name) + ": [" + items + "]");
    }
  }

  void map(const Key& key, const Pairs& pairs, const std::string& path, int depth) {
    for (const auto& [name, value] : pairs) {
      const auto reference = config_.references.find(key_path(path, name));
      const std::string shown = reference != config_.references.end() ? reference->second
                                : options_.literals || !key.secret    ? escape_literal(value, key.secret)
                                                                      : std::string(kMask);
      line(depth, yaml(name) + ": " + yaml(shown));
    }
  }

  void endpoints() {
    for (std::size_t i = 0; i < config_.endpoints.size(); ++i) {
      const auto begin = out_.size();
      section_keys(endpoint_section(), const_cast<Endpoint*>(&config_.endpoints[i]),
                   "endpoints[" + std::to_string(i) + "]", 2);
      if (out_.size() == begin) line(2, "path: " + yaml(config_.endpoints[i].path));
      out_.replace(begin + 2, 2, "- ");
    }
  }

  void servers() {
    for (const Server& server : config_.servers) {
      const Side side = server.is_stdio() ? Side::program : Side::address;
      const std::string path = "servers." + server.name;
      block(yaml(server.name), 1, [&] {
        for (const Key& key : server_section().keys) {
          const std::string key_path = path + "." + std::string(key.name);
          if (key.shape == Shape::section)
            part(server_part(key.name), const_cast<Server&>(server), key_path);
          else if (key.side == Side::both || key.side == side)
            one_key(key, key.slot(const_cast<Server*>(&server)), key.slot(server_section().fresh()), key_path, 2);
        }
      });
    }
  }

  void part(const ServerPart& part, Server& server, const std::string& path) {
    const std::string name(part.name);
    if (part.is_off(server)) return line(2, name + ": off");
    block(name, 2, [&] { section_keys(part.section, part.owner(server), path, 3); });
  }

  const Config& config_;
  const YamlOptions options_;
  std::string out_;
};

}  // namespace

std::string to_yaml(const Config& config, YamlOptions options) { return Printer(config, options).run(); }

}  // namespace gatehouse::config
