#pragma once

/// What the program returns. The same table stands in docs/cli.md and at the end of `gatehouse --help`.
namespace gatehouse::cli::exit_code {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;       ///< Something of this machine: a file, an address in use.
inline constexpr int kUsage = 2;        ///< A wrong command line or configuration.
inline constexpr int kUnreachable = 3;  ///< A server cannot be reached, ended or did not answer in time.
inline constexpr int kToolFailed = 4;   ///< The tool ran and reported a failure (`isError`).
inline constexpr int kProtocol =
    5;  ///< The server answered with a JSON-RPC error, or with something that is no answer.
inline constexpr int kSignalled = 128;  ///< Plus the signal's number: 130 after Ctrl-C.

/// For the end of help texts.
inline constexpr const char* kTable =
    "Exit codes: 0 done; 1 failed on this machine (a file, an address in use); 2 wrong command line or\n"
    "configuration; 3 a server cannot be reached or does not answer; 4 the tool reported a failure;\n"
    "5 the server answered with an error; 130 interrupted.";

}  // namespace gatehouse::cli::exit_code
