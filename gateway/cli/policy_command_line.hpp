#pragma once
#include <functional>

#include "gateway/cli/policy.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// `gatehouse policy COMMAND …` and what its options are read into.
class PolicyCommandLine {
 public:
  void add_to(CLI::App& app, std::function<int()>& action);

 private:
  PolicyCheckOptions check_;
  PolicyTestOptions test_;
  PolicyExplainOptions explain_;
  PolicyDiffOptions diff_;
};

}  // namespace gatehouse::cli
