#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <boost/intrusive/list.hpp>

#include <gatehouse/base/time.hpp>

namespace gatehouse::net {

/// What a server connection is about to do next. Every phase but `serving` has a time limit.
enum class Phase { idle, head, body, serving, writing, lingering };
inline constexpr std::size_t kPhases = 6;

/// Something that is in a phase. Leaves the table when destroyed.
class Phased : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  [[nodiscard]] Phase phase() const { return phase_; }
  /// The phase took too long. Called once; enter a phase again to be timed again.
  virtual void on_overdue() = 0;
  virtual ~Phased() = default;

 private:
  friend class PhaseTable;
  Phase phase_ = Phase::idle;
  std::uint64_t since_ = 0;
};

/// The connections of a server by phase, each phase in the order of entry: finding the overdue ones costs nothing for the
/// others, however many there are. Time is counted in ticks.
class PhaseTable {
 public:
  /// `limits[phase]`; zero: no limit.
  PhaseTable(const std::array<Milliseconds, kPhases>& limits, Milliseconds tick) {
    for (std::size_t i = 0; i < kPhases; ++i)
      limits_[i] = static_cast<std::uint64_t>((limits[i] + tick - Milliseconds{1}) / tick);
  }

  void enter(Phased& item, Phase phase) {
    item.unlink();
    item.phase_ = phase;
    item.since_ = now_;
    lists_[index(phase)].push_back(item);
  }

  /// A tick has passed.
  void tick() {
    ++now_;
    for (std::size_t i = 0; i < kPhases; ++i) {
      if (limits_[i] == 0) continue;
      // The first tick of a phase is a part of one, so it does not count.
      while (!lists_[i].empty() && now_ - lists_[i].front().since_ > limits_[i]) {
        Phased& overdue = lists_[i].front();
        lists_[i].pop_front();
        rest_.push_back(overdue);
        overdue.on_overdue();
      }
    }
  }

  /// `visit` may end the item it is given, but no other.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& list : lists_) for_each_in(list, visit);
    for_each_in(rest_, visit);
  }

 private:
  using List = boost::intrusive::list<Phased, boost::intrusive::constant_time_size<false>>;
  static std::size_t index(Phase phase) { return static_cast<std::size_t>(phase); }
  template <class Visit>
  static void for_each_in(List& list, Visit& visit) {
    for (auto it = list.begin(); it != list.end();) visit(*it++);
  }

  std::array<std::uint64_t, kPhases> limits_{};
  std::array<List, kPhases> lists_;
  List rest_;  // overdue ones that have not moved on yet
  std::uint64_t now_ = 0;
};

}  // namespace gatehouse::net
