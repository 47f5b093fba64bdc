#include <gatehouse/identity/failure_budget.hpp>

#include <algorithm>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "src/identity/recently_used.hpp"

namespace gatehouse::identity {
namespace {

/// IPv4: the address; IPv6: the network. Whatever is no address (a Unix socket) shares one.
std::uint64_t network_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  std::uint64_t network = 0;
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    std::memcpy(&network, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      std::memcpy(&network, v6.s6_addr + 12, 4);
    } else {
      std::memcpy(&network, v6.s6_addr, sizeof network);
    }
  }
  return network;
}

}  // namespace

struct FailureBudget::Impl {
  explicit Impl(const FailureBudgetOptions& options)
      : interval(TimePoint::duration(std::chrono::seconds(1)) / std::max<std::size_t>(options.per_second, 1)),
        allowance(interval * (std::max<std::size_t>(options.burst, 1) - 1)),
        paid_until(options.max_addresses) {}

  TimePoint::duration interval, allowance;
  RecentlyUsed<std::uint64_t, TimePoint> paid_until;  // each failure pays for one interval
};

FailureBudget::FailureBudget(const FailureBudgetOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FailureBudget::~FailureBudget() = default;

Milliseconds FailureBudget::wait(std::string_view address, TimePoint now) {
  const TimePoint* const paid = impl_->paid_until.find(network_of(address));
  if (!paid) return Milliseconds{0};
  return std::chrono::ceil<Milliseconds>(std::max(*paid - now - impl_->allowance, TimePoint::duration::zero()));
}

void FailureBudget::failed(std::string_view address, TimePoint now) {
  const auto network = network_of(address);
  const TimePoint* const paid = impl_->paid_until.find(network);
  impl_->paid_until.put(network, std::max(paid ? *paid : now, now) + impl_->interval);
}

std::size_t FailureBudget::addresses() const { return impl_->paid_until.size(); }

}  // namespace gatehouse::identity
