#include "gateway/keyfile/key_file.hpp"

#include "gateway/keyfile/files.hpp"

namespace gatehouse::keyfile {
namespace {

std::string all_of(const config::Problems& problems) {
  std::string text;
  for (const config::Problem& problem : problems) text.append(text.empty() ? "" : "\n").append(problem.str());
  return text;
}

/// Lines that are neither empty nor comments.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

Result<identity::Peppers> read_peppers(const Place& place) {
  if (!place.peppers.empty()) return identity::Peppers::make(place.peppers);
  const auto text = read_if_there(place.pepper_file());
  if (!text) return fail(text.error());
  auto peppers = identity::Peppers::make(lines_of(*text));
  if (!peppers) peppers.error().message = place.pepper_file() + ": " + peppers.error().message;
  return peppers;
}

void warn_of_open_files(const Place& place, Contents& contents) {
  const std::string message = "others than its owner may read it: chmod 600";
  if (is_open_to_others(place.file)) contents.warnings.push_back({place.file, 0, "", message});
  if (place.peppers.empty() && is_open_to_others(place.pepper_file()))
    contents.warnings.push_back({place.pepper_file(), 0, "", message});
}

Result<void> make_pepper(const Place& place, std::string_view others) {
  std::string text =
      "# What API keys are hashed with. Secret; keep it apart from backups of the key file: with both, keys can be "
      "checked,\n"
      "# with one of them nothing. Newest first. A line may go when `gatehouse keys list` shows no key that needs "
      "it.\n";
  text.append(identity::Peppers::make_secret()).append("\n").append(others);
  return replace_file(place.pepper_file(), text);
}

}  // namespace

std::expected<Contents, config::Problems> load(const Place& place) {
  const auto failed = [&](const Error& error) { return std::unexpected(config::Problems{{"", 0, "", error.message}}); };
  auto text = read_if_there(place.file);
  if (!text) return failed(text.error());
  auto peppers = read_peppers(place);
  if (!peppers) return failed(peppers.error());
  auto records = read_records(*text, place.file);
  if (!records) return std::unexpected(std::move(records.error()));
  Contents contents{
      .records = std::move(*records), .peppers = std::move(*peppers), .warnings = {}, .files = {place.file}};
  if (place.peppers.empty()) contents.files.push_back(place.pepper_file());
  if (text->empty())
    contents.warnings.push_back({place.file, 0, "", "there are no keys yet: gatehouse keys create --name NAME"});
  for (const identity::ApiKeyRecord& record : contents.records)
    for (const identity::ApiKeyHash& hash : record.hashes)
      if (!contents.peppers.find(hash.pepper))
        contents.warnings.push_back(
            {place.file, 0, "", "key " + record.id + " cannot be verified: pepper " + hash.pepper + " is missing"});
  warn_of_open_files(place, contents);
  return contents;
}

Result<void> edit(const Place& place, Change change) {
  auto lock = Lock::take(place.file);
  if (!lock) return fail(std::move(lock.error()));
  auto contents = load(place);
  if (!contents) return fail(Kind::invalid_config, Origin::gateway, all_of(contents.error()));
  if (contents->peppers.empty()) {
    if (auto made = make_pepper(place, {}); !made) return made;
    auto peppers = read_peppers(place);
    if (!peppers) return fail(std::move(peppers.error()));
    contents->peppers = std::move(*peppers);
  }
  if (auto changed = change(contents->records, contents->peppers); !changed) return changed;
  const std::string text = write_records(contents->records);
  // A file that nobody can read would take all keys out of the hands of operators.
  if (const auto again = read_records(text, place.file); !again)
    return fail(Kind::invalid_params, Origin::client, "this cannot be written: " + again.error().front().message);
  return replace_file(place.file, text);
}

Result<void> add_pepper(const Place& place) {
  auto lock = Lock::take(place.file);
  if (!lock) return fail(std::move(lock.error()));
  auto text = read_if_there(place.pepper_file());
  if (!text) return fail(std::move(text.error()));
  std::string others;
  for (const std::string& line : lines_of(*text)) others.append(line).append("\n");
  return make_pepper(place, others);
}

}  // namespace gatehouse::keyfile
