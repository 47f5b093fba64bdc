#include "gateway/config/load.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/config/keys.hpp"

namespace gatehouse::config {
namespace {

Config load(std::string_view text) {
  const auto loaded = load_text(text, "test.yaml");
  if (!loaded) ADD_FAILURE() << loaded.error().front().str();
  return loaded ? loaded->config : Config{};
}
std::string first_problem(std::string_view text) {
  const auto loaded = load_text(text, "test.yaml");
  return loaded ? "no problem" : loaded.error().front().str();
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gatehouse-config-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

TEST(Load, NeedsNothing) {
  const Config config = load("");
  EXPECT_EQ(config.listen.str(), "127.0.0.1:8080");
  EXPECT_EQ(config.admin->str(), "127.0.0.1:9901");
  EXPECT_EQ(config.endpoints, std::vector{Endpoint{}});
  EXPECT_TRUE(config.servers.empty());
}

TEST(Load, WarnsThatAGatewayWithoutServersIsEmpty) {
  const auto loaded = load_text("", "test.yaml");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->warnings.size(), 1u);
  EXPECT_EQ(loaded->warnings[0].key, "servers");
}

TEST(Load, KeepsTheOrderOfServers) {
  const Config config = load("servers: {z: {command: a}, a: {command: b}, m: {url: 'http://127.0.0.1:1/'}}");
  ASSERT_EQ(config.servers.size(), 3u);
  EXPECT_EQ(config.servers[0].name, "z");
  EXPECT_EQ(config.servers[2].name, "m");
  EXPECT_EQ(config.servers[0].transport, Transport::stdio);
  EXPECT_EQ(config.servers[2].transport, Transport::automatic);
}

TEST(Load, TakesPrefixAsAWordOrAsAnAnswer) {
  const Config config = load(
      "endpoints: [{path: /a, prefix: none}, {path: /b, prefix: false}, {path: /c, prefix: true}]\nservers: {s: "
      "{command: x}}");
  EXPECT_EQ(config.endpoints[0].prefix, Prefix::none);
  EXPECT_EQ(config.endpoints[1].prefix, Prefix::none);
  EXPECT_EQ(config.endpoints[2].prefix, Prefix::server);
}

TEST(Load, ClosesTheAdminListener) {
  EXPECT_FALSE(load("admin: off").admin);
  EXPECT_FALSE(load("admin: false").admin);
  EXPECT_EQ(load("admin: {listen: 'localhost:0'}").admin->str(), "localhost:0");
}

TEST(Load, ReadsJsonWithCommentsByItsName) {
  const auto loaded = load_text("{\"listen\": \"127.0.0.1:1\", /* x */}", "test.json");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.listen.port, 1);
}

TEST(Load, FindsSecretsBesideTheFileAndNamesThemForReload) {
  const TemporaryFolder folder;
  const auto token = folder.write("token", "s3cret\n");
  const auto path =
      folder.write("gatehouse.yaml",
                   "servers: {a: {url: 'http://127.0.0.1:1/', headers: {A: file:token, B: 'Bearer ${file:token}'}}}");
  const auto loaded = load_file(path);
  ASSERT_TRUE(loaded) << loaded.error().front().str();
  EXPECT_EQ(loaded->config.servers[0].headers, (Pairs{{"A", "s3cret"}, {"B", "Bearer s3cret"}}));
  EXPECT_EQ(loaded->files, (std::vector{path, token}));
}

TEST(Load, ReportsAFileThatIsNotThere) {
  const auto loaded = load_file("/no/such/gatehouse.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().front().str(), "/no/such/gatehouse.yaml: cannot be read: No such file or directory");
}

TEST(Load, ExpandsVariables) {
  setenv("LOAD_TEST_NAME", "value", 1);
  setenv("LOAD_TEST_EMPTY", "", 1);
  unsetenv("LOAD_TEST_UNSET");
  const Config config = load(
      "servers: {a: {command: x, args: ['${LOAD_TEST_NAME}', 'a${LOAD_TEST_NAME}b', '${LOAD_TEST_UNSET:-other}',"
      " '${LOAD_TEST_EMPTY:-filled}', '${LOAD_TEST_EMPTY}', '$${LOAD_TEST_NAME}', '$LOAD_TEST_NAME', '$']}}");
  EXPECT_EQ(config.servers[0].args,
            (Texts{"value", "avalueb", "other", "filled", "", "${LOAD_TEST_NAME}", "$LOAD_TEST_NAME", "$"}));
}

TEST(Load, ReadsEnvironmentValuesThatLookLikeFilesAsTheyAre) {
  setenv("LOAD_TEST_NAME", "file:/etc/passwd", 1);
  const Config config = load("servers: {a: {command: x, env: {A: '${LOAD_TEST_NAME}', B: '$$file:dev.db'}}}");
  EXPECT_EQ(config.servers[0].env, (Pairs{{"A", "file:/etc/passwd"}, {"B", "file:dev.db"}}));
}

TEST(Load, ExplainsThatOnlyLoopbackIsAllowed) {
  EXPECT_NE(
      first_problem("listen: 0.0.0.0:8080").find("Without authentication Gatehouse listens on loopback addresses only"),
      std::string::npos);
  EXPECT_NE(first_problem("listen: 0.0.0.0:8080\nauth: {}").find("Without authentication"), std::string::npos);
  const std::string keys = "auth: { api_keys: { file: keys.yaml } }\n";
  EXPECT_NE(first_problem("listen: 0.0.0.0:8080\n" + keys).find("is open to others without TLS"), std::string::npos);
  EXPECT_NE(first_problem("admin: { listen: 0.0.0.0:1 }\n" + keys).find("is not a loopback address"), std::string::npos);
}

// RS-50
TEST(Load, WantsTlsWhereOthersReachIt) {
  const std::string open = "listen: 0.0.0.0:8080\nauth: { api_keys: { file: keys.yaml } }\n";
  EXPECT_EQ(first_problem(open + "public_url: https://gw.example.com"), "no problem");
  EXPECT_EQ(first_problem(open + "tls: { certificate: gw.pem, key: gw.key }"), "no problem");
  for (const char* const unencrypted : {"", "public_url: http://gw.example.com", "public_url: http://127.0.0.1:8080"})
    EXPECT_NE(first_problem(open + unencrypted).find("unencrypted"), std::string::npos) << unencrypted;
  EXPECT_EQ(first_problem("auth: { api_keys: { file: keys.yaml } }"), "no problem");
}

TEST(Load, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  const auto loaded =
      load_text("servers:\n  a: {comand: x}\nlisten: nowhere\nlimits: {drain: 5, page_bytes: 0}\n", "test.yaml");
  ASSERT_FALSE(loaded);
  std::vector<int> lines;
  for (const Problem& problem : loaded.error()) lines.push_back(problem.line);
  EXPECT_EQ(lines, (std::vector{2, 3, 4, 4}));
  EXPECT_EQ(loaded.error()[0].str(), "test.yaml:2: servers.a.comand: unknown key; did you mean 'command'?");
}

TEST(LoadClient, KeepsMissingVariablesForAnImport) {
  unsetenv("LOAD_TEST_UNSET");
  const auto* text =
      R"({"mcpServers": {"a": {"url": "${LOAD_TEST_UNSET}/mcp", "headers": {"K": "${input:load-test-unset}"}}}})";
  EXPECT_FALSE(load_client_text(text, "c.json"));
  const auto kept = load_client_text(text, "c.json", Unset::keep);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->warnings.size(), 2u);
  const auto yaml = to_yaml(kept->config, {.defaults = false});
  EXPECT_EQ(yaml,
            "servers:\n  a:\n    url: \"${LOAD_TEST_UNSET}/mcp\"\n    headers:\n      K: \"${LOAD_TEST_UNSET}\"\n");
}

TEST(ToYaml, NeverShowsSecrets) {
  setenv("LOAD_TEST_NAME", "s3cret", 1);
  const Config config = load(
      "servers: {a: {url: 'http://127.0.0.1:1/?token=s3cret', headers: {A: s3cret, B: '${LOAD_TEST_NAME}'}}, "
      "b: {command: x, args: [--key=s3cret, '${LOAD_TEST_NAME}'], env: {C: s3cret}}}");
  EXPECT_EQ(to_yaml(config).find("s3cret"), std::string::npos) << to_yaml(config);
}

TEST(ToYaml, CannotBeReadBackWhileItIsMasked) {
  const Config config = load("servers: {a: {command: x, args: [--key=abc], env: {C: abc}}}");
  const auto again = load_text(to_yaml(config), "again.yaml");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().size(), 2u);
}

