#include "tests/support/fake_exchange.hpp"

#include <cstdlib>

namespace gatehouse::test {

FakeExchange::FakeExchange(std::string head, std::string_view body, Output& output)
    : head_text_(std::move(head)), body_(Buffer::copy_of(body)), output_(output) {
  const auto parsed = net::parse_head(head_text_, {}, head_);
  if (!parsed || !*parsed) std::abort();
}

Task<Result<void>> FakeExchange::respond(int status, std::span<const net::Header> headers, const json::Pieces& body) {
  answered_ = true;
  if (peer_gone_.requested()) co_return fail(Kind::connection_lost, Origin::client, "gone");
  std::string text;
  for (const std::string_view piece : body) text += piece;
  output_.on_head(status, headers);
  if (!text.empty()) output_.on_body(text);
  co_return Result<void>{};
}

Result<void> FakeExchange::begin_stream(int status, std::span<const net::Header> headers) {
  answered_ = true;
  if (peer_gone_.requested()) return fail(Kind::connection_lost, Origin::client, "gone");
  output_.on_head(status, headers);
  return {};
}

bool FakeExchange::push(std::string_view bytes) {
  if (peer_gone_.requested()) return false;
  return parser_
      .feed(bytes,
            [this](const net::SseEvent& event) -> Result<void> {
              output_.on_event(event);
              return {};
            })
      .has_value();
}

Task<Result<void>> FakeExchange::end_stream(const json::Pieces& last) {
  for (const std::string_view piece : last) push(piece);
  if (peer_gone_.requested()) co_return fail(Kind::connection_lost, Origin::client, "gone");
  output_.on_end();
  co_return Result<void>{};
}

}  // namespace gatehouse::test
