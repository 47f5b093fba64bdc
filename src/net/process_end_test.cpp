// How children end: in order, by force, with everything they started, and when we die.
#include <gatehouse/net/process.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

#include "src/net/process_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Four generations: sh, a child in its group, a grandchild in a session of its own that ignores SIGTERM, and its child.
// Prints the four pids in one line when all run.
const char* const kTree = R"(
  fifo=$(mktemp -u) && mkfifo $fifo
  sh -c 'setsid sh -c "trap \"\" TERM HUP; sleep 1000 & echo \$\$ \$! > '$fifo'; wait" & wait' &
  read far < $fifo; rm $fifo
  echo $$ $! $far
)";

std::vector<Observed> observe(const std::string& pids) {
  std::istringstream in(pids);
  std::vector<Observed> out;
  for (pid_t pid = 0; in >> pid;) out.emplace_back(pid);
  return out;
}

void expect_all_ended(const std::vector<Observed>& processes) {
  ASSERT_EQ(processes.size(), 4u);
  for (const Observed& process : processes) {
    EXPECT_TRUE(process.existed());
    EXPECT_TRUE(process.ended());
  }
}

std::size_t open_fds() {
  const std::filesystem::directory_iterator folder{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

TEST(ProcessEnd, StopClosesStdinFirst) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("cat > /dev/null; exit 7"));
    const ExitStatus end = co_await process->stop(10s, 10s);
    EXPECT_EQ(end.str(), "exit code 7");
  });
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, StopAsksWithSigtermNext) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("trap 'exit 8' TERM; echo ready; while :; do sleep 0.05; done"));
    co_await read_line(*process);
    const ExitStatus end = co_await process->stop(50ms, 10s);
    EXPECT_EQ(end.str(), "exit code 8");
  });
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, StopKillsAChildThatIgnoresEverythingElse) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process =
        co_await started(loop, shell("trap '' TERM HUP INT; echo ready; while :; do sleep 1000; done"));
    co_await read_line(*process);
    const ExitStatus end = co_await process->stop(20ms, 20ms);
    EXPECT_EQ(end.signal, SIGKILL);
  });
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, StopTakesTheWholeTreeAlong) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell(std::string{kTree} + "wait"));
    const auto tree = observe(co_await read_line(*process));
    co_await process->stop(20ms, 20ms);
    expect_all_ended(tree);
  });
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, KillTakesTheWholeTreeAlong) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell(std::string{kTree} + "wait"));
    const auto tree = observe(co_await read_line(*process));
    process->kill();
    EXPECT_EQ((co_await process->wait()).signal, SIGKILL);
    co_await process->stop(1h, 1h);  // only waits
    expect_all_ended(tree);
  });
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, WhatAChildLeavesBehindEndsAfterIt) {
  on_loop([](Loop& loop) -> Task<void> {
    auto options = shell(std::string{kTree} + "read go; exit 4");
    options.orphan_grace = 50ms;
    const auto process = co_await started(loop, std::move(options));
    const auto tree = observe(co_await read_line(*process));
    co_await write(*process, "go\n");
    EXPECT_EQ((co_await process->wait()).code, 4);  // at once: the leftovers do not delay the news
    co_await process->stop(1h, 1h);
    expect_all_ended(tree);
  });
  EXPECT_FALSE(has_children());
}

// Leaves behind a process, started by `how`, that ends when it is asked to.
ProcessOptions leaves_behind(const std::string& how) {
  auto options = shell(
      "fifo=$(mktemp -u); mkfifo $fifo; " + how +
      " sh -c \"trap 'echo asked; exit' TERM; echo > $fifo; while :; do sleep 0.05; done\" & read x < $fifo; rm $fifo");
  options.orphan_grace = 10s;
  return options;
}

TEST(ProcessEnd, LeftoversAreAskedBeforeTheyAreKilled) {
  on_loop([](Loop& loop) -> Task<void> {
    for (const char* how : {"", "setsid"}) {
      const auto process = co_await started(loop, leaves_behind(how));
      EXPECT_EQ(co_await read_all(*process), "asked\n");
      co_await process->stop();
    }
  });
}

TEST(ProcessEnd, DestructionKills) {
  static pid_t pid;
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("trap '' TERM; while :; do sleep 1000; done"));
    pid = process->pid();
  });
  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_FALSE(has_children());
}

TEST(ProcessEnd, AKilledGuardTakesTheChildWithItAndIsNoticed) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("sleep 1000 & echo $PPID $!; exec sleep 1000"));
    std::istringstream pids{co_await read_line(*process)};
    pid_t guard = 0, other = 0;
    pids >> guard >> other;
    const Observed first{process->pid()}, second{other};
    ::kill(guard, SIGKILL);
    EXPECT_TRUE(first.ends_within(10'000));  // without the loop having had a chance to notice
    EXPECT_EQ((co_await process->wait()).signal, SIGKILL);
    co_await process->stop(1h, 1h);
    EXPECT_TRUE(second.ends_within(10'000));
  });
  while (::waitpid(-1, nullptr, 0) > 0) {}  // the two became our children if we adopt orphans
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
long anonymous_kib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; in >> word;) {
    long value = 0;
    if (word == "Anonymous:" && in >> value) return value;
  }
  return -1;
}

