#pragma once
#include <span>
#include <vector>

#include <gatehouse/client/link.hpp>

#include "gateway/catalog/header_parameters.hpp"
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// The parameter headers of one `tools/call` on its way to a server. Costs nothing for tools that have none.
/// Rule: gateway rules GB-252, GB-255.
class Mirror {
 public:
  explicit Mirror(const Call& call) : call_(call) {}

  /// For the request that is sent now; the second time the server's newest definition of the tool counts. Valid until the next
  /// call of this function. Errors: invalid_params.
  [[nodiscard]] Result<std::span<const net::Header>> headers(mcp::Revision server);

 private:
  [[nodiscard]] const catalog::HeaderParameters* parameters();

  const Call& call_;
  bool asked_before_ = false;
  std::shared_ptr<const catalog::ServerLists> newest_;
  std::vector<catalog::MadeHeader> made_;
  std::vector<net::Header> headers_;
};

}  // namespace gatehouse::stages
