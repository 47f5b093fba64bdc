#pragma once
#include <functional>

#include "gateway/cli/pins.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// The commands of `gatehouse tools` for pinned tools, and the structs that their options are read into.
class PinsCommandLine {
 public:
  /// Adds them to `tools`; `action` becomes what was chosen. `source`: what stands before them, `tools -c FILE diff`.
  void add_to(CLI::App& tools, const Source& source, std::function<int()>& action);

 private:
  ToolsDiffOptions diff_;
  ToolsApproveOptions approve_;
};

}  // namespace gatehouse::cli
