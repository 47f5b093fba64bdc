// The merged lists as texts.
#define XXH_INLINE_ALL
#include <xxhash.h>

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

std::unique_ptr<View::Pages> View::make_pages(ListKind kind, Dialect dialect,
                                              const std::vector<std::uint32_t>* chosen) const {
  auto pages = std::make_unique<Pages>();
  const std::vector<Entry>& entries = list(kind).entries;
  const std::size_t count = chosen ? chosen->size() : entries.size();
  std::string body;
  const auto close = [&] {
    pages->texts.push_back(
        std::make_shared<const std::string>(fmt::format(R"({{"{}":[{}]}})", mcp::items_member(kind), body)));
    body.clear();
  };
  pages->starts.push_back(0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = shown(kind, dialect, entries[chosen ? (*chosen)[i] : i]);
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
  return part(list(kind).pages, kind, dialect, position, nullptr);
}

std::shared_ptr<const View::Selection> View::select(
    ListKind kind, FunctionRef<bool(std::size_t source, const Item& item)> shown) const {
  auto out = std::make_shared<Selection>();
  const std::vector<Entry>& entries = list(kind).entries;
  out->kind_ = kind;
  out->total_ = entries.size();
  out->sources_.resize(sources_.size());
  XXH64_hash_t fingerprint = 0;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (!shown(entry.source, *entry.item)) continue;
    out->chosen_.push_back(i);
    out->sources_[entry.source] = true;
    fingerprint = XXH64(entry.exposed.data(), entry.exposed.size(), fingerprint);
    fingerprint = XXH64(entry.item->form.text.data(), entry.item->form.text.size(), fingerprint);
  }
  out->fingerprint_ = fingerprint;
  return out;
}

Result<View::Part> View::page(const Selection& selection, Dialect dialect, std::size_t position) const {
  if (selection.is_everything()) return page(selection.kind_, dialect, position);
  auto found = part(selection.pages_, selection.kind_, dialect, position, &selection.chosen_);
  selection.bytes_ = 0;
  for (const auto& pages : selection.pages_)
    if (pages)
      for (const auto& text : pages->texts) selection.bytes_ += text->size();
  return found;
}

Result<View::Part> View::part(PagesByDialect& all, ListKind kind, Dialect dialect, std::size_t position,
                              const std::vector<std::uint32_t>* chosen) const {
  // Only tools are different for different revisions.
  const Dialect form = kind == ListKind::tools ? dialect : Dialect::modern;
  auto& pages = all[static_cast<std::size_t>(form)];
  if (!pages) pages = make_pages(kind, form, chosen);
  const auto start = std::ranges::lower_bound(pages->starts, position);
  if (start == pages->starts.end() || *start != position)
    return fail(Kind::not_found, Origin::client, "No page of this list begins there.");
  const auto index = static_cast<std::size_t>(start - pages->starts.begin());
  Part part{pages->texts[index], std::nullopt};
  if (index + 1 < pages->starts.size()) part.next = pages->starts[index + 1];
  return part;
}

}  // namespace gatehouse::catalog
