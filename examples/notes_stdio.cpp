// A notebook in memory, over stdio. Each note is a resource of its own, so clients see notes come and go.
//
//   notes-stdio            talks MCP on stdin and stdout, to clients of every revision
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include <gatehouse/server/run.hpp>

namespace {

using namespace gatehouse;
using namespace gatehouse::server;
using json::Value;

/// "Shopping list!" -> "shopping-list": what can stand in a URI.
std::string slug(std::string_view title) {
  std::string out;
  for (const char c : title) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      out += lower;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

class Notebook {
 public:
  Server* server = nullptr;  // set once it is built

  Result<ToolResult> add(Context&, const Value& arguments) {
    const std::string title(arguments.text("title")), id = slug(title);
    if (id.empty()) return ToolResult::error("The title needs a letter or a digit.");
    const std::string uri = "note:///" + id;
    auto& note = notes_[id];
    note = {title, std::string(arguments.text("text"))};
    const auto added = server->resource({.uri = uri, .name = id, .mime_type = "text/plain", .title = title},
                                        [this, id](Context&, std::string_view) { return ReadResult(notes_[id].text); });
    if (!added) server->resource_updated(uri);  // it was there: subscribers read it again
    return ToolResult::text(added ? "Noted." : "Replaced.").add(Content::link(uri, id, title, "text/plain"));
  }

  Result<ToolResult> remove(Context&, const Value& arguments) {
    const std::string id(arguments.text("id"));
    if (notes_.erase(id) == 0) return ToolResult::error("There is no note '" + id + "'.");
    server->remove_resource("note:///" + id);
    return ToolResult::text("Removed.");
  }

  /// All notes whose title or text contains the query; the empty query finds all.
  ToolResult search(Context&, const Value& arguments) {
    const std::string query(arguments.text("query"));
    ToolResult result;
    for (const auto& [id, note] : notes_) {
      const bool found = note.title.find(query) != std::string::npos || note.text.find(query) != std::string::npos;
      if (found) result.add(Content::link("note:///" + id, id, note.title, "text/plain"));
    }
    if (result.content.empty()) result.add(Content::text("Nothing found."));
    return result;
  }

  Result<ReadResult> read(Context&, std::string_view, const Variables& variables) {
    const auto found = notes_.find(std::string(variables["id"]));
    if (found == notes_.end()) return fail(Kind::resource_not_found, Origin::client, "There is no such note.");
    return ReadResult(found->second.text);
  }

  Result<PromptResult> summarise(Context&, const Value& arguments) {
    const auto found = notes_.find(std::string(arguments.text("id")));
    if (found == notes_.end()) return fail(Kind::invalid_params, Origin::client, "There is no such note.");
    PromptResult result("Summarise this note in " + std::string(arguments.text("style", "one sentence")) + ".");
    auto contents = ResourceContents::text(found->second.text, "text/plain");
    contents.uri = "note:///" + found->first;
    return result.add(PromptResult::Role::user, Content::resource(contents));
  }

  Completion complete_id(Context&, std::string_view typed, const Value&) {
    std::vector<std::string> ids;
    for (const auto& [id, note] : notes_) ids.push_back(id);
    return Completion::matching(ids, typed);
  }

 private:
  struct Note {
    std::string title, text;
  };
  std::map<std::string, Note> notes_;
};

/// A member function as a handler.
template <class Function>
auto of(Notebook& notebook, Function function) {
  return std::bind_front(function, &notebook);
}

constexpr const char* kAdd =
    R"({"type":"object","properties":{"title":{"type":"string"},"text":{"type":"string"}},"required":["title","text"]})";
constexpr const char* kId = R"({"type":"object","properties":{"id":{"type":"string"}},"required":["id"]})";
constexpr const char* kQuery = R"({"type":"object","properties":{"query":{"type":"string"}},"required":["query"]})";

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view(argv[1]) == "--help";
    (help ? std::cout : std::cerr) << "A notebook as an MCP server on stdin and stdout. It takes no options.\n\nUsage: "
                                   << argv[0] << '\n';
    return help ? EXIT_SUCCESS : 2;
  }
  Notebook notes;
  auto server =
      Server::builder("notes", GATEHOUSE_VERSION)
          .instructions("Keeps short notes while it runs. Search before you add.")
          .tool("add_note", "Adds a note, or replaces the one with this title.", kAdd, of(notes, &Notebook::add))
          .tool("remove_note", "Removes a note.", kId, of(notes, &Notebook::remove))
          .tool({.name = "list_notes", .description = "Lists all notes.", .hints = {.read_only = true}},
                of(notes, &Notebook::search))
          .tool({.name = "search_notes",
                 .description = "Finds notes by a piece of their text.",
                 .input_schema = kQuery,
                 .hints = {.read_only = true}},
                of(notes, &Notebook::search))
          .resource_template({.uri_template = "note:///{id}", .name = "note", .mime_type = "text/plain"},
                             of(notes, &Notebook::read))
          .prompt({.name = "summarise",
                   .description = "Summarises a note.",
                   .arguments = {{.name = "id", .required = true},
                                 {.name = "style", .description = "For example: three bullet points"}}},
                  of(notes, &Notebook::summarise))
          .completion(CompletionTarget::prompt("summarise", "id"), of(notes, &Notebook::complete_id))
          .completion(CompletionTarget::resource("note:///{id}", "id"), of(notes, &Notebook::complete_id))
          .build();
  if (!server) {
    std::cerr << server.error().message << '\n';
    return EXIT_FAILURE;
  }
  notes.server = &*server;
  return run_stdio(*server);
}
