#include "summary.hpp"

#include <cstdio>

namespace loadgen {
namespace {

double microseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    out += byte < 0x20 || byte > 0x7e ? '?' : c;
  }
  return out + '"';
}

template <typename... Args>
std::string format(const char* pattern, Args... args) {
  char buffer[512];
  const int length = std::snprintf(buffer, sizeof buffer, pattern, args...);
  return {buffer, static_cast<std::size_t>(length)};
}

}  // namespace

std::uint64_t Summary::errors() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < kOutcomes; ++i) sum += outcomes[i];
  return sum;
}

double Summary::rate() const { return seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0; }

std::string to_json(const Summary& s) {
  std::string out = format(R"({"calls":%lu,"answered":%lu,"seconds":%.6f,"rate":%.1f,)", s.latency.count(),
                           s.count(Outcome::ok), s.seconds, s.rate());
  out += format(R"("latency_us":{"mean":%.2f,"p50":%.2f,"p99":%.2f,"p999":%.2f,"max":%.2f},)", s.latency.mean() / 1000,
                microseconds(s.latency.percentile(0.5)), microseconds(s.latency.percentile(0.99)),
                microseconds(s.latency.percentile(0.999)), microseconds(s.latency.max()));
  out += format(R"("errors":%lu,)", s.errors());
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    out += format(R"("%s":%lu,)", kOutcomeNames[i].data(), s.outcomes[i]);
  }
  out += format(R"("reconnects":%lu,"notifications":%lu,"body_bytes":%lu,"request_bytes":%lu,"first_error":)",
                s.reconnects, s.notifications, s.body_bytes, s.request_bytes);
  return out + quoted(s.first_error) + "}";
}

std::string to_text(const Summary& s) {
  std::string out =
      format("%lu calls in %.2f s: %.0f/s, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.0f us, ", s.latency.count(),
             s.seconds, s.rate(), microseconds(s.latency.percentile(0.5)), microseconds(s.latency.percentile(0.99)),
             microseconds(s.latency.percentile(0.999)), microseconds(s.latency.max()));
  out += format("%lu errors", s.errors());
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    if (s.outcomes[i] > 0) out += format(", %lu %s", s.outcomes[i], kOutcomeNames[i].data());
  }
  if (!s.first_error.empty()) out += " (first: " + quoted(s.first_error) + ")";
  return out;
}

}  // namespace loadgen
