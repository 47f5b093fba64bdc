#include <gatehouse/net/process.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

#include "src/net/process_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using namespace std::chrono_literals;

Task<Error> failure(Loop& loop, ProcessOptions options) {
  auto process = co_await Process::start(loop, std::move(options));
  if (process) throw std::runtime_error("it started");
  co_return std::move(process.error());
}

// Lists are made outside of coroutines, where GCC 12 fails on them.
template <class... Text>
std::vector<std::string> texts(Text... text) {
  std::vector<std::string> out;
  (out.emplace_back(text), ...);
  return out;
}

ProcessOptions program(std::string command) {
  ProcessOptions options;
  options.command = std::move(command);
  return options;
}

ProcessOptions with_env(ProcessOptions options, std::string name, std::string value) {
  options.env.emplace_back(std::move(name), std::move(value));
  return options;
}

TEST(Process, ConnectsTheThreeStreamsAndReportsTheExit) {
  on_loop([](Loop& loop) -> Task<void> {
    std::vector<std::string> complaints;
    auto options = shell("read line; echo \"got $line\"; echo oops >&2; printf last >&2; exit 3");
    options.on_stderr = [&](std::string_view line) { complaints.emplace_back(line); };
    const auto process = co_await started(loop, std::move(options));
    EXPECT_TRUE(process->running());
    EXPECT_GT(process->pid(), 0);
    co_await write(*process, "hello\n");
    EXPECT_EQ(co_await read_all(*process), "got hello\n");
    const ExitStatus end = co_await process->wait();
    EXPECT_EQ(end.str(), "exit code 3");
    EXPECT_FALSE(process->running());
    EXPECT_EQ(complaints, texts("oops", "last"));
    co_await process->stop();
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, PassesArgumentsAsTheyAre) {
  on_loop([](Loop& loop) -> Task<void> {
    auto options = shell("printf '[%s]' \"$0\" \"$@\"");
    for (const std::string& argument : texts("a b", "", "$HOME;*", "\"'")) options.args.push_back(argument);
    const auto process = co_await started(loop, std::move(options));
    EXPECT_EQ(co_await read_all(*process), "[a b][][$HOME;*][\"']");
    co_await process->stop();
  });
}

TEST(Process, ReportsASignal) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("kill -KILL $$"));
    const ExitStatus end = co_await process->wait();
    EXPECT_EQ(end.code, 137);
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_EQ(end.str(), "signal 9 (Killed)");
    co_await process->stop();
  });
}

