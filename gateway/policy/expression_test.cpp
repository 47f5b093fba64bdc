#include "gateway/policy/expression.hpp"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

Subject alice() {
  Subject subject;
  subject.kind = mcp::PrincipalKind::human;
  subject.subject = "alice";
  subject.issuer = "https://idp.example.com";
  subject.tenant = "acme";
  subject.roles = {"analyst", "writer"};
  subject.claims = *json::parse(R"({"department":"finance","level":3,"nested":{"a":[1,2]},"on":true})");
  return subject;
}

/// yes, no, unknown, or the message of a problem.
std::string result(std::string_view text, std::string_view arguments = "{}") {
  auto expression = Expression::compile(text);
  if (!expression) return std::to_string(expression.error().position) + ": " + expression.error().message;
  const Subject subject = alice();
  const Item item{.kind = Item::Kind::tool, .method = "tools/call", .endpoint = "/mcp", .server = "crm", .name = "add"};
  Arguments args(arguments);
  const Circumstances now{.arguments = &args,
                          .address = "10.1.2.3",
                          .protocol = "2025-11-25",
                          .now = WallTime(std::chrono::seconds(1'764'241'200))};  // Thursday 2025-11-27 11:00 UTC
  const Truth truth = expression->evaluate({.subject = subject, .item = item, .circumstances = now});
  if (!truth.is_settled()) return "not settled";
  return truth == Truth::yes() ? "yes" : truth == Truth::no() ? "no" : "unknown";
}

TEST(Expression, ComparesArgumentsWithoutConvertingThem) {
  const std::string small = "args.amount <= 1000";
  EXPECT_EQ(result(small, R"({"amount":1000})"), "yes");
  EXPECT_EQ(result(small, R"({"amount":1001})"), "no");
  EXPECT_EQ(result(small, R"({"amount":-5})"), "yes");
  for (const char* other : {R"({"amount":"1000"})", R"({"amount":1e3})", R"({"amount":1000.0})", R"({"amount":null})",
                            R"({"amount":true})", R"({"amount":[1]})", R"({"amount":{"amount":1}})", R"({})",
                            R"({"amount":99999999999999999999})", R"([1])", R"({"Amount":1})", R"(5)"})
    EXPECT_EQ(result(small, other), "unknown") << other;
  EXPECT_EQ(result("double(args.amount) <= 1000.0", R"({"amount":999.5})"), "yes");
  EXPECT_EQ(result("double(args.amount) <= 1000.0", R"({"amount":999})"), "yes");
  EXPECT_EQ(result("double(args.amount) <= 1000.0", R"({"amount":"999"})"), "unknown");
  EXPECT_EQ(result("double(args.amount) <= 1000.0", R"({"amount":1000.00000000000000001})"), "unknown")
      << "a server that calculates in decimals sees more than 1000";
  EXPECT_EQ(result("args.x == 0.30000000000000004", R"({"x":0.30000000000000004})"), "yes");
  EXPECT_EQ(result("args.x == 0.3", R"({"x":3.0e-1})"), "yes");
}

TEST(Expression, KnowsThreeTruths) {
  EXPECT_EQ(result("args.x == 1 || true"), "yes");
  EXPECT_EQ(result("true || args.x == 1"), "yes");
  EXPECT_EQ(result("args.x == 1 && false"), "no");
  EXPECT_EQ(result("args.x == 1 && true"), "unknown");
  EXPECT_EQ(result("args.x == 1 || false"), "unknown");
  EXPECT_EQ(result("!(args.x == 1)"), "unknown");
  EXPECT_EQ(result("args.x", R"({"x":1})"), "unknown");
  EXPECT_EQ(result("args.x", R"({"x":true})"), "yes");
  EXPECT_EQ(result("args.x && true", R"({"x":"true"})"), "unknown");
  EXPECT_EQ(result("!args.x", R"({"x":false})"), "yes");
}

TEST(Expression, AsksForMembers) {
  EXPECT_EQ(result("has(args.x)", R"({"x":null})"), "yes");
  EXPECT_EQ(result("has(args.x)", R"({})"), "no");
  EXPECT_EQ(result("has(args.x)", R"({"X":1})"), "unknown") << "a careless server takes it for x";
  EXPECT_EQ(result("has(args.x.y)", R"({})"), "unknown");
  EXPECT_EQ(result("has(args.x.y)", R"({"x":1})"), "unknown");
  EXPECT_EQ(result("has(args[0])", R"([1])"), "yes");
  EXPECT_EQ(result("has(args[1])", R"([1])"), "no");
  EXPECT_EQ(result("has(principal.acr)"), "no");
  EXPECT_EQ(result("has(principal.claims.department)"), "yes");
  EXPECT_EQ(result("args.x == null", R"({"x":null})"), "yes");
  EXPECT_EQ(result("args.x != null", R"({"x":0})"), "yes");
  EXPECT_EQ(result("args.x == null", R"({})"), "unknown");
}

TEST(Expression, LooksIntoListsAndMaps) {
  EXPECT_EQ(result(R"(args.currency in ["EUR", "USD"])", R"({"currency":"USD"})"), "yes");
  EXPECT_EQ(result(R"(args.currency in ["EUR", "USD"])", R"({"currency":"usd"})"), "no");
  EXPECT_EQ(result(R"(args.currency in ["EUR", "USD"])", R"({"currency":5})"), "unknown");
  EXPECT_EQ(result("args.x in []", R"({"x":5})"), "no");
  EXPECT_EQ(result(R"("writer" in principal.roles)"), "yes");
  EXPECT_EQ(result(R"("admin" in principal.roles)"), "no");
  EXPECT_EQ(result(R"("a" in args)", R"({"a":1})"), "yes");
  EXPECT_EQ(result("2 in args.list", R"({"list":[1,2]})"), "yes");
  EXPECT_EQ(result("3 in args.list", R"({"list":[1,"3"]})"), "unknown");
  EXPECT_EQ(result("args.list[1] == 2 && args['list'][0] == 1", R"({"list":[1,2]})"), "yes");
  EXPECT_EQ(result("args.list[2] == 2", R"({"list":[1,2]})"), "unknown");
  EXPECT_EQ(result("args.list[-1] == 2", R"({"list":[1,2]})"), "unknown");
  EXPECT_EQ(result("principal.claims.nested.a[1] == 2"), "yes");
  EXPECT_EQ(result("size(args.list) == 2 && size(args.text) == 2", R"({"list":[1,2],"text":"€b"})"), "yes");
}

TEST(Expression, TestsTexts) {
  EXPECT_EQ(result(R"(args.p.startsWith("/srv/") && args.p.endsWith(".txt") && args.p.contains("doc"))",
                   R"({"p":"/srv/doc/a.txt"})"),
            "yes");
  EXPECT_EQ(result(R"(args.p.startsWith("/home/" + principal.subject + "/"))", R"({"p":"/home/alice/x"})"), "yes");
  EXPECT_EQ(result(R"(args.p.matches(r"/srv/[a-z]+\.txt"))", R"({"p":"/srv/abc.txt"})"), "yes");
  EXPECT_EQ(result(R"(args.p.matches(r"[a-z]+"))", R"({"p":"abc/../x"})"), "no") << "the whole text has to match";
  EXPECT_EQ(result(R"(args.p.matches("a"))", R"({"p":7})"), "unknown");
  EXPECT_EQ(result(R"(ip_in(request.address, "10.0.0.0/8", "192.168.0.0/16"))"), "yes");
  EXPECT_EQ(result(R"(ip_in(request.address, "192.168.0.0/16"))"), "no");
  EXPECT_EQ(result(R"(ip_in(args.ip, "10.0.0.0/8"))", R"({"ip":"ten"})"), "unknown");
  EXPECT_EQ(result(R"(ip_in(args.ip, "10.0.0.0/8"))", R"({"ip":"::ffff:10.1.1.1"})"), "yes");
}

TEST(Expression, KnowsTheRequestTheCallerAndTheTool) {
  EXPECT_EQ(result(R"(request.method == "tools/call" && request.endpoint == "/mcp" && tool.server == "crm")"), "yes");
  EXPECT_EQ(result("request.hour == 11 && request.weekday == 4 && now == request.time && now > 1764000000"), "yes");
  EXPECT_EQ(result(R"(request.protocol == "2025-11-25" && principal.kind == "human" && principal.tenant == "acme")"),
            "yes");
  EXPECT_EQ(result("tool.annotations.destructiveHint && !tool.annotations.readOnlyHint"), "yes")
      << "what a server does not say is the careful default";
  EXPECT_EQ(result(R"(principal.claims.department == "finance" && principal.claims.level >= 3 && principal.claims.on)"),
            "yes");
  EXPECT_EQ(result(R"(principal.claims.nowhere == "x")"), "unknown");
}

TEST(Expression, CalculatesOrDoesNotKnow) {
  EXPECT_EQ(result("args.a * args.b + 1 == 7 && 10 - 3 - 2 == 5 && -args.a == -2", R"({"a":2,"b":3})"), "yes");
  EXPECT_EQ(result("args.a * args.b > 0", R"({"a":9223372036854775807,"b":3})"), "unknown");
  EXPECT_EQ(result("args.a + 1 > 0", R"({"a":9223372036854775807})"), "unknown");
  EXPECT_EQ(result("-args.a > 0", R"({"a":-9223372036854775808})"), "unknown");
  EXPECT_EQ(result("args.a + 1 > 0", R"({"a":1.5})"), "unknown");
  EXPECT_EQ(result("1.5 + args.a == 3.0", R"({"a":1.5})"), "yes");
  EXPECT_EQ(result("args.a + args.a > 0.0", R"({"a":1.7e308})"), "unknown");
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
  const auto problem = [](std::string_view text) { return result(text); };
  EXPECT_TRUE(problem("args.a = 1").starts_with("7: '=' means nothing here"));
  EXPECT_TRUE(problem("arg.a == 1").starts_with("0: unknown name 'arg'"));
  EXPECT_TRUE(problem("principal.role == 'x'").starts_with("10: 'principal' has no 'role'; there is: subject"));
  EXPECT_TRUE(problem("principal.tenant == 3").starts_with("17: these can never be compared: a text and an integer"));
  EXPECT_TRUE(problem("principal.tenant").starts_with("0: a rule needs a condition"));
  EXPECT_TRUE(problem("args.a < 1 < 2").starts_with("11: comparisons do not chain"));
  EXPECT_TRUE(problem("args.a.matches('(')").starts_with("15: is no RE2 pattern"));
  EXPECT_TRUE(problem("args.a.matches(args.b)").starts_with("19: 'matches' takes a pattern"));
  EXPECT_TRUE(problem("'open").starts_with("0: this text does not end"));
  EXPECT_TRUE(problem("true &&").starts_with("7: expected a value"));
  EXPECT_TRUE(problem("(true").starts_with("5: expected ')'"));
  EXPECT_TRUE(problem("true true").starts_with("5: expected an operator"));
  EXPECT_TRUE(problem("has(1)").starts_with("0: 'has' asks for a member"));
  EXPECT_TRUE(problem("ip_in(request.address, '10.0.0.1/8')").starts_with("23: is no network"));
  EXPECT_TRUE(problem("1 && true").starts_with("2: '&&' takes a condition, not an integer"));
  EXPECT_TRUE(problem("exec('rm')").starts_with("0: there is no function 'exec'"));
  EXPECT_TRUE(problem("args.x == 99999999999999999999").starts_with("10: this number is too large"));
  EXPECT_TRUE(problem("args == [1]").starts_with("8: a list may stand behind 'in' only"));
  EXPECT_TRUE(problem(std::string(1000, '(') + "true").ends_with("nested too deeply"));
  EXPECT_TRUE(problem(std::string(1000, '!') + "true").ends_with("nested too deeply"));
  EXPECT_TRUE(problem("args.a == 1" + std::string(50, '-')).ends_with("nested too deeply"));
  EXPECT_TRUE(problem(std::string(9000, ' ') + "true").ends_with("too long"));
}

TEST(Expression, EndsWithinItsBudget) {
  std::string list = "[";
  for (int i = 0; i < 200'000; ++i) list += "1,";
  list += "2]";
  EXPECT_EQ(result("2 in args.list", R"({"list":)" + list + "}"), "unknown");
  const std::string text(600'000, 'a');
  EXPECT_EQ(result("args.t.contains('b') || args.t.contains('c')", R"({"t":")" + text + R"("})"), "no");
  std::string many = "args.t.contains('b')";
  for (int i = 0; i < 20; ++i) many += " || args.t.contains('b')";
  EXPECT_EQ(result(many, R"({"t":")" + text + R"("})"), "unknown");
}

/// How long it takes to say `outcome`.
std::chrono::steady_clock::duration time_of(std::string_view text, const std::string& arguments,
                                            std::string_view outcome) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(result(text, arguments), outcome) << text;
  return std::chrono::steady_clock::now() - begin;
}

// T51: callers choose the texts that are searched, and with `args` on both sides what is looked for in them.
TEST(Expression, T51TakesNoLongerForTheWorstTexts) {
  constexpr auto kBound = std::chrono::milliseconds(500);
  const auto both = [](std::size_t text, std::size_t part) {
    return R"({"t":")" + std::string(text, 'a') + R"(","p":")" + std::string(part, 'a') + R"(b"})";
  };
  EXPECT_LT(time_of("args.t.contains(args.p)", both(700'000, 330'000), "no"), kBound);
  EXPECT_LT(time_of(R"(args.t.matches("(a|a)*(a|aa)+b"))", both(300'000, 0), "no"), kBound);
  EXPECT_LT(time_of(R"(args.t.matches("(a?){500}a{500}b"))", both(20'000, 0), "no"), kBound);
  EXPECT_LT(time_of("args.t == args.p || args.t < args.p || args.p in args", both(500'000, 500'000), "yes"), kBound);
}

TEST(Expression, TellsWhatItLooksAt) {
  const auto reads = [](std::string_view text) { return Expression::compile(text)->reads(); };
  EXPECT_FALSE(reads(R"(principal.tenant == "a")").circumstances());
  EXPECT_TRUE(reads("args.x").arguments);
  EXPECT_TRUE(reads("now > 5").circumstances());
  EXPECT_EQ(reads(R"(principal.claims.a.b == 1 && principal.claims["c"] == 2)").claims,
            (std::set<std::string, std::less<>>{"a", "c"}));
  EXPECT_EQ(reads(R"("a" in principal.claims)").claims, (std::set<std::string, std::less<>>{""}));
  EXPECT_EQ(reads("principal.claims[args.x] == 1").claims, (std::set<std::string, std::less<>>{""}));
}

}  // namespace
}  // namespace gatehouse::policy
