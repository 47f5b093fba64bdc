// Command line options of the benchmark programs: `--name value`, or `--name` alone for a switch. Header only, so that
// each program is one folder of sources.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One option. `set` receives the text after the name (empty for a switch) and says whether it is acceptable.
struct Flag {
  std::string_view name;        ///< with its dashes: "--connections"
  std::string_view value_name;  ///< empty for a switch
  std::string_view help;
  std::function<bool(std::string_view)> set;
};

Flag switch_flag(std::string_view name, std::string_view help, bool& target);
Flag text_flag(std::string_view name, std::string_view value_name, std::string_view help, std::string& target);
/// Items separated by commas; an empty item is refused.
Flag list_flag(std::string_view name, std::string_view value_name, std::string_view help,
               std::vector<std::string>& target);
Flag count_flag(std::string_view name, std::string_view help, std::uint64_t& target);
/// A number of seconds or calls per second, zero or more.
Flag number_flag(std::string_view name, std::string_view value_name, std::string_view help, double& target);

/// Reads the whole command line. `--help` prints the options and ends the program with 0; an unknown option or a bad
/// value is named on stderr and ends it with 2.
void parse_flags(int argc, char** argv, std::string_view summary, std::span<const Flag> flags);

namespace detail {

template <typename Number>
bool read_number(std::string_view text, Number& target) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < Number{}) return false;
  target = value;
  return true;
}

inline bool read_list(std::string_view text, std::vector<std::string>& target) {
  target.clear();
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (comma == from) return false;
    target.emplace_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return true;
}

[[noreturn]] inline void print_help(std::string_view summary, std::span<const Flag> flags) {
  std::printf("%.*s\n\n", static_cast<int>(summary.size()), summary.data());
  for (const Flag& flag : flags) {
    const std::string left = std::string(flag.name) + " " + std::string(flag.value_name);
    std::printf("  %-26s %.*s\n", left.c_str(), static_cast<int>(flag.help.size()), flag.help.data());
  }
  std::exit(0);
}

[[noreturn]] inline void refuse(std::string_view what, std::string_view which) {
  std::fprintf(stderr, "%.*s: %.*s (see --help)\n", static_cast<int>(which.size()), which.data(),
               static_cast<int>(what.size()), what.data());
  std::exit(2);
}

inline const Flag* find_flag(std::span<const Flag> flags, std::string_view name) {
  for (const Flag& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace detail

inline Flag switch_flag(std::string_view name, std::string_view help, bool& target) {
  return {name, "", help, [&target](std::string_view) { return target = true; }};
}

inline Flag text_flag(std::string_view name, std::string_view value_name, std::string_view help, std::string& target) {
  return {name, value_name, help, [&target](std::string_view text) {
            target = text;
            return !target.empty();
          }};
}

inline Flag list_flag(std::string_view name, std::string_view value_name, std::string_view help,
                      std::vector<std::string>& target) {
  return {name, value_name, help, [&target](std::string_view text) { return detail::read_list(text, target); }};
}

inline Flag count_flag(std::string_view name, std::string_view help, std::uint64_t& target) {
  return {name, "N", help, [&target](std::string_view text) { return detail::read_number(text, target); }};
}

inline Flag number_flag(std::string_view name, std::string_view value_name, std::string_view help, double& target) {
  return {name, value_name, help, [&target](std::string_view text) { return detail::read_number(text, target); }};
}

inline void parse_flags(int argc, char** argv, std::string_view summary, std::span<const Flag> flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") detail::print_help(summary, flags);
    const Flag* flag = detail::find_flag(flags, name);
    if (flag == nullptr) detail::refuse("unknown option", name);
    std::string_view value;
    if (!flag->value_name.empty()) {
      if (++i == argc) detail::refuse("needs a value", name);
      value = argv[i];
    }
    if (!flag->set(value)) detail::refuse("this value is not accepted", name);
  }
}

}  // namespace bench
