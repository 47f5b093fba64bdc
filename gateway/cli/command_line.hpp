#pragma once

namespace gatehouse::cli {

/// Reads the command line, runs the command and returns the exit code.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace gatehouse::cli
