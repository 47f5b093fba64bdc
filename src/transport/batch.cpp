#include "src/transport/batch.hpp"

#include <string>

#include <gatehouse/json/reader.hpp>

namespace gatehouse::transport {

Result<std::vector<std::string_view>> split_batch(std::string_view text, std::size_t max_depth, std::size_t max_batch) {
  if (auto valid = json::reader().validate(text, max_depth); !valid) return fail(std::move(valid.error()));
  std::vector<std::string_view> parts;
  auto walked = json::reader().walk(text, [&](json::Node& root) -> Result<void> {
    auto bytes = root.elements([&](json::Node& element) -> Result<void> {
      auto raw = element.raw();
      if (!raw) return fail(std::move(raw.error()));
      parts.push_back(*raw);
      return {};
    });
    if (!bytes) return fail(std::move(bytes.error()));
    return {};
  });
  if (!walked) return fail(std::move(walked.error()));
  if (parts.empty() || parts.size() > max_batch) {
    return fail(Kind::invalid_request, Origin::client,
                "A batch has to have 1 to " + std::to_string(max_batch) + " messages.");
  }
  return parts;
}

}  // namespace gatehouse::transport
