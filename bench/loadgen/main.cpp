#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "hold.hpp"
#include "load.hpp"
#include "options.hpp"

namespace loadgen {
namespace {

void allow_as_many_files_as_possible() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int report(const Options& options, const Summary& summary) {
  std::cout << (options.json ? to_json(summary) : to_text(summary)) << std::endl;
  return summary.errors() == 0 ? 0 : 1;
}

/// One run per line of input: "run SECONDS" or "count CALLS".
int obey_commands(const Options& options, Load& load) {
  std::cout << (options.json ? "{\"ready\":true}" : "ready") << std::endl;
  int status = 0;
  std::string verb;
  double amount = 0;
  while (std::cin >> verb >> amount) {
    Plan plan{.warm_up_seconds = options.warm_up_seconds};
    if (verb == "run") {
      plan.seconds = amount;
    } else if (verb == "count" && amount >= 1) {
      plan.count = static_cast<std::uint64_t>(amount);
    } else {
      std::cerr << "unknown command: " << verb << '\n';
      return 2;
    }
    status |= report(options, load.run(plan));
  }
  return status;
}

int run(const Options& options) {
  if (options.hold) return hold_sessions(options);
  Load load(options);
  if (options.on_command) return obey_commands(options, load);
  return report(options, load.run({options.warm_up_seconds, options.seconds, options.count}));
}

}  // namespace
}  // namespace loadgen

int main(int argc, char** argv) {
  const loadgen::Options options = loadgen::read_options(argc, argv);
  loadgen::allow_as_many_files_as_possible();
  try {
    return loadgen::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gatehouse-loadgen: %s\n", error.what());
    return 2;
  }
}
