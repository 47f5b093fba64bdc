#pragma once
#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "gateway/bridge/parked_call.hpp"

namespace gatehouse::bridge::test {

/// Drives a ParkedCall with arbitrary events of server, client and clock, and compares it with what has to hold whatever happens.
class RandomParkedCall {
 public:
  /// Each byte is an event. Returns what did not hold; null: everything did.
  const char* run(std::span<const std::uint8_t> events) {
    for (const std::uint8_t event : events) {
      happen(event & 7, event >> 3);
      settle();
      if (broken_ || over_) break;
    }
    return broken_;
  }

 private:
  using Verdict = ParkedCall::Retry::Verdict;

  void happen(int what, std::uint64_t detail) {
    switch (what) {
      case 0: return ask();
      case 1:
        if (!keys_.empty()) call_.withdrawn(open_key(detail));
        return;
      case 2:
        if (!finished_ && detail % 4 == 0) {
          finished_ = true;
          call_.finished();
        }
        return;
      case 3:
        if (waiting_ > 0) {
          --waiting_;
          call_.left();
        }
        return;
      case 4: now_ += Milliseconds{1 + detail * detail * 37}; return;
      default: return retry(1 + detail % (call_.generation() + 1), detail / 2);
    }
  }

  void ask() {
    const auto key = call_.asked({}, now_);
    if (!key) return;
    expect(!finished_, "a call that ended asks");
    expect(keys_.insert(*key).second, "a key was used twice");
  }

  void retry(std::uint64_t generation, std::uint64_t detail) {
    InputResponses responses;
    if (detail & 1) responses.answers.emplace_back(open_key(detail), "{}");
    if (detail & 2) responses.answers.emplace_back("r999999", R"({"a":1})");
    const std::size_t open = call_.open_questions().size();
    const bool parked = call_.is_parked();
    const auto retry = call_.retry(generation, responses, now_);
    if (retry.verdict == Verdict::taken) {
      expect(parked && generation == call_.generation(), "an old generation was taken");
      expect(used_.insert(generation).second, "a generation was used twice");
      for (const auto& [key, answer] : retry.deliver)
        expect(answered_.insert(key).second, "a question was answered twice");
      expect(finished_ || call_.open_questions().size() + retry.deliver.size() == open, "a question was lost");
    } else {
      expect(retry.deliver.empty(), "answers of a refused retry were delivered");
      expect(call_.open_questions().size() == open, "a refused retry changed something");
    }
    if (retry.verdict != Verdict::taken && retry.verdict != Verdict::joined) return;
    call_.attached();
    ++waiting_;
  }

  void settle() {
    for (int i = 0; i < 8 && !over_; ++i) {
      const auto generation = call_.generation();
      switch (call_.next(now_)) {
        case ParkedCall::Step::wait:
          return expect(!call_.due() || *call_.due() > now_, "something is due and nothing is done");
        case ParkedCall::Step::ask:
          expect(waiting_ > 0 && !call_.open_questions().empty(), "nobody was asked, or nothing");
          expect(call_.generation() == generation + 1 && call_.is_parked(), "generations have to count");
          expect(call_.generation() <= QuestionOptions{}.max_rounds, "it asks endlessly");
          waiting_ = 0;
          parked_at_ = now_;
          break;
        case ParkedCall::Step::answer:
          expect(finished_ && waiting_ > 0, "an outcome that is none, or for nobody");
          waiting_ = 0;
          break;
        case ParkedCall::Step::give_up:
          expect(call_.generation() == QuestionOptions{}.max_rounds && call_.open_questions().empty(),
                 "questions were given up that could be asked");
          break;
        case ParkedCall::Step::abandon:
          expect(waiting_ == 0 && !call_.is_parked() && !finished_,
                 "a call was given up that somebody can come back to");
          over_ = true;
          break;
        case ParkedCall::Step::expire:
          expect(call_.is_parked() && now_ - parked_at_ >= QuestionOptions{}.parked_wait, "a call expired early");
          over_ = true;
          break;
        case ParkedCall::Step::forget:
          expect(finished_ && waiting_ == 0, "a call was forgotten that somebody waits for");
          over_ = true;
          break;
      }
    }
    expect(over_ || call_.next(now_) == ParkedCall::Step::wait, "it never rests");
  }

  [[nodiscard]] std::string open_key(std::uint64_t detail) const {
    const auto& open = call_.open_questions();
    return open.empty() ? "r1" : open[detail % open.size()].key;
  }
  void expect(bool holds, const char* what) {
    if (!holds && !broken_) broken_ = what;
  }

  ParkedCall call_{QuestionOptions{}};
  TimePoint now_{}, parked_at_{};
  std::size_t waiting_ = 1;
  bool finished_ = false, over_ = false;
  std::set<std::string> keys_, answered_;
  std::set<std::uint64_t> used_;
  const char* broken_ = nullptr;
};

}  // namespace gatehouse::bridge::test
