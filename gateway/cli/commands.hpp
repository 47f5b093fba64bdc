#pragma once
#include <string>
#include <vector>

#include <gatehouse/transport/stdio_server.hpp>

/// One options struct and one function per command. The functions return the process's exit code (exit_code.hpp), print
/// results on standard output and everything else on standard error. docs/cli.md says what each option means.
namespace gatehouse::cli {

/// Where the configuration comes from. Both empty: ./gatehouse.yaml.
struct Source {
  std::string config;       ///< -c: a file in Gatehouse's own form.
  std::string mcp_servers;  ///< --mcp-servers: a client's file.
};

/// What `tools` and `call` talk to: the servers of a configuration, or one address.
struct Target {
  Source source;
  std::string url;                   ///< --url: any MCP endpoint; tools then have the names it gives them.
  std::vector<std::string> headers;  ///< --header: "Name: value", for `url`.
  bool verbose = false;
};

struct ServeOptions {
  Source source;
  std::string listen;        ///< Overrides `listen`.
  std::string admin_listen;  ///< Overrides `admin.listen`; "off": none.
  std::string ready_file;
  bool stdio = false;    ///< Serve stdin and stdout instead of a listener.
  std::string endpoint;  ///< With `stdio`: path of the endpoint; empty: the first one.
  Milliseconds linger = transport::StdioServerOptions().linger;  ///< With `stdio`.
};
[[nodiscard]] int run_serve(const ServeOptions& options);

struct ConnectOptions {
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value".
  std::string era = "auto";
  std::string transport = "auto";
  Milliseconds linger = transport::StdioServerOptions().linger;
  bool verbose = false;
};
[[nodiscard]] int run_connect(const ConnectOptions& options);

struct CheckOptions {
  Source source;
  bool probe = false;
  bool json = false;
  bool verbose = false;
};
[[nodiscard]] int run_check(const CheckOptions& options);

struct ExplainOptions {
  Source source;
};
[[nodiscard]] int run_explain(const ExplainOptions& options);

struct ImportOptions {
  std::string file;
  std::string output;  ///< Empty: standard output.
  bool force = false;
};
[[nodiscard]] int run_import(const ImportOptions& options);

struct ServersOptions {
  Source source;
  bool json = false;
  bool verbose = false;
};
[[nodiscard]] int run_servers(const ServersOptions& options);

struct ToolsOptions {
  Target target;
  std::string name;  ///< "server", "server.tool", or a tool's name behind `url`; empty: all.
  bool json = false;
};
[[nodiscard]] int run_tools(const ToolsOptions& options);

struct CallOptions {
  Target target;
  std::string tool;                ///< "server.tool", or a tool's name behind `url`.
  std::string arguments;           ///< A JSON object, "@file" or "-".
  std::vector<std::string> pairs;  ///< --arg: "key=value".
  std::string log_level;  ///< Least level of log messages to show; "off": none; empty: info, of what comes unasked.
  bool json = false;
};
[[nodiscard]] int run_call(const CallOptions& options);

struct CompletionOptions {
  std::string shell;
};

struct VersionOptions {
  bool json = false;
};
[[nodiscard]] int run_version(const VersionOptions& options);

}  // namespace gatehouse::cli
