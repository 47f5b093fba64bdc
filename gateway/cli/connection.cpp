#include "gateway/cli/connection.hpp"

#include "gateway/app/version.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/upstream/target.hpp"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kLastLines = 5;

net::HttpClientOptions http_options(const upstream::Options& server) {
  net::HttpClientOptions options;
  options.connect_timeout = server.connect_timeout;
  return options;
}

}  // namespace

Connection::Connection(net::Loop& loop, const upstream::Options& server, bool verbose)
    : server_(server), http_(loop, http_options(server)), verbose_(verbose) {}

void Connection::heard_on_stderr(std::string_view line) {
  if (verbose_) return print_error("[" + server_.name + "] " + harmless(line) + "\n");
  if (last_lines_.size() == kLastLines) last_lines_.pop_front();
  last_lines_.emplace_back(line);
}

std::string Connection::last_words() const {
  std::string words;
  for (const std::string& line : last_lines_) words.append(words.empty() ? "" : "\n").append(line);
  return words;
}

Task<Result<std::unique_ptr<Connection>>> Connection::open(net::Loop& loop, const upstream::Options& server,
                                                           ConnectWishes wishes, Cancel& cancel) {
  std::unique_ptr<Connection> self(new Connection(loop, server, wishes.verbose));
  client::ConnectOptions options = upstream::connect_options(server);
  options.implementation = {"gatehouse-cli", std::string(app::kVersion), "Gatehouse"};
  options.listener = wishes.listener;
  options.listen = wishes.listener != nullptr;
  Result<std::unique_ptr<client::Link>> link;
  if (server.is_stdio()) {
    const auto start = [raw = self.get()] {
      raw->last_lines_.clear();  // of an earlier start
      return upstream::process_options(raw->server_, [raw](std::string_view line) { raw->heard_on_stderr(line); });
    };
    link = co_await client::connect_stdio(loop, server.name, start, std::move(options), cancel);
  } else {
    link = co_await client::connect_http(loop, self->http_, upstream::http_target(server), std::move(options), cancel);
  }
  if (!link) {
    if (std::string words = self->last_words(); !words.empty()) link.error().detail = std::move(words);
    co_return fail(std::move(link.error()));
  }
  self->link_ = std::move(*link);
  co_return self;
}

Task<mcp::Reply> Connection::ask(const Question& question, client::Listener& listener, Cancel& cancel) {
  const Buffer text = Buffer::copy_of(question.params.str());
  const auto params = mcp::read_params(text.view());
  if (!params) co_return fail(Error(params.error()));
  // A time limit is a request's own: it must not look like the user's wish to stop.
  Cancel own;
  const Cancel::Hook stop(cancel, [&] { own.request(cancel.reason()); });
  const client::Request request{.method = question.method,
                                .method_name = mcp::to_string(question.method),
                                .params = &*params,
                                .log_level = question.log_level,
                                .local_name = question.name,
                                .idle_timeout = server_.timeout,
                                .max_timeout = server_.max_timeout};
  co_return co_await link_->request(request, listener, own);
}

Task<void> Connection::close() {
  co_await link_->close();
  http_.close_idle();
}

Task<mcp::Reply> Deaf::asked(const mcp::Message&, Cancel&) {
  co_return fail(Kind::method_not_found, Origin::client, "The command line cannot be asked.");
}

int show_failure(const std::string& server, const Error& error) {
  complain(server + ": " + one_line(error.message));
  std::string_view rest = error.detail;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    print_error("  " + one_line(line) + "\n");
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  const bool no_answer = error.kind == Kind::bad_reply || error.kind == Kind::too_large;
  return no_answer ? exit_code::kProtocol : exit_code::kUnreachable;
}

}  // namespace gatehouse::cli
