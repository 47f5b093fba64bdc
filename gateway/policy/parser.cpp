// Expressions: text to tree.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/policy/program.hpp"
#include "gateway/policy/token.hpp"
#include "gateway/policy/value.hpp"

namespace gatehouse::policy {
namespace {

constexpr std::int64_t kMaxRegexMemory = 1 << 20;
constexpr std::size_t kMaxRegexBytes = 1000;

struct Named {
  std::string_view name;
  Op op;
};
constexpr std::array kComparisons = {Named{"==", Op::equal},      Named{"!=", Op::not_equal},
                                     Named{"<=", Op::less_equal}, Named{">=", Op::greater_equal},
                                     Named{"<", Op::less},        Named{">", Op::greater}};
constexpr std::array kFunctions = {Named{"has", Op::has}, Named{"size", Op::size}, Named{"double", Op::to_double},
                                   Named{"ip_in", Op::ip_in}};
constexpr std::array kMethods = {Named{"startsWith", Op::starts_with}, Named{"endsWith", Op::ends_with},
                                 Named{"contains", Op::contains}, Named{"matches", Op::matches}};

template <std::size_t N>
const Named* find(const std::array<Named, N>& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::name);
  return found == table.end() ? nullptr : &*found;
}

/// Recursive descent. The first problem ends it: `failed_` is set, and every function returns at once.
class Parser {
 public:
  explicit Parser(Expression::Program& program) : program_(program) { advance(); }

  std::expected<void, ExpressionProblem> run() {
    program_.root = disjunction();
    if (!failed_ && token_.kind != Token::Kind::end) fail(token_.at, "expected an operator, or the end");
    if (!failed_ && !is_condition(program_.root)) fail(0, "a rule needs a condition, something that is true or false");
    if (failed_) return std::unexpected(std::move(problem_));
    return {};
  }

