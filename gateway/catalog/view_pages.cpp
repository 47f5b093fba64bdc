// The merged lists as texts.
#include <algorithm>

#include <fmt/format.h>

#include "gateway/catalog/view.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

struct Edit {
  Token token;
  std::string text;
};

std::string edited(const std::string& source, std::vector<Edit> edits) {
  std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.token.at; });
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out.append(source, at, edit.token.at - at).append(edit.text);
    at = edit.token.at + edit.token.size;
  }
  return out.append(source, at);
}

/// Adds `member` (`"key":value`) to a definition's `_meta`.
std::string with_meta(const std::string& text, std::string_view member) {
  auto definition = json::parse(text, json::kMaxValueDepth);
  const auto added = json::parse(fmt::format("{{{}}}", member));
  if (!definition || !added) return text;
  json::Value meta = definition->find("_meta") ? *definition->find("_meta") : json::Value::object();
  for (const auto& [key, value] : *added->as_object()) meta.set(key, value);
  definition->set("_meta", std::move(meta));
  return definition->str();
}

}  // namespace

std::string View::shown(ListKind kind, Dialect dialect, const Entry& entry) const {
  const Form& form = entry.item->as(dialect);
  // URIs are indexed in their normal spelling and shown in the server's.
  const bool is_uri = kind == ListKind::resources || kind == ListKind::templates;
  const std::string exposed = is_uri ? expose_uri(entry.source, entry.item->key) : std::string(entry.exposed);
  std::vector<Edit> edits{{form.key, json::quoted(exposed)}};
  for (const Token& token : form.uris) {
    const auto uri = json::unquote(std::string_view(form.text).substr(token.at, token.size));
    if (uri) edits.push_back({token, json::quoted(expose_uri(entry.source, *uri))});
  }
  std::string text = edited(form.text, std::move(edits));
  if (const std::string member = backend_member(entry.source); !member.empty()) text = with_meta(text, member);
  return text;
}

std::unique_ptr<View::Pages> View::make_pages(ListKind kind, Dialect dialect) const {
  auto pages = std::make_unique<Pages>();
  const std::vector<Entry>& entries = list(kind).entries;
  std::string body;
  const auto close = [&] {
    pages->texts.push_back(
        std::make_shared<const std::string>(fmt::format(R"({{"{}":[{}]}})", mcp::items_member(kind), body)));
    body.clear();
  };
  pages->starts.push_back(0);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string text = shown(kind, dialect, entries[i]);
    if (!body.empty() && body.size() + text.size() > options_.page_bytes) {
      close();
      pages->starts.push_back(i);
    }
    if (!body.empty()) body += ',';
    body += text;
  }
  close();
  return pages;
}

Result<View::Part> View::page(ListKind kind, Dialect dialect, std::size_t position) const {
  // Only tools are different for different revisions.
  const Dialect form = kind == ListKind::tools ? dialect : Dialect::modern;
  auto& pages = list(kind).pages[static_cast<std::size_t>(form)];
  if (!pages) pages = make_pages(kind, form);
  const auto start = std::ranges::lower_bound(pages->starts, position);
  if (start == pages->starts.end() || *start != position)
    return fail(Kind::not_found, Origin::client, "No page of this list begins there.");
  const auto index = static_cast<std::size_t>(start - pages->starts.begin());
  Part part{pages->texts[index], std::nullopt};
  if (index + 1 < pages->starts.size()) part.next = pages->starts[index + 1];
  return part;
}

}  // namespace gatehouse::catalog
