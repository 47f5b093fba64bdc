#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/server/definitions.hpp>

/// What handlers return, as canonical answers.
namespace gatehouse::server {

[[nodiscard]] json::Value to_json(const ResourceContents& contents, std::string_view uri, std::string_view mime_type);
[[nodiscard]] std::unique_ptr<mcp::Answer> to_answer(const ToolResult& result, mcp::Revision revision);
[[nodiscard]] std::unique_ptr<mcp::Answer> to_answer(const ReadResult& result, std::string_view uri,
                                                     std::string_view mime_type);
[[nodiscard]] std::unique_ptr<mcp::Answer> to_answer(const PromptResult& result, mcp::Revision revision);
[[nodiscard]] std::unique_ptr<mcp::Answer> to_answer(const Completion& completion);

/// Definitions as lists carry them.
[[nodiscard]] json::Value to_json(const Tool& tool, const json::Value& input_schema, const json::Value& output_schema);
[[nodiscard]] json::Value to_json(const Resource& resource);
[[nodiscard]] json::Value to_json(const ResourceTemplate& family);
[[nodiscard]] json::Value to_json(const Prompt& prompt);

}  // namespace gatehouse::server