TEST(Process, SaysWhyAProgramCannotBeStarted) {
  on_loop([](Loop& loop) -> Task<void> {
    const Error unknown = co_await failure(loop, program("gatehouse-no-such-program"));
    EXPECT_EQ(unknown.kind, Kind::unavailable);
    EXPECT_EQ(unknown.origin, Origin::upstream);
    EXPECT_EQ(unknown.message, "cannot start 'gatehouse-no-such-program': command not found");
    EXPECT_EQ((co_await failure(loop, program("/no/such/program"))).message,
              "cannot start '/no/such/program': no such file");
    const Error data = co_await failure(loop, program("/etc/passwd"));
    EXPECT_EQ(data.kind, Kind::unavailable);
    EXPECT_NE(data.message.find("permission denied"), data.message.npos) << data.message;
    auto options = shell("true");
    options.cwd = "/no/such/folder";
    EXPECT_EQ((co_await failure(loop, std::move(options))).message,
              "cannot start '/bin/sh': working directory '/no/such/folder': No such file or directory");
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, SaysWhatIsWrongWithAScript) {
  const auto folder = std::filesystem::temp_directory_path() / ("gatehouse-process-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const auto script = [&](const char* name, const char* text) {
    std::ofstream{folder / name} << text;
    std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
    return (folder / name).string();
  };
  static std::string no_interpreter, no_line;
  no_interpreter = script("a", "#!/no/such/interpreter\n");
  no_line = script("b", "neither a program nor a script");
  on_loop([](Loop& loop) -> Task<void> {
    EXPECT_EQ((co_await failure(loop, program(no_interpreter))).message,
              "cannot start '" + no_interpreter + "': its interpreter was not found");
    EXPECT_NE((co_await failure(loop, program(no_line))).message.find("#! line"), std::string::npos);
  });
  std::filesystem::remove_all(folder);
}

TEST(Process, RefusesWhatNoProcessCanHave) {
  on_loop([](Loop& loop) -> Task<void> {
    EXPECT_EQ((co_await failure(loop, program(""))).kind, Kind::invalid_config);
    EXPECT_EQ((co_await failure(loop, with_env(shell("true"), "A=B", "c"))).kind, Kind::invalid_config);
    EXPECT_EQ((co_await failure(loop, shell(std::string("a\0b", 3)))).kind, Kind::invalid_config);
  });
}

TEST(Process, InheritsOnlyTheNamedVariables) {
  ::setenv("GATEHOUSE_TEST_SECRET", "leaked", 1);
  ::setenv("LANG", "C.UTF-8", 1);
  on_loop([](Loop& loop) -> Task<void> {
    auto options = with_env(with_env(program("env"), "TOKEN", "a=b c"), "LANG", "de_DE");
    options.inherit_env = texts("PATH", "LANG", "GATEHOUSE_TEST_UNSET");
    const auto process = co_await started(loop, std::move(options));
    EXPECT_EQ(co_await read_all(*process), "LANG=de_DE\nPATH=" + std::string{std::getenv("PATH")} + "\nTOKEN=a=b c\n");
    co_await process->stop();

    const auto ordinary = co_await started(loop, shell("env"));
    const std::string all = co_await read_all(*ordinary);
    EXPECT_EQ(all.find("GATEHOUSE_TEST_SECRET"), all.npos);
    co_await ordinary->stop();
  });
  ::unsetenv("GATEHOUSE_TEST_SECRET");
}

TEST(Process, LooksTheCommandUpInTheChildsPath) {
  on_loop([](Loop& loop) -> Task<void> {
    const Error unknown = co_await failure(loop, with_env(program("true"), "PATH", "/no/such/folder:/etc"));
    EXPECT_EQ(unknown.kind, Kind::unavailable);
    const auto process =
        co_await started(loop, with_env(program("true"), "PATH", "/no/such/folder:/etc/passwd:/usr/bin:/bin"));
    EXPECT_EQ((co_await process->wait()).code, 0);
    co_await process->stop();
  });
}

TEST(Process, StartsInTheGivenFolder) {
  on_loop([](Loop& loop) -> Task<void> {
    auto options = shell("pwd");
    options.cwd = "/usr";
    const auto process = co_await started(loop, std::move(options));
    EXPECT_EQ(co_await read_all(*process), "/usr\n");
    co_await process->stop();
  });
}

TEST(Process, GivesTheChildDefaultSignalsAndNoDescriptorOfOurs) {
  struct sigaction before{};
  ::sigaction(SIGUSR1, nullptr, &before);
  std::signal(SIGUSR1, SIG_IGN);
  on_loop([](Loop& loop) -> Task<void> {
    auto grep = program("grep");  // a shell would set its own mask
    for (const std::string& argument : texts("-E", "^Sig(Blk|Ign)", "/proc/self/status")) grep.args.push_back(argument);
    const auto process = co_await started(loop, std::move(grep));
    EXPECT_EQ(co_await read_all(*process), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    co_await process->stop();

    auto ls = program("ls");
    ls.args.emplace_back("/proc/self/fd");
    const auto other = co_await started(loop, std::move(ls));
    EXPECT_EQ(co_await read_all(*other), "0\n1\n2\n3\n");  // 3: ls reads the folder
    co_await other->stop();
  });
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Process, CutsLongLinesOfStderr) {
  on_loop([](Loop& loop) -> Task<void> {
    std::vector<std::string> lines;
    auto options = shell("head -c 100000 /dev/zero | tr '\\0' x >&2; printf '\\r\\n\\nshort\\n' >&2");
    options.max_stderr_line_bytes = 10;
    options.on_stderr = [&](std::string_view line) { lines.emplace_back(line); };
    const auto process = co_await started(loop, std::move(options));
    co_await process->wait();
    EXPECT_EQ(lines, texts("xxxxxxxxxx", "", "short"));
    co_await process->stop();
  });
}

TEST(Process, TakesStderrThatNobodyWants) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("head -c 1000000 /dev/zero >&2; echo done"));
    EXPECT_EQ(co_await read_all(*process), "done\n");
    co_await process->stop();
  });
}

