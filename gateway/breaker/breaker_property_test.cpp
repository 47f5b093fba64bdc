// The breaker against one that keeps everything that ever happened and thinks it through each time.
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "gateway/breaker/breaker.hpp"

namespace gatehouse::breaker {
namespace {

struct Model {
  explicit Model(BreakerOptions o) : options(o) {}

  struct Event {
    std::int64_t bucket;
    bool ok;
  };
  [[nodiscard]] std::int64_t bucket(TimePoint t) const { return t.time_since_epoch() / (options.window / 10); }
  void note(TimePoint t, bool ok) {
    newest = std::max(newest, bucket(t));
    events.push_back({newest, ok});
  }
  [[nodiscard]] bool too_many(TimePoint now) {
    newest = std::max(newest, bucket(now));
    std::size_t all = 0, bad = 0, row = 0;
    for (const Event& e : events) {
      row = e.ok ? 0 : row + 1;
      if (e.bucket <= newest - 10) continue;
      ++all;
      bad += e.ok ? 0 : 1;
    }
    return (options.failures > 0 && row >= options.failures) ||
           (options.error_rate > 0 && all >= options.min_calls && bad * 100 >= options.error_rate * all);
  }
  void change(BreakerState to) { state = to, trials.clear(), passed = 0, checking = {}, ++period; }
  void open(TimePoint until) { change(BreakerState::open), open_until = until; }
  void close(TimePoint now) {
    change(BreakerState::closed), events.clear(), by_checks = misled = false;
    closed_at = now;
  }
  void think_of_pause(bool by_calls, TimePoint now) {
    const bool again = pause.count() > 0 && (state == BreakerState::half_open || now < closed_at + pause);
    misled = state == BreakerState::half_open && by_calls;
    pause = again ? std::min(pause * 2, options.max_open_for) : options.open_for;
  }

  /// 0: refused; else the number of the attempt.
  int admit(TimePoint now) {
    if (state == BreakerState::open && now >= open_until) change(BreakerState::half_open);
    if (checking && now >= *checking) checking = {};
    if (state == BreakerState::open || (state == BreakerState::half_open && checking)) return 0;
    if (state == BreakerState::half_open) {
      std::size_t busy = 0;
      for (const auto& [number, until] : trials) busy += until > now;
      if (busy >= std::max<std::size_t>(options.probes, 1)) return 0;
      trials[last + 1] = now + options.open_for;
    }
    periods[++last] = period;
    return last;
  }

  const BreakerOptions options;
  BreakerState state = BreakerState::closed;
  std::vector<Event> events;
  std::int64_t newest = 0;
  std::map<int, TimePoint> trials;
  std::map<int, int> periods;  // of attempts
  std::optional<TimePoint> checking;
  TimePoint open_until, closed_at;
  Milliseconds pause{0};  // without jitter
  std::size_t passed = 0;
  bool by_checks = false, misled = false;
  int period = 0, last = 0;
};

struct Attempt {
  Breaker::Ticket ticket;
  int number;
};

class Duel {
 public:
  Duel(BreakerOptions options, unsigned seed) : random_(seed), breaker_(options, seed), model_(options) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      now_ += Milliseconds{roll(10) == 0 ? roll(20'000) : roll(200)};
      step(roll(12));
      EXPECT_EQ(breaker_.state(), model_.state) << "after step " << i;
    }
  }
  [[nodiscard]] std::uint64_t openings() const { return breaker_.transitions()[1]; }
  [[nodiscard]] std::uint64_t closings() const { return breaker_.transitions()[0]; }

 private:
  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

  void step(unsigned what) {
    if (what < 5) return admit();
    if (what < 10 && !running_.empty()) return finish();
    if (what == 10) return check();
    if (what == 11 && roll(20) == 0 && model_.state != BreakerState::open) {
      breaker_.trip(now_);
      opened(false);
      model_.by_checks = true;
    }
  }

  void admit() {
    const auto ticket = breaker_.admit(now_);
    const int number = model_.admit(now_);
    ASSERT_EQ(ticket.has_value(), number != 0);
    // Some never come back.
    if (ticket && roll(15) != 0) running_.push_back({*ticket, number});
  }