long guard_kib() {
  long kept = -1;
  on_loop([&](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("echo $PPID; cat"));
    kept = anonymous_kib(std::stoi(co_await read_line(*process)));
    co_await process->stop();
  });
  return kept;
}

TEST(ProcessEnd, TheGuardKeepsNoneOfOurMemory) {
  const long before = guard_kib();
  const std::string large(64 << 20, 'x');                                // a mapping of its own
  const std::vector<std::string> small(20'000, std::string(1000, 'x'));  // the heap
  const long after = guard_kib();
  EXPECT_GT(before, 0);
  EXPECT_LT(after, before + 512);
}
#endif

Task<void> start_and_tell(Loop& loop, ProcessOptions options, int tell) {
  const auto process = co_await started(loop, std::move(options));
  const std::string line = co_await read_line(*process) + "\n";
  if (::write(tell, line.data(), line.size()) < 0) std::abort();
  co_await process->wait();
}

// A process of ours starts a child that prints pids, and dies without a word. Returns what to observe.
std::vector<Observed> left_by_a_killed_gateway(ProcessOptions options) {
  int tell[2];
  if (::pipe2(tell, O_CLOEXEC) != 0) return {};
  const pid_t gateway = ::fork();
  if (gateway == 0) {
    Loop loop;
    run(loop, start_and_tell(loop, std::move(options), tell[1]));
    ::_exit(0);
  }
  ::close(tell[1]);
  std::string pids;
  for (char c = 0; ::read(tell[0], &c, 1) == 1 && c != '\n';) pids += c;
  ::close(tell[0]);
  auto processes = observe(pids);
  ::kill(gateway, SIGKILL);
  ::waitpid(gateway, nullptr, 0);
  return processes;
}

TEST(ProcessEnd, TheWholeTreeEndsWhenWeAreKilled) {
  auto options = shell(std::string{kTree} + "cat > /dev/null; wait");
  options.orphan_grace = 50ms;
  const auto tree = left_by_a_killed_gateway(std::move(options));
  ASSERT_EQ(tree.size(), 4u);
  for (const Observed& process : tree) {
    EXPECT_TRUE(process.existed());
    EXPECT_TRUE(process.ends_within(10'000));
  }
}

TEST(ProcessEnd, ChildrenAreAskedBeforeTheyAreKilledWhenWeAreKilled) {
  const auto file = std::filesystem::temp_directory_path() / ("gatehouse-asked-" + std::to_string(::getpid()));
  // Nobody reads what it says on stderr (that its sleep was ended), and writing there would kill it.
  auto options = shell("exec 2> /dev/null; trap 'echo asked > " + file.string() +
                       "; exit' TERM; echo $$; while :; do sleep 0.05; done");
  options.orphan_grace = 10s;
  const auto child = left_by_a_killed_gateway(std::move(options));
  ASSERT_EQ(child.size(), 1u);
  EXPECT_TRUE(child[0].ends_within(10'000));
  std::string word;
  std::ifstream{file} >> word;
  EXPECT_EQ(word, "asked");
  std::filesystem::remove(file);
}

TEST(ProcessEnd, GuardsOfOtherChildrenDoNotKeepAChildAlive) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto first = co_await started(loop, shell("cat"));
    const auto second =
        co_await started(loop, shell("cat"));  // its guard was forked while the first one's pipes were open
    const ExitStatus end = co_await first->stop(10s, 10s);
    EXPECT_EQ(end.str(), "exit code 0");
    co_await second->stop();
  });
}

TEST(ProcessEnd, ManyStartsAndStopsLeaveNothingBehind) {
  on_loop([](Loop& loop) -> Task<void> {
    co_await (co_await started(loop, shell("cat")))->stop();
    const std::size_t before = open_fds();
    for (int i = 0; i < 200; ++i) {
      const auto process = co_await started(loop, shell("exec cat"));
      if (i % 2) process->kill();
      co_await process->stop();
    }
    EXPECT_EQ(open_fds(), before);
  });
  EXPECT_FALSE(has_children());
}

Task<void> count_exit(Process& process, int& count) {
  EXPECT_EQ((co_await process.wait()).code, 0);
  ++count;
}

TEST(ProcessEnd, AnyNumberOfCoroutinesMayWait) {
  on_loop([](Loop& loop) -> Task<void> {
    const auto process = co_await started(loop, shell("cat"));
    int count = 0;
    TaskGroup group;
    for (int i = 0; i < 3; ++i) group.spawn(count_exit(*process, count));
    EXPECT_EQ(count, 0);
    co_await process->stop();
    co_await group.join();
    EXPECT_EQ(count, 3);
  });
}

}  // namespace
}  // namespace gatehouse::net
