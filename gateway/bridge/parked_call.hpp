#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/question_options.hpp"

namespace gatehouse::bridge {

/// A call of a stateless client that runs at a server with sessions, which may ask questions meanwhile. Each batch of questions ends
/// the client's request with an `input_required` result (a *generation*); its retry attaches again.
///
///              question(s)                  retry of generation n
///   RUNNING ─────────────────▶ PARKED(n) ─────────────────────────▶ RUNNING
///      │ outcome                  │ outcome: kept for the retry
///      ▼                          ▼ nobody comes back: expired
///   FINISHED ◀────────────────────┘
///
/// Pure: whoever owns one tells it what happened, and asks `next` what is to be done. Rule: gateway rules GB-121 to GB-132.
class ParkedCall {
 public:
  explicit ParkedCall(const QuestionOptions& options) : options_(options) {}

  // -- the server
  /// The server asks. Returns the key under which the client answers; none: it asks too much and has to be refused.
  [[nodiscard]] std::optional<std::string> asked(Question question, TimePoint now);
  /// The server no longer waits for this answer. Unknown keys are ignored.
  void withdrawn(std::string_view key);
  /// The call has ended at the server, with a result or not.
  void finished() { finished_ = true; }

  // -- the client
  /// One more request of the client waits for what comes next. The first one does from the beginning.
  void attached() { ++waiting_; }
  /// One of them went away without an answer.
  void left() { waiting_ -= waiting_ > 0; }

  struct Retry {
    enum class Verdict {
      taken,     ///< `deliver` these answers to the server, and attach.
      joined,    ///< The same retry came before and still waits: attach.
      repeated,  ///< The same retry came before and got the newest `input_required` result: give it again.
      consumed,  ///< Its generation was used otherwise.
    };
    Verdict verdict = Verdict::consumed;
    std::vector<std::pair<std::string, std::string>> deliver;  ///< Key and raw answer, of questions that are still open.
  };
  /// A retry of this generation with these answers. Unknown keys are ignored, open questions without an answer are asked again.
  [[nodiscard]] Retry retry(std::uint64_t generation, const InputResponses& responses, TimePoint now);

  // -- what to do
  enum class Step {
    wait,     ///< Nothing before `due`.
    ask,      ///< Give `open_questions` to everybody who is attached, as `generation`; they are answered by that.
    answer,   ///< Give the outcome to everybody who is attached.
    give_up,  ///< The rounds are used up: end what is still open as if nobody answered; the call goes on.
    abandon,  ///< Nobody is there and nobody has a way back: cancel the call and forget it.
    expire,   ///< Nobody came back in time: tell the server, cancel the call and forget it.
    forget,   ///< Everything is over.
  };
  /// Call after every event and when `due`, until it says `wait`.
  [[nodiscard]] Step next(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> due() const;

  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] const std::vector<KeyedQuestion>& open_questions() const { return open_; }
  /// The client holds a `requestState` that was not used yet.
  [[nodiscard]] bool is_parked() const { return generation_ > consumed_; }
  [[nodiscard]] bool is_finished() const { return finished_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  QuestionOptions options_;
  std::vector<KeyedQuestion> open_;
  std::uint64_t next_key_ = 1;
  std::uint64_t generation_ = 0;  // of the newest input_required result
  std::uint64_t consumed_ = 0;    // the newest generation that a retry used
  std::string consumed_digest_;   // of its answers
  std::size_t waiting_ = 1;
  bool finished_ = false;
  std::optional<TimePoint> ask_at_, park_until_, keep_until_;
};

}  // namespace gatehouse::bridge
