#pragma once
#include <gatehouse/server/definitions.hpp>

#include "src/server/registry.hpp"

namespace gatehouse::server {

/// `resources/list`, `resources/templates/list` and `resources/read`.
class Resources {
 public:
  Result<void> add(const Resource& resource, ResourceHandler handler);
  Result<void> add(const ResourceTemplate& family, TemplateHandler handler);
  bool remove(std::string_view uri) { return resources_.remove(uri); }
  bool remove_template(std::string_view uri_template) { return templates_.remove(uri_template); }
  [[nodiscard]] bool was_used() const { return resources_.was_used() || templates_.was_used(); }
  /// A resource has this URI, or a template could.
  [[nodiscard]] bool knows(std::string_view uri) const;
  [[nodiscard]] bool has_template(std::string_view uri_template) const {
    return templates_.find(uri_template) != nullptr;
  }

  [[nodiscard]] mcp::Reply list(const mcp::Params& params, std::size_t page_size) {
    return resources_.page(params, "resources", page_size);
  }
  [[nodiscard]] mcp::Reply list_templates(const mcp::Params& params, std::size_t page_size) {
    return templates_.page(params, "resourceTemplates", page_size);
  }
  /// Errors: resource_not_found with `data.uri`, invalid_params, or those of the handler.
  Task<mcp::Reply> read(const mcp::Call& call, Context& context);

 private:
  struct Item {
    std::string key;
    std::string definition;
    std::string mime_type;
    mcp::CacheHints cache;
    ResourceHandler handler;
  };
  struct Family {
    std::string key;
    std::string definition;
    std::string mime_type;
    mcp::CacheHints cache;
    UriTemplate pattern;
    TemplateHandler handler;
  };
  Task<mcp::Reply> read_item(std::shared_ptr<Item> item, Context& context, std::string_view uri);
  Task<mcp::Reply> read_family(std::shared_ptr<Family> family, Context& context, std::string_view uri,
                               const Variables& variables);

  Registry<Item> resources_;
  Registry<Family> templates_;
};

}  // namespace gatehouse::server
