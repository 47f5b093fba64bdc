#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/server/definitions.hpp>
#include <gatehouse/transport/session.hpp>

namespace gatehouse::server {

class Builder;

struct ServerOptions {
  std::size_t page_size = 1000;  ///< Items per page of a list.
  /// How long clients may reuse lists (2026-07-28). Changes are announced besides.
  mcp::CacheHints list_cache{.ttl_ms = 60'000, .scope = mcp::CacheScope::shared};
  std::size_t max_subscriptions = 1000;  ///< Resources that one session or one listen stream can watch.
  identity::ProtectedResource resource;  ///< How OAuth knows this server, for challenges and metadata. Empty: it does not.
};

/// An MCP server of both eras, for every transport:
///
///     auto server = Server::builder("clock", "1.4.0")
///                       .tool("now", "The current time.", R"({"type":"object"})",
///                             [](Context&, const json::Value&) { return ToolResult::text(time_text()); })
///                       .build();
///     return server ? run_stdio(*server) : complain(server.error());
///
/// What it offers may change while it runs; clients that listen hear of it. A feature (tools, resources, prompts, completion) is
/// declared to clients once it had its first item. Belongs to the thread of its loop. Outlives the transports that serve it.
class Server final : public mcp::Responder {
 public:
  [[nodiscard]] static Builder builder(std::string name, std::string version);
  Server(Server&&) noexcept;  ///< Only before it is served.
  Server& operator=(Server&&) noexcept;
  ~Server();

  // Errors of these: invalid_config for a bad or taken name, URI or template, or a schema that is none.
  Result<void> tool(Tool tool, ToolHandler handler);
  Result<void> resource(Resource resource, ResourceHandler handler);
  Result<void> resource_template(ResourceTemplate family, TemplateHandler handler);
  Result<void> prompt(Prompt prompt, PromptHandler handler);
  Result<void> completion(CompletionTarget target, CompletionHandler handler);
  // False: there is none. Calls that run already go on.
  bool remove_tool(std::string_view name);
  bool remove_resource(std::string_view uri);
  bool remove_resource_template(std::string_view uri_template);
  bool remove_prompt(std::string_view name);

  /// The resource has new contents: tells those who subscribed to exactly this URI.
  void resource_updated(std::string_view uri);

  /// As long as this lives, the sessions hear of changes. The table has to live longer.
  class Attachment;
  [[nodiscard]] Attachment attach(transport::Sessions& sessions);

  // mcp::Responder
  Task<mcp::Reply> answer(const mcp::Call& call) override;
  [[nodiscard]] About about(const mcp::Client& client) override;
  [[nodiscard]] std::string_view server_info() const override;
  [[nodiscard]] const identity::ProtectedResource& resource() const;
  void events_missed(std::string_view session) override;
  void session_ended(std::string_view session) override;

 private:
  friend class Builder;
  struct State;
  Server(mcp::Implementation implementation);
  std::unique_ptr<State> state_;
};

class Server::Attachment {
 public:
  Attachment(Attachment&& other) noexcept : state_(std::exchange(other.state_, nullptr)), sessions_(other.sessions_) {}
  Attachment& operator=(Attachment&&) = delete;
  ~Attachment();

 private:
  friend class Server;
  Attachment(State* state, transport::Sessions* sessions) : state_(state), sessions_(sessions) {}
  State* state_;
  transport::Sessions* sessions_;
};

/// Gathers what a server offers; `build` makes it, or names everything that is wrong at once.
class Builder {
 public:
  Builder(std::string name, std::string version);
  Builder(Builder&&) noexcept = default;

  /// `schema`: see Tool::input_schema.
  Builder& tool(std::string name, std::string description, std::string schema, ToolHandler handler);
  Builder& tool(Tool tool, ToolHandler handler);
  Builder& resource(Resource resource, ResourceHandler handler);
  Builder& resource_template(ResourceTemplate family, TemplateHandler handler);
  Builder& prompt(Prompt prompt, PromptHandler handler);
  Builder& completion(CompletionTarget target, CompletionHandler handler);

  Builder& title(std::string title);
  Builder& instructions(std::string text);  ///< How a model should use this server.
  /// Allows `Context::log`. `least`: what sessions get that did not choose a level.
  Builder& logging(mcp::LogLevel least = mcp::LogLevel::info);
  Builder& options(ServerOptions options);

  /// Errors: invalid_config, one line for each item that was refused. The builder is used up.
  [[nodiscard]] Result<Server> build();

 private:
  Builder& note(const Result<void>& added);
  Server server_;
  std::string problems_;
};

}  // namespace gatehouse::server
