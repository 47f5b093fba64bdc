#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/task_group.hpp>

#include "gateway/upstream/upstream.hpp"

namespace gatehouse::app {

/// The configured servers. A reload starts what is new, stops what is gone, restarts what changed, and leaves the rest alone.
class Servers {
 public:
  explicit Servers(upstream::Environment environment) : environment_(std::move(environment)) {}

  /// `drain`: how long a server that goes away may finish its running calls.
  void apply(const std::vector<upstream::Options>& wanted, Milliseconds drain);
  [[nodiscard]] const std::vector<std::shared_ptr<upstream::Upstream>>& all() const {
    return servers_;
  }  ///< In configuration order.
  [[nodiscard]] std::shared_ptr<upstream::Upstream> find(std::string_view name) const;
  [[nodiscard]] bool all_tried() const;
  Task<void> stop(Milliseconds grace);

 private:
  Task<void> retire(std::shared_ptr<upstream::Upstream> server, Milliseconds grace);
  upstream::Environment environment_;
  std::vector<std::shared_ptr<upstream::Upstream>> servers_;
  TaskGroup retiring_;
};

}  // namespace gatehouse::app
