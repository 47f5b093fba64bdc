#pragma once
#include <map>
#include <string>
#include <vector>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::upstream {

/// Pictures of one server's definitions as `data:` URLs: clients trust no icon from another origin than the server's, which behind a
/// gateway is the gateway's. They are fetched from the server's own address only, without its credentials, so that no definition makes
/// the gateway ask anybody else. PNG, JPEG and WebP up to 32 KiB, 64 of them, within three seconds. Rule: GB-273.
class IconStore {
 public:
  IconStore(net::Loop& loop, net::HttpClient& http) : loop_(loop), http_(http) {}

  /// Gets those that it was never asked for. What cannot be had is left out.
  Task<void> fetch(const net::Url& server, std::vector<std::string> sources, Cancel& cancel);
  /// Empty: it is not to be had.
  [[nodiscard]] std::string find(const std::string& source) const;

 private:
  Task<std::string> get(const net::Url& url, Cancel& cancel);
  net::Loop& loop_;
  net::HttpClient& http_;
  std::map<std::string, std::string> known_;
};

}  // namespace gatehouse::upstream
