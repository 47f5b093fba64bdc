#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <gatehouse/base/error.hpp>

#include "gateway/cli/commands.hpp"
#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"

namespace gatehouse::cli {
namespace {

Result<void> refused(const std::string& path) {
  return fail(Kind::io, Origin::gateway, path + ": " + std::generic_category().message(errno));
}

/// Writes the whole text into a new file that only its owner may read: it may hold secrets.
Result<void> write_new_file(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return refused(path);
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto error = refused(path);
      ::close(fd);
      ::unlink(path.c_str());
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(fd) != 0) return refused(path);
  return {};
}

/// A reader of `path` sees the old file or the whole new one.
Result<void> replace_file(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new-" + std::to_string(::getpid());
  if (auto written = write_new_file(draft, text); !written) return written;
  if (::rename(draft.c_str(), path.c_str()) == 0) return {};
  auto error = refused(path);
  ::unlink(draft.c_str());
  return error;
}

}  // namespace

int run_import(const ImportOptions& options) {
  const auto loaded = config::load_client_file(options.file, config::Unset::keep);
  if (!loaded) {
    show_problems(loaded.error());
    return exit_code::kUsage;
  }
  show_warnings(loaded->warnings);
  const std::string masked = config::to_yaml(loaded->config, {.defaults = false});
  const std::string whole = config::to_yaml(loaded->config, {.defaults = false, .literals = true});
  if (options.output.empty()) {
    print(masked);
    if (masked != whole) {
      print_error(
          "warning: values that look like secrets are shown as ***; put ${VARIABLE} in their place, or write them with "
          "-o FILE\n");
    }
    return exit_code::kOk;
  }
  const bool taken = ::access(options.output.c_str(), F_OK) == 0;
  if (taken && !options.force) {
    complain(options.output + " exists already; --force replaces it");
    return exit_code::kFailed;
  }
  if (const auto written = options.force ? replace_file(options.output, whole) : write_new_file(options.output, whole);
      !written) {
    complain(written.error().message);
    return exit_code::kFailed;
  }
  if (masked != whole) print_error("warning: " + options.output + " holds secrets; only you can read it (mode 0600)\n");
  return exit_code::kOk;
}

}  // namespace gatehouse::cli
