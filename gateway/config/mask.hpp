#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Hides what looks like a secret in texts that are shown to people: the configuration, logs.
namespace gatehouse::config {

inline constexpr std::string_view kMask = "***";

/// True for names like `api_key`, `--token`, `Authorization`, `PGPASSWORD`.
[[nodiscard]] bool is_telling(std::string_view name);
/// `--api-key abc`, `--token=abc`, `Authorization: abc` and addresses with user information or telling parameters: the value
/// becomes `***`.
[[nodiscard]] std::vector<std::string> masked_args(const std::vector<std::string>& args);
/// User information and the values of telling query parameters become `***`.
[[nodiscard]] std::string masked_url(std::string_view url);
/// True for a text that one of the above made.
[[nodiscard]] bool is_masked(std::string_view text);

}  // namespace gatehouse::config
