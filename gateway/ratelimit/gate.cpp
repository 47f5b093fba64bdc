#include "gateway/ratelimit/gate.hpp"

#include "gateway/ratelimit/subject.hpp"

namespace gatehouse::ratelimit {
namespace {

Backoff::Options backoff_options(const GateOptions& options) {
  return {.free = options.free_failures,
          .first = options.backoff,
          .longest = options.max_backoff,
          .max_keys = options.max_keys};
}

}  // namespace

Gate::Gate(const Seed& seed, const GateOptions& options)
    : seed_(seed),
      options_(options),
      requests_(Pace(options.rate, options.burst), options.max_keys),
      failures_(Pace(options.failures, 0), options.max_keys),
      backoff_(backoff_options(options)) {}

void Gate::set_options(const GateOptions& options) {
  if (options.rate != options_.rate || options.burst != options_.burst)
    requests_ = LocalBuckets(Pace(options.rate, options.burst), options.max_keys);
  if (options.failures != options_.failures) failures_ = LocalBuckets(Pace(options.failures, 0), options.max_keys);
  requests_.set_max_keys(options.max_keys);
  failures_.set_max_keys(options.max_keys);
  backoff_.set_options(backoff_options(options));
  options_ = options;
}

Key Gate::network(std::string_view address) const { return KeyMaker(seed_).add(Network(address).text()).finish(); }

Key Gate::credential(std::string_view address, std::string_view handle) const {
  return KeyMaker(seed_).add(network(address)).add(handle).finish();
}

Nanoseconds Gate::request(std::string_view address, TimePoint now) {
  if (!limits_requests()) return Nanoseconds{0};
  const Taken taken = requests_.take(network(address), now);
  if (taken.verdict == Verdict::admitted) return Nanoseconds{0};
  ++counters_.requests;
  return taken.wait;
}

Nanoseconds Gate::refused_if(Nanoseconds wait) {
  if (wait <= Nanoseconds{0}) return Nanoseconds{0};
  ++counters_.credentials;
  return wait;
}

Nanoseconds Gate::repeat(std::string_view address, std::string_view handle, TimePoint now) {
  return refused_if(backoff_.wait(credential(address, handle), now));
}

Nanoseconds Gate::attempt(std::string_view address, std::string_view handle, TimePoint now) {
  Nanoseconds wait = backoff_.wait(credential(address, handle), now);
  if (options_.failures.count > 0) wait = std::max(wait, failures_.wait(network(address), now));
  return refused_if(wait);
}

Nanoseconds Gate::failed(std::string_view address, std::string_view handle, TimePoint now) {
  backoff_.failed(credential(address, handle), now);
  const Milliseconds remembered = 2 * options_.max_backoff;
  quiet_from_ = std::max(quiet_from_, now + std::max<Nanoseconds>(remembered, Pace(options_.failures, 0).refill()));
  if (options_.failures.count == 0) return Nanoseconds{0};
  return refused_if(failures_.take(network(address), now).wait);
}

void Gate::succeeded(std::string_view address, std::string_view handle) {
  backoff_.succeeded(credential(address, handle));
}

std::optional<std::uint64_t> Gate::reminder(std::string_view address, TimePoint now) {
  return reminder_.happened(network(address), now);
}

}  // namespace gatehouse::ratelimit