TEST(ToYaml, IsReadBackAsTheSameConfiguration) {
  setenv("LOAD_TEST_NAME", "9", 1);
  const auto* text =
      "listen: '[::1]:0'\nadmin: off\nendpoints: [{path: /a, separator: __}, {}]\n"
      "servers: {a: {command: 'x y', args: ['', 'yes', '1', 'a: b', \"tab\\t\", '$${x}'], env: {F: '$$file:x', N: "
      "'${LOAD_TEST_NAME}'}}}\n"
      "limits: {max_batch: '${LOAD_TEST_NAME}', drain: 0}\nlog: {level: off, calls: false}\n";
  const Config first = load(text);
  for (const bool defaults : {true, false}) {
    const std::string yaml = to_yaml(first, {.defaults = defaults, .literals = true});
    const Config second = load(yaml);
    EXPECT_EQ(second.servers, first.servers);
    EXPECT_EQ(second.endpoints, first.endpoints);
    EXPECT_EQ(second.limits, first.limits);
    EXPECT_EQ(second.log, first.log);
    EXPECT_EQ(second.references, first.references);
    EXPECT_EQ(to_yaml(second, {.defaults = defaults, .literals = true}), yaml);
  }
}

/// A value that differs from the default, by shape.
std::string other_value(const Key& key, const Slot& slot) {
  switch (key.shape) {
    case Shape::flag: return **std::get_if<bool*>(&slot) ? "false" : "true";
    case Shape::duration: return key.name == "first_byte_timeout" ? "59s" : "61s";
    case Shape::bytes: return "12345";
    case Shape::count: return "17";
    case Shape::choice: return std::string(key.choices.back());
    case Shape::texts: return "[other]";
    case Shape::pairs: return "{Other: thing}";
    case Shape::url: return "http://127.0.0.1:9/";
    case Shape::section: return "off";
    default: return "other";
  }
}

TEST(Server, DiffersAfterAChangeOfAnyKey) {
  for (const Key& key : server_section().keys) {
    const std::string base = key.side == Side::address ? "url: 'http://127.0.0.1:1/'" : "command: x";
    const bool replaces = base.starts_with(key.name);
    const Config before = load("servers: {a: {" + base + "}}");
    const Slot slot = key.slot ? key.slot(server_section().fresh()) : Slot();
    const Config after = load("servers: {a: {" + (replaces ? "" : base + ", ") + std::string(key.name) + ": " +
                              other_value(key, slot) + "}}");
    ASSERT_EQ(after.servers.size(), 1u);
    EXPECT_EQ(before.servers[0], before.servers[0]);
    EXPECT_NE(before.servers[0], after.servers[0]) << key.name;
  }
}

TEST(Server, DiffersWhenOnlyASecretBehindItsReferenceChanged) {
  const auto* text = "servers: {a: {command: x, env: {K: '${LOAD_TEST_NAME}'}}}";
  setenv("LOAD_TEST_NAME", "old", 1);
  const Config before = load(text);
  setenv("LOAD_TEST_NAME", "new", 1);
  EXPECT_NE(before.servers, load(text).servers);
}

}  // namespace
}  // namespace gatehouse::config
