#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/server/content.hpp>
#include <gatehouse/server/context.hpp>
#include <gatehouse/server/handler.hpp>
#include <gatehouse/server/uri_template.hpp>

/// What a server offers, as its author describes it. Empty members are not sent.
namespace gatehouse::server {

/// What a tool does to the world. Hints only; unset means the protocol's default, the more dangerous one (LF-807).
struct ToolHints {
  std::optional<bool> read_only, destructive, idempotent, open_world;
};

/// Who may call. Checked before the handler and its arguments; who lacks something still sees the tool in the list.
struct Needs {
  std::vector<std::string> roles = {};   ///< One of them. Errors: denied.
  std::vector<std::string> scopes = {};  ///< All of them. Errors: insufficient_scope.
};

struct Tool {
  std::string name;  ///< 1 to 128 of `A-Z a-z 0-9 _ - .` (LF-810).
  std::string description;
  std::string input_schema =
      {};  ///< JSON Schema with `"type":"object"`; empty: the tool takes no arguments. Sent as written.
  std::string title = {};
  std::string output_schema = {};  ///< JSON Schema of the structured content.
  ToolHints hints = {};
  json::Value meta = {};  ///< `_meta`: an object.
  Needs needs = {};       ///< Of its callers.
};
/// `arguments` is an object that has the schema's required members, and members of the types that its top level names.
/// Deeper rules (ranges, patterns, nested objects) are the handler's to check; full JSON Schema validation will take this place.
using ToolHandler = Handler<ToolResult, const json::Value&>;

struct Resource {
  std::string uri;
  std::string name;
  std::string description = {};
  std::string mime_type = {};
  std::string title = {};
  std::optional<std::uint64_t> size = {};   ///< Bytes, if known.
  mcp::CacheHints cache = {};               ///< For what is read, not for the list.
  json::Value annotations = {}, meta = {};  ///< Objects.
};
using ResourceHandler = Handler<ReadResult, std::string_view>;  ///< Gets the URI.

/// A family of resources. Where a resource and a template both match, the resource answers; among templates the first one added.
struct ResourceTemplate {
  std::string uri_template;  ///< See UriTemplate.
  std::string name;
  std::string description = {};
  std::string mime_type = {};  ///< Only if all have the same (LF-909).
  std::string title = {};
  mcp::CacheHints cache = {};
  json::Value annotations = {}, meta = {};
};
/// Gets the URI and its variables. A missing resource is `fail(Kind::resource_not_found, …)`, never an empty result (LF-905).
using TemplateHandler = Handler<ReadResult, std::string_view, const Variables&>;

struct PromptArgument {
  std::string name;
  std::string description = {};
  bool required = false;
  std::string title = {};
};
struct Prompt {
  std::string name;
  std::string description = {};
  std::vector<PromptArgument> arguments = {};
  std::string title = {};
  json::Value meta = {};
};
/// `arguments` is an object of strings that has the required ones.
using PromptHandler = Handler<PromptResult, const json::Value&>;

/// Whose argument is completed.
struct CompletionTarget {
  bool is_prompt;
  std::string name;  ///< Of the prompt, or the URI template as registered.
  std::string argument;

  [[nodiscard]] static CompletionTarget prompt(std::string name, std::string argument) {
    return {true, std::move(name), std::move(argument)};
  }
  [[nodiscard]] static CompletionTarget resource(std::string uri_template, std::string variable) {
    return {false, std::move(uri_template), std::move(variable)};
  }
  bool operator==(const CompletionTarget&) const = default;
};
/// Gets what was typed so far, and the arguments that are known already (an object of strings, or null).
using CompletionHandler = Handler<Completion, std::string_view, const json::Value&>;

}  // namespace gatehouse::server
