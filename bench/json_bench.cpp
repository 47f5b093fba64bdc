// What does one message cost? Reading a request or a result, checking it, and sending it on with its id and name replaced,
// beside the copy of its bytes that we avoid.
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/jsonrpc/message.hpp>

namespace {

using namespace gatehouse;

constexpr std::size_t kDepth = 128;

Buffer padded(std::string_view text) {
  Buffer buffer(text.size());
  std::memcpy(buffer.tail(), text.data(), text.size());
  buffer.grew(text.size());
  std::memset(buffer.tail(), 0, kSlack);
  return buffer;
}

/// A tools/call of about `size` bytes; what exceeds a usual call is text in its arguments.
std::string request_of(std::size_t size) {
  std::string text =
      R"({"jsonrpc":"2.0","id":4711,"method":"tools/call","params":{"name":"jira.create_issue","arguments":{"project":"OPS",)"
      R"("summary":"Disk full on db-7","priority":2,"labels":["disk","db"],"notify":true,"text":")";
  const std::string tail =
      R"("},"_meta":{"progressToken":"p-17","traceparent":"00-4bf92f3577b34da6-00f067aa0ba902b7-01"}}})";
  if (text.size() + tail.size() < size) text.append(size - text.size() - tail.size(), 'x');
  return text + tail;
}

/// A tools/call result of about `size` bytes: rows of small values, which is what costs a parser time.
std::string result_of(std::size_t size) {
  std::string text =
      R"({"jsonrpc":"2.0","id":4711,"result":{"content":[{"type":"text","text":"rows"}],"structuredContent":{"rows":[)";
  const std::string row =
      R"({"id":1234,"name":"Ada Lovelace","mail":"ada@example.com","active":true,"score":0.75,"tags":["a","b"]})";
  while (text.size() + row.size() + 8 < size) text += row + ",";
  return text + row + "]},\"isError\":false}}";
}

std::string text_for(const benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  return size < 1000 ? request_of(size) : result_of(size);
}

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(size));
}

/// What routing takes from a message.
struct Extract {
  std::string_view name;
  std::string_view arguments;
  std::string_view meta;
};

Result<std::string_view> extract(json::Node& params, Extract& out) {
  return params.members([&out](std::string_view key, const char*, json::Node& value) -> Result<void> {
    auto raw = value.raw();
    if (!raw) return fail(std::move(raw.error()));
    if (key == "name") out.name = *raw;
    if (key == "arguments") out.arguments = *raw;
    if (key == "_meta") out.meta = *raw;
    return {};
  });
}

enum class Check { skipped, everything };

Result<jsonrpc::Message> read(std::string_view text, Extract& out, Check check) {
  const auto params = [&out](json::Node& node) { return extract(node, out); };
  const auto result = [](json::Node& node) { return node.raw(); };
  const jsonrpc::Visitors visitors{.params = params, .result = result};
  return check == Check::everything ? jsonrpc::parse_valid(text, kDepth, visitors) : jsonrpc::parse(text, visitors);
}

void copy(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  std::vector<char> target(source.size());
  for (auto _ : state) {
    std::memcpy(target.data(), source.data(), source.size());
    benchmark::DoNotOptimize(target.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, source.size());
}

void validate(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  for (auto _ : state) {
    auto valid = json::reader().validate(source.view(), kDepth);
    if (!valid) state.SkipWithError("refused");
  }
  count_bytes(state, source.size());
}

void walk(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  for (auto _ : state) {
    Extract found;
    auto message = read(source.view(), found, Check::skipped);
    if (!message) state.SkipWithError("refused");
    benchmark::DoNotOptimize(found);
  }
  count_bytes(state, source.size());
}

void walk_valid(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  for (auto _ : state) {
    Extract found;
    auto message = read(source.view(), found, Check::everything);
    if (!message) state.SkipWithError("refused");
    benchmark::DoNotOptimize(found);
  }
  count_bytes(state, source.size());
}

void walk_and_splice(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  for (auto _ : state) {
    Extract found;
    auto message = read(source.view(), found, Check::skipped);
    if (!message) state.SkipWithError("refused");
    json::Splice splice(source.view());
    splice.replace(message->id, "99");
    if (!found.name.empty()) splice.replace(found.name, "\"create_issue\"");
    json::Pieces pieces;
    splice.append_to(pieces);
    benchmark::DoNotOptimize(pieces.data());
  }
  count_bytes(state, source.size());
}

void tree(benchmark::State& state) {
  const Buffer source = padded(text_for(state));
  for (auto _ : state) {
    auto value = json::parse(source.view());
    if (!value) state.SkipWithError("refused");
    auto text = value->str();
    benchmark::DoNotOptimize(text);
  }
  count_bytes(state, source.size());
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(300)->Arg(4 << 10)->Arg(100 << 10)->Arg(1 << 20);
}

BENCHMARK(copy)->Apply(sizes);
BENCHMARK(validate)->Apply(sizes);
BENCHMARK(walk)->Apply(sizes);
BENCHMARK(walk_valid)->Apply(sizes);
BENCHMARK(walk_and_splice)->Apply(sizes);
BENCHMARK(tree)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