TEST(Process, SeesTheEndOfStdoutWhileTheChildRuns) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("echo all; exec >&-; read go; exit 5"));
    EXPECT_EQ(co_await read_all(*process), "all\n");
    EXPECT_TRUE(process->running());
    EXPECT_EQ((co_await process->stop(10s, 10s)).code, 5);
  });
}

Task<void> write_all(Process& process, std::string_view text, bool& written) {
  co_await write(process, text);
  written = true;
  process.close_stdin();
}

TEST(Process, MovesTenMegabytesBothWaysAtOnce) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, program("cat"));
    std::string text(10 << 20, 'x');
    for (std::size_t i = 0; i < text.size(); i += 7) text[i] = static_cast<char>('a' + i % 23);
    bool written = false;
    TaskGroup group;
    group.spawn(write_all(*process, text, written));
    const std::string echoed = co_await read_all(*process);
    EXPECT_TRUE(echoed == text);
    co_await group.join();
    EXPECT_TRUE(written);
    co_await process->stop();
  });
}

TEST(Process, KeepsTheOrderOfManyWriters) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("cat"));
    std::vector<std::string> sent;
    std::string expected;
    for (int i = 0; i < 50; ++i) {
      sent.push_back(std::to_string(i) + std::string(100'000, static_cast<char>('a' + i % 26)) + "\n");
      expected += sent.back();
    }
    TaskGroup group;
    for (const std::string& text : sent) group.spawn(write(*process, text));
    std::string echoed, part(65536, '\0');
    while (echoed.size() < expected.size())
      echoed.append(part, 0, (co_await process->read(part.data(), part.size())).value_or(0));
    EXPECT_TRUE(echoed == expected);
    co_await group.join();
    co_await process->stop();
  });
}

Task<void> expect_lost_write(Process& process, std::string_view text, bool& done) {
  const json::Pieces pieces{text};
  const auto sent = co_await process.write(pieces);
  EXPECT_TRUE(!sent && sent.error().kind == Kind::connection_lost);
  done = true;
}

TEST(Process, AChildThatNeverReadsDoesNotBlockOthersAndItsWritersEndWithIt) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto deaf = co_await started(loop, shell("exec sleep 1000"));
    const std::string text(4 << 20, 'x');
    bool first = false, second = false;
    TaskGroup group;
    group.spawn(expect_lost_write(*deaf, text, first));
    group.spawn(expect_lost_write(*deaf, text, second));
    const auto other = co_await started(loop, shell("echo fine"));
    EXPECT_EQ(co_await read_all(*other), "fine\n");
    EXPECT_FALSE(first || second);
    deaf->kill();
    co_await group.join();
    EXPECT_TRUE(first && second);
    co_await deaf->stop();
    co_await other->stop();
  });
}

TEST(Process, WritesToAChildThatIsGoneAreErrorsAndNoSignal) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("exit 0"));
    co_await process->wait();
    bool done = false;
    co_await expect_lost_write(*process, "x", done);
    EXPECT_EQ(co_await read_all(*process), "");
    co_await process->stop();
    co_await expect_lost_write(*process, "x", done);
  });
}

}  // namespace
}  // namespace gatehouse::net
