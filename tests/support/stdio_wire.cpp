#include "tests/support/stdio_wire.hpp"

#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::test {
namespace {

std::unique_ptr<transport::Channel> take_second(std::unique_ptr<transport::Channel>& first) {
  auto both = transport::memory_channels();
  first = std::move(both.first);
  return std::move(both.second);
}

}  // namespace

StdioWire::StdioWire(net::Loop& loop, Subject& subject, mcp::Revision)
    : server_(take_second(client_)), subject_(subject), front_(loop, *server_, subject.responder()) {
  subject_.joined(front_.sessions());
  tasks_.spawn(serve());
  tasks_.spawn(listen());
}

StdioWire::~StdioWire() { subject_.left(); }

Task<void> StdioWire::serve() {
  co_await front_.serve();
  lines_.emplace_back("<- (server ended)");
}

Task<void> StdioWire::listen() {
  while (true) {
    const auto message = co_await client_->receive();
    if (!message) co_return;
    lines_.push_back("<- " + std::string(message->view()));
  }
}

Task<void> StdioWire::write(std::string text) {
  const json::Pieces pieces(1, text);
  (void)co_await client_->send(pieces);
}

void StdioWire::send(const Step& step) {
  if (step.send == "(stop)") {
    front_.stop();
  } else if (step.send == "(end)") {
    tasks_.spawn(client_->close());
  } else {
    tasks_.spawn(write(step.send));
  }
}

void StdioWire::finish() { tasks_.spawn(client_->close()); }

}  // namespace gatehouse::test
