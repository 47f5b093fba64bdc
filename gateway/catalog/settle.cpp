#include "gateway/catalog/settle.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

namespace gatehouse::catalog {
namespace {

bool mentions(const Item& item, std::string_view word) { return item.form.text.find(word) != std::string::npos; }

bool is_embedded(const json::Value& icon) { return icon.text("src").starts_with("data:"); }

/// True if it was replaced by its picture.
bool embed(json::Value& icon, const SettleRules& rules) {
  if (rules.icons != Icons::inlined || !rules.icon || is_embedded(icon)) return false;
  std::string picture = rules.icon(std::string(icon.text("src")));
  if (picture.empty()) return false;
  icon.set("src", std::move(picture));
  return true;
}

/// True if something was changed.
bool drop_icons(json::Value& definition, const SettleRules& rules) {
  json::Value* all = definition.find("icons");
  if (!all || !all->is_array() || rules.icons == Icons::keep) return false;
  bool changed = false;
  for (json::Value& icon : *all->as_array()) changed = embed(icon, rules) || changed;
  const std::size_t removed = std::erase_if(
      *all->as_array(), [&](const auto& icon) { return rules.icons == Icons::drop || !is_embedded(icon); });
  if (all->as_array()->empty()) definition.erase("icons");
  return changed || removed > 0;
}

void settle_icons(mcp::ListKind kind, Item& item, const SettleRules& rules) {
  if (!mentions(item, "\"icons\"")) return;
  auto definition = json::parse(item.form.text, json::kMaxValueDepth);
  if (!definition || !drop_icons(*definition, rules)) return;
  if (auto form = read_form(kind, definition->str())) item.form = std::move(*form);
}

std::string ui_of(const Form& form) {
  for (const Token& token : form.uris) {
    auto uri = json::unquote(std::string_view(form.text).substr(token.at, token.size));
    if (uri && uri->starts_with("ui://")) return std::move(*uri);
  }
  return {};
}

void add_forms(ToolDetails& details, const json::Value& tool, const ToolWords& words) {
  std::shared_ptr<const Form> last;
  for (std::size_t dialect = 0; dialect < kDialects; ++dialect) {
    const auto fitted = tool_for(static_cast<Dialect>(dialect), tool, words);
    if (!fitted) continue;
    auto form = read_form(mcp::ListKind::tools, fitted->str());
    if (!form) continue;
    if (!last || last->text != form->text) last = std::make_shared<const Form>(std::move(*form));
    details.forms[dialect] = last;
  }
}

bool is_plain(const ToolDetails& details) {
  return details.headers.empty() && details.ui.empty() &&
         std::ranges::all_of(details.forms, [](const auto& form) { return form == nullptr; });
}

/// False: the tool must not be shown.
bool settle_tool(Item& item, const SettleRules& rules, std::vector<std::string>& warnings) {
  auto tool = json::parse(item.form.text, json::kMaxValueDepth);
  if (!tool) return true;  // grammatical, but a member is given twice: it stays as it is
  bool rewritten = drop_icons(*tool, rules);
  ToolDetails details;
  json::Value* schema = tool->find("inputSchema");
  if (schema && mentions(item, kHeaderAnnotation)) {
    Annotations found = read_annotations(*schema);
    details.headers = std::move(found.valid);
    if (!found.problems.empty()) {
      warnings.push_back("tool \"" + item.key + "\": " + found.problems.front());
      if (rules.drops_invalid_headers) return false;
      rewritten = strip_annotations(*schema, Strip::invalid) || rewritten;
    }
  }
  if (rewritten) {
    if (auto form = read_form(mcp::ListKind::tools, tool->str())) item.form = std::move(*form);
  }
  details.ui = ui_of(item.form);
  add_forms(details, *tool, rules.words);
  if (!is_plain(details)) item.details = std::make_shared<const ToolDetails>(std::move(details));
  return true;
}

}  // namespace

std::vector<std::string> icon_sources(const ServerLists& lists) {
  std::vector<std::string> sources;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    for (const Item& item : lists.of(kind)) {
      if (!mentions(item, "\"icons\"")) continue;
      const auto definition = json::parse(item.form.text, json::kMaxValueDepth);
      const json::Value* icons = definition ? definition->find("icons") : nullptr;
      if (!icons || !icons->is_array()) continue;
      for (const json::Value& icon : *icons->as_array())
        if (!is_embedded(icon)) sources.emplace_back(icon.text("src"));
    }
  }
  return sources;
}

std::vector<std::string> settle(ServerLists& lists, const SettleRules& rules) {
  std::vector<std::string> warnings;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    if (kind == mcp::ListKind::tools) continue;
    for (Item& item : lists.of(kind)) settle_icons(kind, item, rules);
  }
  std::erase_if(lists.of(mcp::ListKind::tools), [&](Item& item) { return !settle_tool(item, rules, warnings); });
  return warnings;
}

}  // namespace gatehouse::catalog
