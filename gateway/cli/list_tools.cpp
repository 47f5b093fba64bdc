#include "gateway/cli/list_tools.hpp"

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::cli {
namespace {

constexpr int kMaxPages = 10'000;

std::string refusal(const mcp::Answer& answer) {
  const auto error = json::parse(answer.body.str());
  return "the server refused tools/list: " + std::string(error ? error->text("message") : "");
}

}  // namespace

Task<Result<std::vector<Tool>>> list_tools(Connection& connection, Cancel& cancel) {
  std::vector<Tool> tools;
  if (!connection.peer().capabilities.tools) co_return tools;
  Deaf deaf;
  Question question{.method = mcp::Method::tools_list};
  for (int pages = 0; pages < kMaxPages; ++pages) {
    const auto reply = co_await connection.ask(question, deaf, cancel);
    if (!reply) co_return fail(Error(reply.error()));
    if ((*reply)->is_error) co_return fail(Kind::bad_reply, Origin::upstream, refusal(**reply));
    std::size_t nameless = 0;
    auto page = catalog::read_page(mcp::ListKind::tools, **reply, &nameless);
    if (!page) co_return fail(std::move(page.error()));
    for (catalog::Item& item : page->items) {
      auto definition = json::parse(item.form.text);
      if (!definition)
        co_return fail(Kind::bad_reply, Origin::upstream, "the definition of the tool " + item.key + " is malformed");
      tools.push_back({std::move(item.key), std::move(*definition)});
    }
    if (!page->has_next) co_return tools;
    question.params.set("cursor", page->next_cursor);
  }
  co_return fail(Kind::bad_reply, Origin::upstream, "the server's list of tools does not end");
}

}  // namespace gatehouse::cli
