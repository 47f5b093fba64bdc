#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/url.hpp>

/// Requests to issuers: small JSON documents, and no way into networks that the operator did not name.
namespace gatehouse::identity {

struct OutboundOptions {
  Milliseconds timeout{5'000};        ///< Of one request, from the name look-up to the last byte.
  std::size_t max_bytes = 64u << 10;  ///< Of one document.
  std::size_t max_connections = 32;   ///< To one issuer.
};

/// Where a URL comes from decides where it may lead.
enum class Named {
  by_operator,  ///< A setting, or the origin of one: any address.
  by_others,    ///< Learned by discovery: public addresses only (SB-32).
};

/// How somebody is reached.
struct Route {
  net::Url url;
  Named named = Named::by_others;
  std::string ca_file;  ///< PEM with the authorities that count; empty: the system's.
};

struct Document {
  std::string text;
  std::optional<std::chrono::seconds> max_age;  ///< Of `Cache-Control`; zero for `no-store` and `no-cache`.
};

/// One per loop; outlives the issuers. No redirects, no cookies. Rule: SB-30 to SB-34.
class Outbound {
 public:
  Outbound(net::Loop& loop, OutboundOptions options);

  /// The body of a 200 answer that is JSON by its type. Errors (verifier_unavailable, origin upstream), `detail` says what happened and is
  /// never for clients (SB-35); or `cancel`. Origin client: the answer was 400, the endpoint itself is fine.
  Task<Result<Document>> get(const Route& route, Cancel& cancel);
  /// The same, with a form to post. `headers` as in net::HttpRequest.
  Task<Result<Document>> post(const Route& route, std::string_view form, std::span<const net::Header> headers,
                              Cancel& cancel);

 private:
  Task<Result<Document>> ask(const Route& route, const net::HttpRequest& request, Cancel& cancel);
  net::HttpClient& client_for(const Route& route);

  net::Loop& loop_;
  OutboundOptions options_;
  std::map<std::pair<Named, std::string>, net::HttpClient> clients_;
};

/// https, or http to this machine. Errors: invalid_config. Rule: SB-31.
[[nodiscard]] Result<net::Url> parse_issuer_url(std::string_view text);
/// Whom a URL that the documents of `origin` name was named by: an issuer may name what is on its own origin, and one on this machine
/// whatever is on this machine.
[[nodiscard]] Named named_at(const net::Url& origin, const net::Url& url);

}  // namespace gatehouse::identity
