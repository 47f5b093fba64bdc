#pragma once
#include <string>
#include <utility>
#include <vector>

#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/question_options.hpp"

namespace gatehouse::bridge {

/// One call of a client with a session to a stateless server that asks for input: the questions of each round go to the client at once,
/// and when all are answered the call is made again with the answers. The client sees one long request.
/// Pure. Rule: gateway rules GB-101 to GB-105, section 6.4.
class Interaction {
 public:
  struct Url {
    std::string url, id;
    bool accepted = false;
  };
  /// Where a call stands that its server waits to be made again.
  struct Standing {
    std::optional<std::string> state;
    json::Value responses = json::Value::object();
    std::vector<Url> urls;
    std::vector<std::string> opened;
  };
  /// `id_seed`: unguessable; makes the ids of URL elicitations. `standing`: of an earlier call that this one continues.
  Interaction(const QuestionOptions& options, std::string id_seed) : options_(options), id_seed_(std::move(id_seed)) {}
  Interaction(const QuestionOptions& options, std::string id_seed, Standing standing)
      : options_(options), id_seed_(std::move(id_seed)), standing_(std::move(standing)) {}

  enum class Step {
    ask,        ///< Ask `questions`, then `answered` for each, then send again.
    wait,       ///< Send again after `delay`: nothing to ask.
    exhausted,  ///< The server asks again and again: give up.
    url_open,   ///< The person has been sent to `questions`' URLs and is not done there.
  };
  struct Round {
    Step step = Step::exhausted;
    std::vector<KeyedQuestion> questions;
    Milliseconds delay{0};
  };
  /// The server's answer was `input_required`.
  [[nodiscard]] Round begin(InputRequired input);
  void answered(const KeyedQuestion& question, json::Value response);

  /// The request with this round's answers, as one JSON-RPC message.
  [[nodiscard]] std::string next_request(const mcp::Message& original) const;

  /// Ids of the URL elicitations whose URL was opened; clients hear when the call they belong to is done.
  [[nodiscard]] const std::vector<std::string>& opened() const { return standing_.opened; }
  /// After `url_open`: for the same call, when its person is done.
  [[nodiscard]] const Standing& standing() const { return standing_; }

 private:
  [[nodiscard]] Url* known_url(std::string_view url);
  Milliseconds grown_delay();

  QuestionOptions options_;
  std::string id_seed_;
  std::size_t rounds_ = 0;
  std::uint64_t next_id_ = 1;
  Standing standing_;
  Milliseconds delay_{0}, url_waited_{0};
};

}  // namespace gatehouse::bridge
