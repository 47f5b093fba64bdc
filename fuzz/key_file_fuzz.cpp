// Texts that claim to be a file with API keys, or a key: what is read can be written and is read as the same, and nobody is let in.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <gatehouse/identity/api_keys.hpp>

#include "gateway/keyfile/records.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mcp::WallTime now{std::chrono::seconds(1'800'000'000)};
  if (const auto key = identity::parse_api_key(text); key && !identity::is_api_key_id(key->id)) std::abort();

  auto records = keyfile::read_records(text, "keys.yaml");
  if (!records) return 0;
  const std::string written = keyfile::write_records(*records);
  const auto again = keyfile::read_records(written, "keys.yaml");
  if (!again || keyfile::write_records(*again) != written) std::abort();

  static const std::string guess = identity::make_api_key("live", "aaaaaaaaaaaa");
  const identity::ApiKeys keys(std::move(*records), *identity::Peppers::make({std::string(32, 'p')}));
  if (keys.verify(guess, {.address = "10.0.0.1", .endpoint = "/mcp", .certificate = {}}, now)) std::abort();
  return 0;
}
