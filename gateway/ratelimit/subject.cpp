#include "gateway/ratelimit/subject.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace gatehouse::ratelimit {
namespace {

constexpr std::size_t kMaxAddress = 45;
constexpr std::size_t kMaxShown = 200;

/// Of everything but the tool, which has two parts.
std::string_view text_of(const Subject& subject, Dimension dimension) {
  switch (dimension) {
    case Dimension::ip: return subject.address;
    case Dimension::user: return subject.user;
    case Dimension::client: return subject.client;
    case Dimension::apikey: return subject.apikey;
    case Dimension::tenant: return subject.tenant;
    case Dimension::server: return subject.target.server;
    case Dimension::tool: return subject.target.local;
    case Dimension::endpoint: return subject.endpoint;
    case Dimension::session: return subject.session;
  }
  return {};
}

}  // namespace

Network::Network(std::string_view address) : text(address) {
  if (address.find(':') == address.npos || address.size() > kMaxAddress) return;
  std::array<char, kMaxAddress + 1> copy{};
  address.copy(copy.data(), address.size());
  in6_addr bytes{};
  if (inet_pton(AF_INET6, copy.data(), &bytes) != 1) return;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    const auto dots = address.rfind(':');
    if (address.find('.') != address.npos) text = address.substr(dots + 1);
    return;
  }
  std::memcpy(prefix.data(), &bytes, prefix.size());
  text = {prefix.data(), prefix.size()};
}

bool SubjectKeys::has(Dimension dimension) const {
  if (dimension == Dimension::tool && subject_.method != mcp::Method::tools_call) return false;
  return !text_of(subject_, dimension).empty();
}

const Key& SubjectKeys::one(Dimension dimension) {
  Key& key = keys_[static_cast<std::size_t>(dimension)];
  if (made_.has(dimension)) return key;
  made_.add(dimension);
  KeyMaker maker(seed_);
  maker.add(static_cast<std::uint64_t>(dimension));
  if (dimension == Dimension::ip) {
    key = maker.add(Network(subject_.address).text).finish();
  } else if (dimension == Dimension::tool) {
    const Name& name = subject_.target;
    maker.add(name.server.size()).add(name.server);
    if (name.size() <= kMaxName) maker.add(name.local);
    key = maker.finish();
  } else {
    key = maker.add(text_of(subject_, dimension)).finish();
  }
  return key;
}

std::optional<Key> SubjectKeys::of(Dimensions per) {
  Dimension only = Dimension::ip;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    if (!per.has(dimension)) continue;
    if (!has(dimension)) return std::nullopt;
    only = dimension;
  }
  if (per.size() == 1) return one(only);
  KeyMaker maker(seed_);
  maker.add(std::uint64_t{per.bits()} << 8);  // no single dimension has such a number
  for (std::size_t i = 0; i < kDimensions; ++i)
    if (per.has(static_cast<Dimension>(i))) maker.add(one(static_cast<Dimension>(i)));
  return maker.finish();
}

std::string describe(const Subject& subject, Dimensions per) {
  std::string out;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    if (!per.has(dimension)) continue;
    out.append(out.empty() ? "" : ", ").append(to_string(dimension)).append(" ");
    if (dimension == Dimension::tool) out.append(subject.target.server).append(".");
    out.append(text_of(subject, dimension).substr(0, kMaxShown));
  }
  return out;
}

}  // namespace gatehouse::ratelimit