 private:
  using Ref = std::uint32_t;

  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > Expression::kMaxDepth) parser.fail(parser.token_.at, "is nested too deeply");
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };

  Ref fail(std::size_t at, std::string message) {
    if (!failed_) problem_ = {at, std::move(message)};
    failed_ = true;
    return 0;
  }

  void advance() {
    if (failed_) return;
    auto token = next_token(program_.source, token_.at + token_.source.size());
    if (token) {
      token_ = std::move(*token);
    } else {
      fail(token.error().position, std::move(token.error().message));
    }
  }

  bool accept(std::string_view symbol) {
    if (failed_ || !token_.is(symbol)) return false;
    advance();
    return !failed_;
  }
  void expect(std::string_view symbol) {
    if (!accept(symbol)) fail(token_.at, "expected '" + std::string(symbol) + "'");
  }

  [[nodiscard]] Node& node(Ref ref) { return program_.nodes[ref]; }
  [[nodiscard]] bool is_condition(Ref ref) { return node(ref).type == Type::any || node(ref).type == Type::boolean; }

  Ref put(Node made) {
    if (program_.nodes.size() >= Expression::kMaxNodes) return fail(made.at, "the condition is too long");
    program_.nodes.push_back(std::move(made));
    return static_cast<Ref>(program_.nodes.size() - 1);
  }

  /// An operation whose operands fit it.
  Ref apply(Op op, std::size_t at, std::vector<Ref> operands, Node made = {}) {
    if (failed_) return 0;
    std::vector<Type> types;
    for (const Ref operand : operands) types.push_back(node(operand).type);
    auto type = type_of(op, types);
    if (!type) return fail(at, std::move(type.error()));
    made.op = op;
    made.type = *type;
    made.at = static_cast<std::uint32_t>(at);
    made.operands = std::move(operands);
    return put(std::move(made));
  }

  Ref disjunction() {
    const Deeper deeper(*this);
    if (failed_) return 0;
    Ref left = conjunction();
    while (!failed_ && token_.is("||")) {
      const std::size_t at = token_.at;
      advance();
      left = apply(Op::disjunction, at, {left, conjunction()});
    }
    return left;
  }

  Ref conjunction() {
    Ref left = inversion();
    while (!failed_ && token_.is("&&")) {
      const std::size_t at = token_.at;
      advance();
      left = apply(Op::conjunction, at, {left, inversion()});
    }
    return left;
  }

  Ref inversion() {
    if (failed_ || !token_.is("!")) return compare();
    const Deeper deeper(*this);
    const std::size_t at = token_.at;
    advance();
    return apply(Op::invert, at, {inversion()});
  }

  Ref compare() {
    const Ref left = sum();
    if (failed_) return 0;
    const std::size_t at = token_.at;
    if (token_.is_word("in")) {
      advance();
      return apply(Op::in, at, {left, token_.is("[") ? list() : sum()});
    }
    const Named* op = token_.kind == Token::Kind::symbol ? find(kComparisons, token_.source) : nullptr;
    if (!op) return left;
    advance();
    const Ref right = sum();
    if (!failed_ && (find(kComparisons, token_.source) || token_.is_word("in")))
      return fail(token_.at, "comparisons do not chain; write a < b && b < c");
    return apply(op->op, at, {left, right});
  }

  Ref list() {
    Node made{.op = Op::list, .type = Type::list, .at = static_cast<std::uint32_t>(token_.at)};
    expect("[");
    while (!failed_ && !token_.is("]")) {
      made.operands.push_back(disjunction());
      if (!accept(",")) break;
    }
    expect("]");
    return failed_ ? 0 : put(std::move(made));
  }

  Ref sum() {
    Ref left = product();
    while (!failed_ && (token_.is("+") || token_.is("-"))) {
      const Op op = token_.is("+") ? Op::add : Op::subtract;
      const std::size_t at = token_.at;
      advance();
      left = apply(op, at, {left, product()});
    }
    return left;
  }

  Ref product() {
    Ref left = sign();
    while (!failed_ && token_.is("*")) {
      const std::size_t at = token_.at;
      advance();
      left = apply(Op::multiply, at, {left, sign()});
    }
    return left;
  }

  Ref sign() {
    if (failed_ || !token_.is("-")) return path();
    const Deeper deeper(*this);
    const std::size_t at = token_.at;
    advance();
    return apply(Op::negate, at, {sign()});
  }

  Ref path() {
    Ref left = primary();
    std::size_t steps = 0;
    while (!failed_ && (token_.is(".") || token_.is("["))) {
      const std::size_t at = token_.at;
      if (++steps > Expression::kMaxDepth) return fail(at, "is nested too deeply");
      if (accept("[")) {
        const Ref index = disjunction();
        expect("]");
        left = apply(Op::index, at, {left, index});
        note_claims(left, node(index).op == Op::text ? node(index).text : std::string());
      } else {
        advance();
        left = behind_dot(left, at);
      }
    }
    return left;
  }

  Ref behind_dot(Ref left, std::size_t at) {
    if (failed_) return 0;
    if (token_.kind != Token::Kind::name) return fail(token_.at, "expected a name");
    const std::string name(token_.source);
    advance();
    if (!failed_ && token_.is("(")) return method(left, name, at);
    const Ref made = apply(Op::member, at, {left}, {.text = name});
    note_claims(made, name);
    return made;
  }

  /// `principal.claims.NAME`: what is looked at is NAME alone.
  void note_claims(Ref step, const std::string& name) {
    if (failed_) return;
    const Node& base = node(node(step).operands[0]);
    if (base.op != Op::field || base.field != Field::principal_claims) return;
    program_.reads.claims.insert(name);
    claims_steps_++;
  }

  Ref method(Ref left, const std::string& name, std::size_t at) {
    const Named* known = find(kMethods, name);
    if (!known) return fail(at, "there is no method '" + name + "'; known are startsWith, endsWith, contains, matches");
    expect("(");
    const Ref argument = disjunction();
    expect(")");
    if (failed_) return 0;
    if (known->op != Op::matches) return apply(known->op, at, {left, argument});
    Node made;
    if (!compile_regex(argument, made)) return 0;
    return apply(Op::matches, at, {left, argument}, std::move(made));
  }

  bool compile_regex(Ref argument, Node& made) {
    const Node& pattern = node(argument);
    if (pattern.op != Op::text) return fail(pattern.at, "'matches' takes a pattern that is written here"), false;
    if (pattern.text.size() > kMaxRegexBytes) return fail(pattern.at, "the pattern is too long"), false;
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kMaxRegexMemory);
    auto regex = std::make_unique<re2::RE2>(pattern.text, options);
    if (!regex->ok()) return fail(pattern.at, "is no RE2 pattern: " + regex->error()), false;
    made.integer = static_cast<std::int64_t>(program_.regexes.size());
    program_.regexes.push_back(std::move(regex));
    return true;
  }

  Ref primary() {
    if (failed_) return 0;
    const Token token = token_;
    const auto at = static_cast<std::uint32_t>(token.at);
    switch (token.kind) {
      case Token::Kind::text: advance(); return put({.op = Op::text, .type = Type::text, .at = at, .text = token.text});
      case Token::Kind::integer:
      case Token::Kind::real: return number(token);
      case Token::Kind::name: return name();
      default: break;
    }
    if (accept("(")) {
      const Ref inside = disjunction();
      expect(")");
      return inside;
    }
    if (token.is("[")) return fail(token.at, "a list may stand behind 'in' only");
    return fail(token.at, "expected a value");
  }

  Ref number(const Token& token) {
    advance();
    const Value value = exact_number(token.source);
    const auto at = static_cast<std::uint32_t>(token.at);
    if (value.is(Value::Tag::integer))
      return put({.op = Op::integer, .type = Type::integer, .at = at, .integer = value.integer});
    if (value.is(Value::Tag::real)) return put({.op = Op::real, .type = Type::real, .at = at, .real = value.real});
    return fail(token.at, "this number is too large or has too many digits");
  }

  Ref name() {
    const std::string word(token_.source);
    const std::size_t at = token_.at;
    advance();
    if (failed_) return 0;
    const auto literal = [&](Op op, Type type) {
      return put({.op = op, .type = type, .at = static_cast<std::uint32_t>(at)});
    };
    if (word == "null") return literal(Op::null, Type::null);
    if (word == "true") return literal(Op::yes, Type::boolean);
    if (word == "false") return literal(Op::no, Type::boolean);
    if (token_.is("(")) return function(word, at);
    if (word == "args") {
      program_.reads.arguments = true;
      return literal(Op::arguments, Type::any);
    }
    if (word == "now") return field("request", "time", at);
    if (word == "principal" || word == "request" || word == "tool") return behind_root(word, at);
    return fail(at, "unknown name '" + word + "'; known are args, principal, request, tool, now");
  }

  Ref behind_root(std::string root, std::size_t at) {
    for (int steps = 0; steps < 2; ++steps) {
      if (!accept(".") || token_.kind != Token::Kind::name)
        return fail(token_.at, "'" + root + "' needs one of: " + names_behind(root));
      const std::string name(token_.source);
      if (root == "tool" && name == "annotations") {
        root = "tool.annotations";
        advance();
        continue;
      }
      if (!find_field(root, name))
        return fail(token_.at, "'" + root + "' has no '" + name + "'; there is: " + names_behind(root));
      advance();
      return field(root, name, at);
    }
    return fail(at, "unknown name");
  }

  Ref field(std::string_view root, std::string_view name, std::size_t at) {
    const FieldName* known = find_field(root, name);
    program_.reads.add(known->field);
    if (known->field == Field::principal_claims) ++claims_fields_;
    return put({.op = Op::field, .type = known->type, .field = known->field, .at = static_cast<std::uint32_t>(at)});
  }

  Ref function(const std::string& word, std::size_t at) {
    const Named* known = find(kFunctions, word);
    if (!known) return fail(at, "there is no function '" + word + "'; known are has, size, double, ip_in");
    expect("(");
    std::vector<Ref> operands;
    while (!failed_ && !token_.is(")")) {
      operands.push_back(disjunction());
      if (!accept(",")) break;
    }
    expect(")");
    if (failed_) return 0;
    if (known->op == Op::ip_in) return address_test(at, operands);
    if (operands.size() != 1) return fail(at, "'" + word + "' takes one value");
    const Op inner = node(operands[0]).op;
    if (known->op == Op::has && inner != Op::member && inner != Op::index && inner != Op::field)
      return fail(at, "'has' asks for a member, like has(args.amount)");
    return apply(known->op, at, std::move(operands));
  }

  Ref address_test(std::size_t at, const std::vector<Ref>& operands) {
    if (operands.size() < 2) return fail(at, "'ip_in' takes an address and networks, like \"10.0.0.0/8\"");
    Node made;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      const Node& written = node(operands[i]);
      const auto network = written.op == Op::text ? AddressRange::parse(written.text) : std::nullopt;
      if (!network) return fail(written.at, "is no network like \"10.0.0.0/8\" or \"2001:db8::/32\"");
      made.networks.push_back(*network);
    }
    return apply(Op::ip_in, at, {operands[0]}, std::move(made));
  }

 public:
  /// `principal.claims` stands somewhere without a name behind it.
  [[nodiscard]] bool reads_all_claims() const { return claims_fields_ > claims_steps_; }

 private:
  Expression::Program& program_;
  Token token_;
  ExpressionProblem problem_;
  bool failed_ = false;
  std::size_t depth_ = 0;
  int claims_fields_ = 0, claims_steps_ = 0;
};

}  // namespace

std::expected<Expression, ExpressionProblem> Expression::compile(std::string_view text) {
  if (text.size() > kMaxBytes) return std::unexpected(ExpressionProblem{0, "the condition is too long"});
  auto program = std::make_unique<Program>();
  program->source = text;
  Parser parser(*program);
  if (auto parsed = parser.run(); !parsed) return std::unexpected(std::move(parsed.error()));
  if (parser.reads_all_claims()) program->reads.claims.insert("");
  return Expression(std::move(program));
}

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

const Reads& Expression::reads() const { return program_->reads; }
const std::string& Expression::text() const { return program_->source; }

}  // namespace gatehouse::policy
