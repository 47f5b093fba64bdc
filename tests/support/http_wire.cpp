#include "tests/support/http_wire.hpp"

#include <algorithm>
#include <charconv>

#include <gatehouse/json/value.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>

namespace gatehouse::test {
namespace {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

void set_header(HeaderList& headers, std::string_view name, std::string_view value) {
  std::erase_if(headers, [&](const auto& header) { return net::equals_ignoring_case(header.first, name); });
  if (!value.empty()) headers.emplace_back(name, value);
}

/// What a stateless client repeats of the body.
void mirror(HeaderList& headers, std::string_view body) {
  const auto message = json::parse(body);
  if (!message) return;
  set_header(headers, transport::kMethodHeader, message->text("method"));
  const auto* params = message->find("params");
  if (!params) return;
  const std::string_view method = message->text("method");
  if (method == "tools/call" || method == "prompts/get")
    set_header(headers, transport::kNameHeader, transport::encode_header_value(params->text("name")));
  if (method == "resources/read")
    set_header(headers, transport::kNameHeader, transport::encode_header_value(params->text("uri")));
}

}  // namespace

HttpWire::HttpWire(net::Loop& loop, Subject& subject, mcp::Revision revision, bool is_sse)
    : subject_(subject),
      revision_(revision),
      is_sse_(is_sse),
      front_(loop, subject.responder(), {}),
      sse_front_(loop, subject.responder(), front_.sessions(), {}, transport::HttpSsePaths::below("/mcp")) {
  subject_.joined(front_.sessions());
}

HttpWire::~HttpWire() { subject_.left(); }

void HttpWire::Exchange::note(std::string text) {
  const bool latest = own_number == wire.exchanges_.size();
  wire.lines_.push_back((latest ? "<- " : "<-" + std::to_string(own_number) + " ") + std::move(text));
}

void HttpWire::Exchange::on_head(int status, std::span<const net::Header> headers) {
  std::string line = std::to_string(status);
  for (const net::Header& header : headers) {
    if (header.name == "Content-Type") line.append(" ").append(header.value);
    if (header.name == "Allow") line.append(" Allow: ").append(header.value);
    if (header.name != transport::kSessionHeader) continue;
    wire.session_ = header.value;
    line.append(" ").append(header.name).append(": <session>");
  }
  note(std::move(line));
}

void HttpWire::Exchange::on_event(const net::SseEvent& event) {
  std::string line;
  if (event.type == "endpoint") wire.messages_ = event.data;
  if (event.type != "message") line.append("event: ").append(event.type).append(" ");
  if (event.has_id) line.append("id: ").append(wire.shown(event.id)).append(" ");
  note(line.append(event.data));
}

std::string HttpWire::shown(std::string_view id) {
  const std::size_t dot = id.rfind('.');
  const std::string_view stream = id.substr(0, dot);
  auto found = std::ranges::find(streams_, stream);
  if (found == streams_.end()) found = streams_.insert(found, std::string(stream));
  return "<" + std::to_string(found - streams_.begin() + 1) + ">" + std::string(id.substr(dot));
}

std::string HttpWire::meant(std::string_view text) const {
  std::string result(text);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const std::string mark = "<" + std::to_string(i + 1) + ">";
    if (const std::size_t at = result.find(mark); at != std::string::npos) result.replace(at, mark.size(), streams_[i]);
  }
  return result;
}

std::string HttpWire::head_of(const Step& step, std::string_view method, std::string_view body) const {
  HeaderList headers = {{"Host", "127.0.0.1:8080"}, {"Accept", "application/json, text/event-stream"}};
  if (method == "POST") {
    headers.emplace_back("Content-Type", "application/json");
    headers.emplace_back("Content-Length", std::to_string(body.size()));
  }
  const bool modern = mcp::is_modern(revision_);
  if (is_sse_) set_header(headers, "Accept", method == "GET" ? "text/event-stream" : "");
  if (modern) mirror(headers, body);
  if (!session_.empty()) headers.emplace_back(transport::kSessionHeader, session_);
  if (modern || (!session_.empty() && mcp::sends_version_header(revision_))) {
    headers.emplace_back(transport::kVersionHeader, mcp::to_string(revision_));
  }
  for (const auto& [name, value] : step.headers) set_header(headers, name, meant(value));
  std::string head = std::string(method) + " " + target(method) + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) head += name + ": " + value + "\r\n";
  return head + "\r\n";
}

std::string HttpWire::target(std::string_view method) const {
  if (!is_sse_) return "/mcp";
  return method == "GET" ? "/mcp/sse" : messages_.empty() ? "/mcp/messages" : messages_;
}

Task<void> HttpWire::serve(Exchange& exchange) {
  if (is_sse_)
    co_await sse_front_.serve(exchange.fake);
  else
    co_await front_.serve(exchange.fake);
  if (!exchange.fake.answered() && !exchange.fake.peer_gone().requested()) exchange.note("(no answer)");
}

void HttpWire::send(const Step& step) {
  constexpr std::string_view kClose = "(close ";
  if (step.send == "(stop)") return is_sse_ ? sse_front_.end_streams() : front_.end_streams();
  if (step.send.starts_with(kClose)) {
    std::size_t number = 0;
    std::from_chars(step.send.data() + kClose.size(), step.send.data() + step.send.size(), number);
    return exchanges_.at(number - 1).fake.peer_gone().request(CancelReason::client_gone);
  }
  const bool has_body = step.send != "GET" && step.send != "DELETE";
  const std::string method = has_body ? "POST" : step.send;
  const std::string body = has_body ? step.send : "";
  Exchange& exchange = exchanges_.emplace_back(*this, exchanges_.size() + 1, head_of(step, method, body), body);
  tasks_.spawn(serve(exchange));
}

std::vector<std::string> HttpWire::take() {
  auto lines = std::exchange(lines_, {});
  const std::string connection = messages_.substr(messages_.find('=') + 1);
  for (std::string& line : lines) {
    for (const auto& [id, shown] : {std::pair{session_, "<session>"}, {connection, "<connection>"}})
      for (std::size_t at; !id.empty() && (at = line.find(id)) != std::string::npos;)
        line.replace(at, id.size(), shown);
  }
  return lines;
}

void HttpWire::finish() {
  for (Exchange& exchange : exchanges_) exchange.fake.peer_gone().request(CancelReason::client_gone);
  front_.sessions().end_all();
}

}  // namespace gatehouse::test
