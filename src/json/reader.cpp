#include <gatehouse/json/reader.hpp>

#include <limits>
#include <optional>

#include "src/json/grammar.hpp"
#include "src/json/token_check.hpp"
#include "src/json/tokens.hpp"
#include "src/json/walk.hpp"

namespace gatehouse::json {

struct Reader::Impl {
  Tokens tokens;
  std::vector<char> open;
  bool in_use = false;
};

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

/// The reader's own memory, or temporary memory for a large text or a reader that is busy.
class Lease {
 public:
  Lease(Tokens& kept, bool& in_use, std::size_t size) : in_use_(in_use) {
    if (in_use || size > Reader::kKeepBytes) {
      tokens_ = &temporary_.emplace();
    } else {
      in_use = true;
      tokens_ = &kept;
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (!temporary_) in_use_ = false;
  }
  Tokens& tokens() { return *tokens_; }

 private:
  bool& in_use_;
  std::optional<Tokens> temporary_;
  Tokens* tokens_;
};

/// simdjson is not asked about empty texts and byte order marks: its releases differ on them.
bool begins_like_json(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* const at = grammar::skip_space(text.data(), end);
  return at != end && begins(*at) != Begins::none;
}

/// The error of a text that was refused without a place, by reading it again.
Error locate(std::string_view text, std::size_t max_depth, Error otherwise) {
  if (otherwise.kind != Kind::parse_error) return otherwise;
  auto checked = grammar::check(text, max_depth);
  return checked ? std::move(otherwise) : std::move(checked.error());
}

Result<void> scan(Tokens& tokens, std::string_view text) {
  if (!begins_like_json(text)) return fail(locate(text, kNoLimit, malformed().error()));
  if (auto scanned = tokens.scan(text); !scanned) return fail(locate(text, kNoLimit, std::move(scanned.error())));
  return {};
}

Result<void> check(std::string_view text, const Tokens& tokens, std::size_t max_depth, std::vector<char>& open) {
  if (is_grammatical(Span(text, tokens), max_depth, open)) return {};
  return fail(locate(text, max_depth, malformed().error()));
}

bool is_container(char first) { return first == '{' || first == '['; }

}  // namespace

Reader::Reader() : impl_(std::make_unique<Impl>()) {}
Reader::~Reader() = default;

Result<void> Reader::validate(std::string_view text, std::size_t max_depth) {
  Lease lease(impl_->tokens, impl_->in_use, text.size());
  if (auto scanned = scan(lease.tokens(), text); !scanned) return scanned;
  return check(text, lease.tokens(), max_depth, impl_->open);
}

Result<void> Reader::walk(std::string_view text, FunctionRef<Result<void>(Node& root)> visit) {
  Lease lease(impl_->tokens, impl_->in_use, text.size());
  if (auto scanned = scan(lease.tokens(), text); !scanned) return scanned;
  return visit_root(text, lease.tokens(), visit);
}

Result<void> Reader::walk_valid(std::string_view text, std::size_t max_depth,
                                FunctionRef<Result<void>(Node& root)> visit) {
  Lease lease(impl_->tokens, impl_->in_use, text.size());
  if (auto scanned = scan(lease.tokens(), text); !scanned) return scanned;
  if (auto checked = check(text, lease.tokens(), max_depth, impl_->open); !checked) return checked;
  return visit_root(text, lease.tokens(), visit);
}

/// What no visitor can check: that a scalar at the root is well formed, and that nothing follows the root.
Result<void> Reader::visit_root(std::string_view text, const Tokens& tokens,
                                FunctionRef<Result<void>(Node& root)> visit) {
  Node::Walk walk(Span(text, tokens));
  if (!is_container(walk.span.at(0))) {
    std::vector<char> unused;
    if (auto checked = check(text, tokens, kNoLimit, unused); !checked) return checked;
  }
  Node root(walk, 0);
  auto done = visit(root);
  if (done && !(root.pass() && root.behind_ == walk.span.count)) done = malformed();
  if (!done) return fail(locate(text, kNoLimit, std::move(done.error())));
  return done;
}

Reader& reader() {
  thread_local Reader instance;
  return instance;
}

}  // namespace gatehouse::json
