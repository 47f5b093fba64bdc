#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::telemetry {
namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // without the one that reads the list
}

double file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

/// Since the epoch: boot time plus field 22 of /proc/self/stat (proc(5)); the program's name before it may contain anything
/// up to the last ')'.
double start_time() {
  std::string stat, word;
  std::getline(std::ifstream("/proc/self/stat"), stat);
  double ticks = 0, boot = 0;
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != stat.npos; ++field) at = stat.find(' ', at + 1);
  if (at != stat.npos) std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), ticks);
  std::ifstream in("/proc/stat");
  while (in >> word)
    if (word == "btime") in >> boot;
  return boot + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void observe_process(Metrics& metrics) {
  using enum Metrics::Type;
  metrics.observe("process_cpu_seconds_total", "", counter, "User and system CPU time of the process.", cpu_seconds);
  metrics.observe("process_resident_memory_bytes", "", gauge, "Resident memory of the process.", resident_bytes);
  metrics.observe("process_open_fds", "", gauge, "Open file descriptors.", open_files);
  metrics.observe("process_max_fds", "", gauge, "Limit of open file descriptors.", file_limit);
  metrics.observe("process_start_time_seconds", "", gauge, "Start of the process, seconds since 1970.",
                  [at = start_time()] { return at; });
}

}  // namespace gatehouse::telemetry
