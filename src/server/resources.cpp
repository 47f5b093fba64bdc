#include "src/server/resources.hpp"

#include "src/server/results.hpp"
#include "src/server/shield.hpp"

namespace gatehouse::server {
namespace {

std::unexpected<Error> refuse(std::string_view what, std::string_view why) {
  return fail(Kind::invalid_config, Origin::gateway, "resource \"" + std::string(what) + "\": " + std::string(why));
}

/// RFC 3986: a scheme, a colon, and no character that cannot stand in a URI.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  for (const char c : text)
    if (c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\') return false;
  return text.find_first_of("/?#") > colon;
}

/// What a resource's handler gave, as the answer. A missing resource names its URI (LF-903).
mcp::Reply finish(Result<ReadResult> result, const Context& context, std::string_view uri, std::string_view mime_type,
                  mcp::CacheHints cache) {
  if (auto question = context.input_required()) return question;
  if (!result) {
    Error error = std::move(result.error());
    if (error.kind == Kind::resource_not_found && error.data.empty())
      error.data = json::Value::object({{"uri", uri}}).str();
    return fail(std::move(error));
  }
  auto answer = to_answer(*result, uri, mime_type);
  // An answer that took questions is for this one request (C-7).
  answer->cache = context.is_retry() ? mcp::CacheHints{} : result->cache.value_or(cache);
  return answer;
}

}  // namespace

Result<void> Resources::add(const Resource& resource, ResourceHandler handler) {
  if (!is_uri(resource.uri)) return refuse(resource.uri, "not an absolute URI");
  if (resource.name.empty()) return refuse(resource.uri, "it needs a name");
  if (!resources_.add({resource.uri, to_json(resource).str(), resource.mime_type, resource.cache, std::move(handler)})) {
    return refuse(resource.uri, "the URI is taken");
  }
  return {};
}

Result<void> Resources::add(const ResourceTemplate& family, TemplateHandler handler) {
  auto pattern = UriTemplate::parse(family.uri_template);
  if (!pattern) return fail(std::move(pattern.error()));
  if (family.name.empty()) return refuse(family.uri_template, "it needs a name");
  if (!templates_.add({family.uri_template, to_json(family).str(), family.mime_type, family.cache, std::move(*pattern),
                       std::move(handler)})) {
    return refuse(family.uri_template, "the template is taken");
  }
  return {};
}

bool Resources::knows(std::string_view uri) const {
  return resources_.find(uri) ||
         templates_.find_if([uri](const Family& family) { return family.pattern.match(uri).has_value(); });
}

Task<mcp::Reply> Resources::read(const mcp::Call& call, Context& context) {
  const std::string_view uri = call.request.params.uri;
  if (!uri.data()) co_return fail(Kind::invalid_params, Origin::client, "params: member \"uri\" is missing");
  if (auto item = resources_.find(uri)) co_return co_await read_item(std::move(item), context, uri);
  std::optional<Variables> variables;
  auto family = templates_.find_if([&](const Family& one) { return (variables = one.pattern.match(uri)).has_value(); });
  if (family) co_return co_await read_family(std::move(family), context, uri, *variables);
  co_return finish(fail(Kind::resource_not_found, Origin::client, "Resource not found."), context, uri, {}, {});
}

Task<mcp::Reply> Resources::read_item(std::shared_ptr<Item> item, Context& context, std::string_view uri) {
  auto result = co_await shield(item->handler(context, uri), item->key);
  co_return finish(std::move(result), context, uri, item->mime_type, item->cache);
}

Task<mcp::Reply> Resources::read_family(std::shared_ptr<Family> family, Context& context, std::string_view uri,
                                        const Variables& variables) {
  auto result = co_await shield(family->handler(context, uri, variables), family->key);
  co_return finish(std::move(result), context, uri, family->mime_type, family->cache);
}

}  // namespace gatehouse::server
