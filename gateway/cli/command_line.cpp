#include "gateway/cli/command_line.hpp"

#include <functional>

#include <CLI/CLI.hpp>

#include "gateway/app/version.hpp"
#include "gateway/cli/command_words.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/keys_command_line.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/pins_command_line.hpp"
#include "gateway/cli/policy_command_line.hpp"
#include "gateway/config/quantity.hpp"
#include "gateway/config/reading.hpp"

namespace gatehouse::cli {
namespace {

/// The library's help, without notes on which option excludes which: the descriptions say that.
class Help final : public CLI::Formatter {
 public:
  Help() {
    column_width(28);
    label("SUBCOMMAND", "COMMAND");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_size() > 0 ? " " + option->get_type_name() : "";
    return type + (option->get_required() ? " (needed)" : "");
  }
};

/// All commands, the structs that their options are read into, and what was chosen.
class CommandLine {
 public:
  CommandLine() : app_("One MCP endpoint in front of many MCP servers.", "gatehouse") {
    app_.set_version_flag("-V,--version", "gatehouse " + std::string(app::kVersion), "Print the version and exit");
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.formatter(std::make_shared<Help>());
    app_.footer(std::string("`gatehouse COMMAND --help` explains a command and shows an example.\n\n") +
                exit_code::kTable);
    add_gateway_commands();
    add_client_commands();
    keys_.add_to(app_, action_);
    add_other_commands();
    policy_.add_to(app_, action_);
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
      return report(problem, {argv + std::min(argc, 1), argv + argc});
    }
    if (action_) return action_();
    print_error(app_.help());
    return exit_code::kUsage;
  }

 private:
  template <class Options>
  CLI::App* add(const std::string& name, const std::string& description, const std::string& example,
                int (*command_run)(const Options&), Options& options) {
    CLI::App* command = app_.add_subcommand(name, description);
    command->group("Commands");
    command->footer("Example:\n  " + example + "\n\n" + exit_code::kTable);
    command->callback(
        [this, command_run, &options] { action_ = [command_run, &options] { return command_run(options); }; });
    return command;
  }

  static void add_source(CLI::App* command, Source& source) {
    auto* config = command->add_option("-c,--config", source.config, "Configuration; without it ./gatehouse.yaml")
                       ->type_name("FILE");
    command
        ->add_option("--mcp-servers", source.mcp_servers,
                     "A client's file instead: claude_desktop_config.json and the like")
        ->type_name("FILE")
        ->excludes(config);
  }

  static void add_target(CLI::App* command, Target& target) {
    add_source(command, target.source);
    command->add_option("--url", target.url, "Any MCP endpoint instead, like http://127.0.0.1:8080/mcp")
        ->type_name("URL")
        ->excludes(command->get_option("--config"))
        ->excludes(command->get_option("--mcp-servers"));
    command->add_option("-H,--header", target.headers, "Header to send to --url, 'Name: value'; may be repeated")
        ->type_name("LINE")
        ->allow_extra_args(false);
    add_verbose(command, target.verbose);
  }

  static void add_verbose(CLI::App* command, bool& verbose) {
    command->add_flag("-v,--verbose", verbose, "Show what servers write to stderr, and how connections go");
  }
  static CLI::Option* add_linger(CLI::App* command, Milliseconds& linger, const std::string& when) {
    const auto read = [&linger](const std::string& text) {
      const auto duration = config::parse_duration(text);
      if (!duration) throw CLI::ValidationError("--linger", duration.error());
      linger = *duration;
    };
    const std::string usual = config::format_duration(linger);
    return command
        ->add_option_function<std::string>("--linger", read,
                                           when + " for answers after the end of its input; usual: " + usual)
        ->type_name("TIME");
  }
  static void add_json(CLI::App* command, bool& json) { command->add_flag("--json", json, "Print JSON, for scripts"); }

  void add_gateway_commands() {
    CLI::App* serve = add("serve", "Run the gateway.", "gatehouse serve -c gatehouse.yaml", run_serve, serve_);
    add_source(serve, serve_.source);
    serve->add_option("--listen", serve_.listen, "Address to listen on, instead of the configured one; port 0: any")
        ->type_name("ADDR");
    serve->add_option("--admin-listen", serve_.admin_listen, "Address of the admin listener, or 'off'")
        ->type_name("ADDR");
    serve->add_option("--ready-file", serve_.ready_file, "Written once every server was tried: the base URL")
        ->type_name("FILE");
    CLI::Option* stdio =
        serve
            ->add_flag("--stdio", serve_.stdio, "Be a stdio server for the host that started it; no listener is opened")
            ->excludes(serve->get_option("--listen"))
            ->excludes(serve->get_option("--ready-file"));
    serve->add_option("--endpoint", serve_.endpoint, "With --stdio: the endpoint with this path, not the first one")
        ->type_name("PATH")
        ->needs(stdio);
    add_linger(serve, serve_.linger, "With --stdio: time")->needs(stdio);
    add_connect();

    CLI::App* check = add("check", "Check a configuration, and with --probe the servers too.",
                          "gatehouse check -c gatehouse.yaml --probe", run_check, check_);
    add_source(check, check_.source);
    check->add_flag("--probe", check_.probe, "Connect to every server and read its lists");
    add_json(check, check_.json);
    add_verbose(check, check_.verbose);

    CLI::App* explain = add("explain", "Print the configuration with all defaults, secrets hidden.",
                            "gatehouse explain -c gatehouse.yaml", run_explain, explain_);
    add_source(explain, explain_.source);

    CLI::App* import =
        add("import", "Turn a client's file into a configuration.",
            "gatehouse import ~/.config/Claude/claude_desktop_config.json -o gatehouse.yaml", run_import, import_);
    import->add_option("file", import_.file, "Claude Desktop, Cursor, VS Code, Zed and others")
        ->type_name("FILE")
        ->required();
    import->add_option("-o,--output", import_.output, "Write here instead of to standard output")->type_name("FILE");
    import->add_flag("--force", import_.force, "Replace the output file if it exists");
  }

