#include "gateway/ratelimit/subject.hpp"

#include <algorithm>

#include <gatehouse/base/address_range.hpp>
#include <gatehouse/base/wildcard.hpp>

namespace gatehouse::ratelimit {
namespace {

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

bool matches(std::span<const std::string> patterns, const Name& name) {
  if (name.size() > kMaxName) return true;
  std::array<char, kMaxName> text;  // NOLINT: filled below
  char* end = std::ranges::copy(name.server, text.data()).out;
  *end++ = '.';
  std::ranges::copy(name.local, end);
  return matches_any_wildcards(patterns, {text.data(), name.size()});
}

Network::Network(std::string_view address) : text_(address) {
  if (address.find(':') == address.npos) return;
  const auto parsed = IpAddress::parse(address);
  if (parsed) text_ = network_ = parsed->is_v4() ? address.substr(address.rfind(':') + 1) : parsed->network(64);
}

bool SubjectKeys::has(Dimension dimension) const {
  if (dimension == Dimension::tool && subject_.method != mcp::Method::tools_call) return false;
  if (dimension == Dimension::tenant) return true;  // "" is one, too
  return !text_of(subject_, dimension).empty();
}

const Key& SubjectKeys::one(Dimension dimension) {
  Key& key = keys_[static_cast<std::size_t>(dimension)];
  if (made_.has(dimension)) return key;
  made_.add(dimension);
  KeyMaker maker(seed_);
  maker.add(static_cast<std::uint64_t>(dimension));
  if (dimension == Dimension::ip) {
    key = maker.add(Network(subject_.address).text()).finish();
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
  for (const Dimension dimension : per)
    if (!has(dimension)) return std::nullopt;
  if (per.size() == 1) return one(*per.begin());
  KeyMaker maker(seed_);
  maker.add(std::uint64_t{per.bits()} << 8);  // no single dimension has such a number
  for (const Dimension dimension : per) maker.add(one(dimension));
  return maker.finish();
}

std::string describe(const Subject& subject, Dimensions per) {
  std::string out;
  for (const Dimension dimension : per) {
    out.append(out.empty() ? "" : ", ").append(to_string(dimension)).append(" ");
    if (dimension == Dimension::tool) out.append(subject.target.server).append(".");
    out.append(text_of(subject, dimension).substr(0, kMaxShown));
  }
  return out;
}

}  // namespace gatehouse::ratelimit
