#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/identity/api_keys.hpp>

#include "gateway/config/load.hpp"

/// API keys as the text of a file: YAML, made by `gatehouse keys` and fit to be read and edited by people.
namespace gatehouse::keyfile {

using Records = std::vector<identity::ApiKeyRecord>;

/// All problems at once. A key that is not known is one of them: a misspelt restriction must not be ignored.
[[nodiscard]] std::expected<Records, config::Problems> read_records(std::string_view text, const std::string& file_name);
[[nodiscard]] std::string write_records(const Records& records);

}  // namespace gatehouse::keyfile
