#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/call.hpp>

/// What handlers return. Everything is in the newest revision's form; what an older client does not know is left out or
/// replaced by text when the result is written.
namespace gatehouse::server {

/// What stands at a URI. Empty `uri` and `mime_type` mean those of the resource that is read.
struct ResourceContents {
  std::string data;     ///< UTF-8 text, or any bytes.
  bool is_text = true;  ///< False: `data` is sent in Base64.
  std::string mime_type = {};
  std::string uri = {};

  [[nodiscard]] static ResourceContents text(std::string text, std::string mime_type = {}) {
    return {std::move(text), true, std::move(mime_type)};
  }
  [[nodiscard]] static ResourceContents blob(std::string bytes, std::string mime_type = {}) {
    return {std::move(bytes), false, std::move(mime_type)};
  }
};

/// One block of what a tool or a prompt says. Rule: 2026-07-28 schema ContentBlock.
class Content {
 public:
  [[nodiscard]] static Content text(std::string_view text);
  [[nodiscard]] static Content image(std::string_view bytes, std::string_view mime_type);  ///< Encoded in Base64 here.
  [[nodiscard]] static Content audio(std::string_view bytes,
                                     std::string_view mime_type);  ///< Clients before 2025-03-26 get a text.
  /// A resource to read if it matters. Clients before 2025-06-18 get the URI as text.
  [[nodiscard]] static Content link(std::string_view uri, std::string_view name, std::string_view description = {},
                                    std::string_view mime_type = {});
  [[nodiscard]] static Content resource(const ResourceContents& contents);  ///< The resource itself; `uri` has to be set.

  /// Adds `annotations` (`audience`, `priority`, `lastModified`).
  Content& annotate(json::Value annotations);
  [[nodiscard]] json::Value to_json(mcp::Revision revision) const;

 private:
  explicit Content(json::Value value) : value_(std::move(value)) {}
  json::Value value_;
};

/// What a tool returns. `ToolResult::text("42")`, or built up block by block.
struct ToolResult {
  std::vector<Content> content;
  std::optional<json::Value> structured_content;  ///< Any JSON value; clients before 2026-07-28 get objects only.
  bool is_error = false;  ///< The tool failed, and the model shall see why. Not for protocol errors.
  json::Value meta;       ///< `_meta`, an object, or null.

  ToolResult() = default;
  ToolResult(std::string text) { add(Content::text(text)); }       // NOLINT: a tool may return its text
  ToolResult(const char* text) : ToolResult(std::string(text)) {}  // NOLINT
  [[nodiscard]] static ToolResult text(std::string text) { return {std::move(text)}; }
  [[nodiscard]] static ToolResult error(std::string text);
  /// Structured content, and the same as JSON text for clients that show only text (LF-804).
  [[nodiscard]] static ToolResult structured(json::Value value);
  ToolResult& add(Content block);
};

/// What reading a resource returns: one contents, or several (a directory).
struct ReadResult {
  std::vector<ResourceContents> contents;
  std::optional<mcp::CacheHints> cache;  ///< Overrides those of the resource.

  ReadResult() = default;
  ReadResult(std::string text) {
    contents.push_back(ResourceContents::text(std::move(text)));
  }  // NOLINT: a resource may return its text
  ReadResult(ResourceContents one) { contents.push_back(std::move(one)); }  // NOLINT
};

/// What a prompt expands to.
struct PromptResult {
  enum class Role { user, assistant };
  struct Message {
    Role role;
    Content content;
  };
  std::vector<Message> messages;
  std::string description;

  PromptResult() = default;
  PromptResult(std::string text) {
    add(Role::user, Content::text(text));
  }  // NOLINT: a prompt may return its one user message
  PromptResult& add(Role role, Content content);
};

/// Values that complete what the user typed. At most `kMost` are sent. Rule: server/utilities/completion.
struct Completion {
  static constexpr std::size_t kMost = 100;
  std::vector<std::string> values;
  std::optional<std::size_t> total;  ///< All there are; set when `values` was cut.

  /// Those of `candidates` that start with `typed`, in their order.
  [[nodiscard]] static Completion matching(const std::vector<std::string>& candidates, std::string_view typed);
};

}  // namespace gatehouse::server