  void add_connect() {
    CLI::App* connect =
        add("connect", "Lead a host that only starts programs to an MCP server behind a URL.",
            "gatehouse connect https://mcp.example.com/mcp -H 'Authorization: Bearer abc'", run_connect, connect_);
    connect->add_option("url", connect_.url, "The server, like http://127.0.0.1:8080/mcp")->type_name("URL")->required();
    connect->add_option("-H,--header", connect_.headers, "Header to send to the server, 'Name: value'; may be repeated")
        ->type_name("LINE")
        ->allow_extra_args(false);
    connect->add_option("--era", connect_.era, "Protocol revisions that the server speaks: auto, modern or legacy")
        ->type_name("ERA")
        ->check(CLI::IsMember({"auto", "modern", "legacy"}));
    connect->add_option("--transport", connect_.transport, "How it is spoken to: auto, http (Streamable HTTP) or sse")
        ->type_name("NAME")
        ->check(CLI::IsMember({"auto", "http", "sse"}));
    add_linger(connect, connect_.linger, "Time");
    add_verbose(connect, connect_.verbose);
  }

  void add_client_commands() {
    CLI::App* servers = add("servers", "Connect to the configured servers and say what they are.",
                            "gatehouse servers -c gatehouse.yaml", run_servers, servers_);
    add_source(servers, servers_.source);
    add_json(servers, servers_.json);
    add_verbose(servers, servers_.verbose);

    CLI::App* tools = add(
        "tools", "List the tools of the servers, or show one in full.",
        "gatehouse tools jira\n  gatehouse tools jira.create_issue\n  gatehouse tools --url http://127.0.0.1:8080/mcp",
        run_tools, tools_);
    tools->add_option("name", tools_.name, "SERVER or SERVER.TOOL; with --url: TOOL")->type_name("NAME");
    add_target(tools, tools_.target);
    add_json(tools, tools_.json);
    pins_.add_to(*tools, tools_.target.source, action_);
    // It is called after those of its commands.
    tools->callback([this, tools] {
      if (tools->get_subcommands().empty()) action_ = [this] { return run_tools(tools_); };
    });

    CLI::App* call = add("call", "Call a tool and print its answer.",
                         "gatehouse call weather.forecast '{\"city\": \"Oslo\", \"days\": 3}'\n  gatehouse call "
                         "weather.forecast --arg city=Oslo --arg days=3",
                         run_call, call_);
    call->add_option("tool", call_.tool, "SERVER.TOOL; with --url: TOOL")->type_name("NAME")->required();
    call->add_option("arguments", call_.arguments, "A JSON object, @FILE, or - for standard input")->type_name("JSON");
    call->add_option("--arg", call_.pairs, "An argument; JSON if it can be, else a string; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    call->add_option("--log-level", call_.log_level, "Least level of log messages to show; off: none")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "off"}));
    add_target(call, call_.target);
    add_json(call, call_.json);
  }

  void add_other_commands() {
    CLI::App* completion = app_.add_subcommand("completion", "Print a script that completes commands in a shell.");
    completion->group("Commands");
    completion->footer("Example:\n  source <(gatehouse completion bash)");
    completion->add_option("shell", completion_.shell, "bash, zsh or fish")
        ->type_name("SHELL")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback([this] {
      action_ = [this] {
        print(completion_script(completion_.shell, words_of(app_)));
        return exit_code::kOk;
      };
    });

    CLI::App* version = add("version", "Print the version and the protocol versions.", "gatehouse version --json",
                            run_version, version_);
    add_json(version, version_.json);
  }

  /// Help and version are no problems; everything else is the user's, with a word on where to look.
  int report(const CLI::ParseError& problem, const std::vector<std::string>& words) {
    if (problem.get_exit_code() == 0) {
      std::ostringstream text;
      app_.exit(problem, text, text);
      print(text.str());
      return exit_code::kOk;
    }
    std::string message = problem.what(), known;
    const CLI::App* group = &app_;
    for (const std::string& word : words) {
      if ((group != &app_ && group->get_require_subcommand_min() == 0) || word.starts_with('-')) break;
      const auto commands = group->get_subcommands({});
      const auto found = std::ranges::find(commands, word, [](const CLI::App* one) { return one->get_name(); });
      if (found == commands.end()) {
        message = no_command(known + word, commands);
        break;
      }
      group = *found;
      known += word + " ";
    }
    complain(message);
    print_error("See `gatehouse " + known + "--help`.\n");
    return exit_code::kUsage;
  }

  static std::string no_command(const std::string& given, const std::vector<const CLI::App*>& commands) {
    std::vector<std::string_view> names;
    for (const CLI::App* command : commands) names.push_back(command->get_name());
    const auto meant = config::nearest(std::string_view(given).substr(given.rfind(' ') + 1), names);
    return "there is no command '" + one_line(given) + "'" +
           (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?");
  }

  CLI::App app_;
  std::function<int()> action_;
  ServeOptions serve_;
  ConnectOptions connect_;
  CheckOptions check_;
  ExplainOptions explain_;
  ImportOptions import_;
  ServersOptions servers_;
  ToolsOptions tools_;
  CallOptions call_;
  PinsCommandLine pins_;
  KeysCommandLine keys_;
  CompletionOptions completion_;
  VersionOptions version_;
  PolicyCommandLine policy_;
};

}  // namespace

int run(int argc, const char* const* argv) { return CommandLine().run(argc, argv); }

}  // namespace gatehouse::cli
