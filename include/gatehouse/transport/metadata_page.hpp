#pragma once
#include <gatehouse/identity/challenge.hpp>
#include <gatehouse/net/http_server.hpp>

namespace gatehouse::transport {

/// Answers a request for the metadata of a protected resource: GET, HEAD and preflights, for anybody and from pages of any origin, with an
/// ETag. Where it is served is `identity::metadata_path(resource.identifier)`. Rule: RFC 9728 section 3; RS-10 to RS-12.
Task<void> serve_metadata(net::HttpExchange& exchange, const identity::ProtectedResource& resource);

}  // namespace gatehouse::transport
