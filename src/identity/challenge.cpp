#include <gatehouse/identity/challenge.hpp>

#include <algorithm>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/url.hpp>

namespace gatehouse::identity {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";

/// Auth-params of one challenge, each once and quoted. Values are our own configuration, checked when it was read; what could not stand in
/// quotes is left out all the same.
class Parameters {
 public:
  Parameters& add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_.append(text_.empty() ? "Bearer " : ", ").append(name).append("=\"");
    for (const char c : value)
      if (c >= 0x20 && c <= 0x7E && c != '"' && c != '\\') text_ += c;
    text_ += '"';
    return *this;
  }
  [[nodiscard]] std::string str() const { return text_.empty() ? "Bearer" : text_; }

 private:
  std::string text_;
};

void add_word(std::string& list, std::string_view word) {
  if (!list.empty()) list += ' ';
  list += word;
}

std::string words(std::span<const std::string> all) {
  std::string list;
  for (const std::string& word : all) add_word(list, word);
  return list;
}

json::Value texts(const std::vector<std::string>& all) {
  json::Value list = json::Value::array();
  for (const std::string& one : all) list.push(one);
  return list;
}

/// Where the path of an absolute URL begins; its end if there is none.
std::size_t path_begin(std::string_view url) {
  const auto scheme = url.find("://");
  return std::min(url.size(), url.find_first_of("/?", scheme == std::string_view::npos ? 0 : scheme + 3));
}

}  // namespace

std::string metadata_path(std::string_view resource) {
  std::string_view rest = resource.substr(path_begin(resource));
  if (rest == "/" || rest.starts_with("/?")) rest.remove_prefix(1);
  return std::string(kWellKnown).append(rest);
}

std::string metadata_url(std::string_view resource) {
  return std::string(resource.substr(0, path_begin(resource))).append(metadata_path(resource));
}

std::string metadata_document(const ProtectedResource& resource) {
  json::Value document = json::Value::object();
  document.set("resource", resource.identifier);
  document.set("authorization_servers", texts(resource.authorization_servers));
  if (!resource.scopes.empty()) document.set("scopes_supported", texts(resource.scopes));
  document.set("bearer_methods_supported", texts({"header"}));
  if (!resource.name.empty()) document.set("resource_name", resource.name);
  if (!resource.documentation.empty()) document.set("resource_documentation", resource.documentation);
  return document.str();
}

std::string challenge_unauthenticated(const ProtectedResource& resource) {
  return Parameters().add("resource_metadata", resource.metadata_url).add("scope", words(resource.scopes)).str();
}

std::string challenge_invalid_token(const ProtectedResource& resource, std::string_view why) {
  return Parameters()
      .add("error", "invalid_token")
      .add("error_description", why)
      .add("scope", words(resource.scopes))
      .add("resource_metadata", resource.metadata_url)
      .str();
}

std::string challenge_invalid_request() { return Parameters().add("error", "invalid_request").str(); }

std::string challenge_insufficient_scope(const ProtectedResource& resource, std::span<const std::string> needed,
                                         std::span<const std::string> granted, mcp::Revision revision) {
  std::string list = words(needed);
  if (!mcp::is_modern(revision)) {
    for (const std::string& scope : granted)
      if (std::ranges::find(needed, scope) == needed.end() && scope != "offline_access") add_word(list, scope);
  }
  return Parameters()
      .add("error", "insufficient_scope")
      .add("scope", list)
      .add("resource_metadata", resource.metadata_url)
      .str();
}

std::string challenge_login(const ProtectedResource& resource, std::span<const std::string> acr_values,
                            std::optional<std::chrono::seconds> max_age) {
  Parameters parameters;
  parameters.add("error", "insufficient_user_authentication").add("acr_values", words(acr_values));
  if (max_age) parameters.add("max_age", std::to_string(max_age->count()));
  return parameters.add("resource_metadata", resource.metadata_url).str();
}

}  // namespace gatehouse::identity
