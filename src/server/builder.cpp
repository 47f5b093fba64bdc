#include <gatehouse/server/server.hpp>

#include <gatehouse/json/value.hpp>

#include "src/server/state.hpp"

namespace gatehouse::server {

Builder Server::builder(std::string name, std::string version) { return {std::move(name), std::move(version)}; }

Builder::Builder(std::string name, std::string version)
    : server_(mcp::Implementation{std::move(name), std::move(version), {}}) {
  if (server_.state_->implementation.name.empty()) problems_ = "the server needs a name";
}

Builder& Builder::note(const Result<void>& added) {
  if (!added) problems_ += (problems_.empty() ? "" : "\n") + added.error().message;
  return *this;
}

Builder& Builder::tool(std::string name, std::string description, std::string schema, ToolHandler handler) {
  return tool(Tool{.name = std::move(name), .description = std::move(description), .input_schema = std::move(schema)},
              std::move(handler));
}
Builder& Builder::tool(Tool tool, ToolHandler handler) {
  return note(server_.tool(std::move(tool), std::move(handler)));
}
Builder& Builder::resource(Resource resource, ResourceHandler handler) {
  return note(server_.resource(std::move(resource), std::move(handler)));
}
Builder& Builder::resource_template(ResourceTemplate family, TemplateHandler handler) {
  return note(server_.resource_template(std::move(family), std::move(handler)));
}
Builder& Builder::prompt(Prompt prompt, PromptHandler handler) {
  return note(server_.prompt(std::move(prompt), std::move(handler)));
}
Builder& Builder::completion(CompletionTarget target, CompletionHandler handler) {
  return note(server_.completion(std::move(target), std::move(handler)));
}

Builder& Builder::title(std::string title) {
  server_.state_->implementation.title = std::move(title);
  server_.state_->info = mcp::to_json(server_.state_->implementation).str();
  return *this;
}
Builder& Builder::instructions(std::string text) {
  server_.state_->instructions = std::move(text);
  return *this;
}
Builder& Builder::logging(mcp::LogLevel least) {
  server_.state_->log_level = least;
  return *this;
}
Builder& Builder::options(ServerOptions options) {
  if (options.page_size == 0) note(fail(Kind::invalid_config, Origin::gateway, "page_size has to be at least 1"));
  server_.state_->options = options;
  return *this;
}

Result<Server> Builder::build() {
  if (!problems_.empty()) return fail(Kind::invalid_config, Origin::gateway, std::move(problems_));
  return std::move(server_);
}

}  // namespace gatehouse::server
