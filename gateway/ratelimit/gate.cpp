#include "gateway/ratelimit/gate.hpp"

#include "gateway/ratelimit/subject.hpp"

namespace gatehouse::ratelimit {

Gate::Gate(const Seed& seed, const GateOptions& options)
    : seed_(seed),
      options_(options),
      requests_(Pace(options.rate, options.burst), options.max_keys),
      failures_(Pace(options.failures, 0), options.max_keys),
      backoff_(options.backoff) {}

void Gate::set_options(const GateOptions& options) {
  if (options.rate != options_.rate || options.burst != options_.burst)
    requests_ = LocalBuckets(Pace(options.rate, options.burst), options.max_keys);
  if (options.failures != options_.failures) failures_ = LocalBuckets(Pace(options.failures, 0), options.max_keys);
  requests_.set_max_keys(options.max_keys);
  failures_.set_max_keys(options.max_keys);
  backoff_.set_options(options.backoff);
  options_ = options;
}

Key Gate::network(std::string_view address) const { return KeyMaker(seed_).add(Network(address).text).finish(); }

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

Nanoseconds Gate::attempt(std::string_view address, std::string_view handle, TimePoint now) {
  const Nanoseconds wait =
      std::max(backoff_.wait(credential(address, handle), now), failures_.wait(network(address), now));
  if (wait <= Nanoseconds{0}) return Nanoseconds{0};
  ++counters_.credentials;
  return wait;
}

void Gate::failed(std::string_view address, std::string_view handle, TimePoint now) {
  backoff_.failed(credential(address, handle), now);
  (void)failures_.take(network(address), now);
}

void Gate::succeeded(std::string_view address, std::string_view handle) {
  backoff_.succeeded(credential(address, handle));
}

}  // namespace gatehouse::ratelimit