  void finish() {
    const std::size_t which = roll(static_cast<unsigned>(running_.size()));
    const Attempt attempt = running_[which];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    const bool current = model_.periods[attempt.number] == model_.period;
    model_.trials.erase(attempt.number);
    const unsigned how = roll(10);
    if (how == 0) return breaker_.abandoned(attempt.ticket);
    const bool good = broken_ ? how < 3 : how < 9;
    if (roll(40) == 0) broken_ = !broken_;
    if (good) {
      breaker_.succeeded(attempt.ticket, now_);
      if (model_.state == BreakerState::closed) return model_.note(now_, true);
      if (model_.state == BreakerState::half_open && current && ++model_.passed >= model_.options.probes)
        model_.close(now_);
    } else {
      breaker_.failed(attempt.ticket, now_);
      if (!current || model_.state == BreakerState::open) return;
      if (model_.state == BreakerState::half_open) return opened(true);
      model_.note(now_, false);
      if (model_.too_many(now_)) opened(true);
    }
  }

  void check() {
    if (roll(2) == 0) {
      const bool begun = breaker_.begin_check(now_, Milliseconds{3000});
      ASSERT_EQ(begun, model_.state == BreakerState::open && now_ >= model_.open_until);
      if (begun) model_.change(BreakerState::half_open), model_.checking = now_ + Milliseconds{3000};
    } else if (roll(2) == 0) {
      breaker_.check_failed(now_);
      if (model_.state == BreakerState::half_open) opened(false);
    } else {
      breaker_.check_passed(now_);
      if (model_.state == BreakerState::closed) return;
      if (model_.by_checks) return model_.close(now_);
      if (model_.state == BreakerState::open) {
        if (!model_.misled) model_.change(BreakerState::half_open);
        return;
      }
      if (model_.checking) return model_.checking.reset();
      if (++model_.passed >= model_.options.probes) model_.close(now_);
    }
  }

  void opened(bool by_calls) {
    const auto pause = breaker_.open_until() - now_;
    ASSERT_EQ(breaker_.state(), BreakerState::open);
    model_.think_of_pause(by_calls, now_);
    EXPECT_GE(pause, model_.pause);
    EXPECT_LE(pause, model_.pause + model_.pause / 10);
    model_.open(breaker_.open_until());
  }

  std::mt19937 random_;
  Breaker breaker_;
  Model model_;
  TimePoint now_{Milliseconds{1'000'000}};
  std::vector<Attempt> running_;
  bool broken_ = false;
};

TEST(BreakerProperty, AgreesWithASlowObviousOneInAnyOrderOfEvents) {
  std::uint64_t openings = 0, closings = 0;
  for (unsigned seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Duel duel({.failures = seed % 6,
               .error_rate = seed % 5 * 20,
               .min_calls = 5 + seed % 20,
               .window = Milliseconds{10 * (1 + seed % 3000)},
               .open_for = Milliseconds{500 + seed % 7 * 1000},
               .max_open_for = Milliseconds{20'000},
               .probes = 1 + seed % 3},
              seed);
    duel.run(2000);
    openings += duel.openings();
    closings += duel.closings();
  }
  EXPECT_GT(openings, 1000u) << "the test must get somewhere";
  EXPECT_GT(closings, 500u);
}

TEST(BreakerProperty, AlwaysAdmitsSomebodyAfterLongEnoughSilence) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    Breaker breaker({.probes = 1 + seed % 3}, seed);
    TimePoint now{Milliseconds{5}};
    for (int i = 0; i < 200; ++i) {
      now += Milliseconds{random() % 1000};
      const auto ticket = breaker.admit(now);
      if (ticket && random() % 4 != 0) breaker.failed(*ticket, now);  // the others are lost
      if (random() % 50 == 0) (void)breaker.begin_check(now, Milliseconds{3000});
    }
    EXPECT_TRUE(breaker.admit(now + Milliseconds{200'000})) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gatehouse::breaker
