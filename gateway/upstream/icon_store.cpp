#include "gateway/upstream/icon_store.hpp"

#include <algorithm>
#include <array>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kMaxIcons = 64, kMaxBytes = 32u << 10, kMaxKnown = 256;
constexpr Milliseconds kPatience{3'000};
constexpr std::array<std::string_view, 3> kTypes = {"image/png", "image/jpeg", "image/webp"};

std::string base64(std::string_view bytes) {
  std::string text = to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

}  // namespace

Task<void> IconStore::fetch(const net::Url& server, std::vector<std::string> sources, Cancel& cancel) {
  if (known_.size() > kMaxKnown) known_.clear();
  Cancel stop;
  const Cancel::Hook outer(cancel, [&] { stop.request(cancel.reason()); });
  const net::Deadline deadline(loop_.timers(), kPatience, stop);
  std::size_t fetched = 0;
  for (const std::string& source : sources) {
    if (stop.requested() || fetched == kMaxIcons) co_return;
    const auto url = net::parse_url(source);
    if (!url || !net::same_origin(*url, server) || known_.contains(source)) continue;
    ++fetched;
    std::string icon = co_await get(*url, stop);
    if (!stop.requested()) known_.emplace(source, std::move(icon));
  }
}

Task<std::string> IconStore::get(const net::Url& url, Cancel& cancel) {
  const net::HttpRequest request{.method = "GET", .fixed_headers = "Accept: image/png, image/jpeg, image/webp\r\n"};
  auto reply = co_await http_.send(url, request, cancel);
  if (!reply || reply->status() != 200) co_return std::string();
  const std::string type(reply->media_type());
  if (std::ranges::find(kTypes, type) == kTypes.end()) co_return std::string();
  const auto body = co_await reply->body(kMaxBytes, cancel);
  if (!body || body->size() == 0) co_return std::string();
  co_return "data:" + type + ";base64," + base64(body->view());
}

std::string IconStore::find(const std::string& source) const {
  const auto found = known_.find(source);
  return found == known_.end() ? std::string() : found->second;
}

}  // namespace gatehouse::upstream
