#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/input_required.hpp"

namespace gatehouse::bridge {

/// A call that is made again from its start in every round, instead of waiting while its client is asked: what was answered before is
/// answered from memory, and the memory travels with the client. A question is known again by its method and its params; the same one
/// asked twice in a run is two. Pure. Rule: gateway rules GB-129, GB-131.
class Replay {
 public:
  Replay() = default;
  /// What `remember` wrote. None: it is nothing of the kind.
  [[nodiscard]] static std::optional<Replay> of(std::string_view memory);

  /// The client's answers to what the last run asked. Those to nothing are ignored; questions without one are asked again.
  void answered(const InputResponses& responses);
  /// How often the call was made already.
  [[nodiscard]] std::size_t runs() const { return runs_; }

  /// A question of this run. The raw answer, if there is one; else it is open now.
  std::optional<std::string> ask(Question question);
  /// What this run asks, under keys that were never used before (GB-121).
  [[nodiscard]] const std::vector<KeyedQuestion>& open() const { return open_; }
  /// For the next run.
  [[nodiscard]] std::string remember() const;

 private:
  std::map<std::string, std::string> answers_;  // raw, by question
  std::map<std::string, std::string> asked_;    // questions of the last run, by key
  std::map<std::string, int> times_;            // in this run
  std::vector<KeyedQuestion> open_;
  std::map<std::string, std::string> now_asked_;
  std::size_t next_key_ = 1, runs_ = 0;
};

}  // namespace gatehouse::bridge
