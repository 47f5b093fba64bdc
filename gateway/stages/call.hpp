#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/identity/challenge.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/middleware/pipeline.hpp>

#include "gateway/bridge/log_line.hpp"
#include "gateway/bridge/progress.hpp"
#include "gateway/catalog/link_index.hpp"
#include "gateway/catalog/view.hpp"
#include "gateway/pins/held.hpp"
#include "gateway/stages/access.hpp"
#include "gateway/upstream/upstream.hpp"

namespace gatehouse::pins {
class Filter;
}

/// What travels through the pipeline.
namespace gatehouse::stages {

/// One endpoint at one moment: its servers and what they offer together. Immutable; calls in flight keep theirs.
struct Routes {
  std::string endpoint;                                      ///< Path.
  std::vector<std::shared_ptr<upstream::Upstream>> servers;  ///< In the order of `view->sources()`.
  std::shared_ptr<const catalog::View> view;
  std::array<std::uint64_t, 4> announcements{};  ///< Sum of the servers' announced changes, by ListKind.
  unsigned progress_per_second =
      bridge::ProgressGate::kDefaultPerSecond;  ///< To one client's request; 0: as they come.
  bridge::LogRules log;
  catalog::LinkIndex& links;                                              ///< Of the endpoint.
  std::shared_ptr<Access> access = nullptr;                               ///< Null: everybody may do everything.
  std::shared_ptr<pins::Filter> pins = nullptr;                           ///< Null: tools are not pinned.
  std::shared_ptr<const pins::HeldTools> held = nullptr;                  ///< Null: none is.
  bool only_listed = false;                                               ///< Tools that no list shows do not exist.
  std::shared_ptr<const identity::ProtectedResource> resource = nullptr;  ///< For challenges; null: no OAuth here.
};

struct Call {
  const mcp::Call& in;                   ///< writer: the front
  const Routes& routes;                  ///< writer: the endpoint
  upstream::Upstream* server = nullptr;  ///< writer: Route; null until then. Authorize takes it back.
  catalog::Target target = {};           ///< writer: Route
  const policy::Rule* rule = nullptr;    ///< writer: Authorize. That permitted or refused it, if a rule did.
  std::shared_ptr<const policy::Then> then =
      nullptr;  ///< writer: Authorize. What the permit obliges to; null: nothing.
  const std::shared_ptr<const Routes>* keep =
      nullptr;  ///< writer: the endpoint. `routes` for calls that outlive their exchange
};

using Next = middleware::Next<Call, mcp::Reply>;
using Pipeline = middleware::Pipeline<Call, mcp::Reply>;

}  // namespace gatehouse::stages
