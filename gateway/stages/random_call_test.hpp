#pragma once
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Tool calls as bytes, the way somebody writes them who hopes that the gateway and the server read them differently.
namespace gatehouse::test {

class RandomCall {
 public:
  explicit RandomCall(unsigned seed) : random_(seed) {}

  /// One JSON-RPC message for the tool `name`.
  std::string message(std::string_view name) {
    tricks_ = one_in(2);
    std::vector<std::string> members{member("jsonrpc", "\"2.0\""), member("id", "1"),
                                     member("method", "\"tools/call\"")};
    members.push_back(member("params", params(name)));
    if (trick(20)) members.push_back(member(one_of({"params", "Params", "par\\u0061ms"}), params(name)));
    return (trick(40) ? kMark : "") + object(std::move(members));
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  static inline const std::string kMark = "\xef\xbb\xbf";  // byte order mark

  bool trick(std::size_t n) { return tricks_ && one_in(n); }
  std::string one_of(std::initializer_list<const char*> texts) { return *(texts.begin() + below(texts.size())); }
  std::string space() { return one_in(4) ? one_of({" ", "\n", "\t ", "\r\n"}) : std::string(); }
  std::string member(const std::string& key, const std::string& value) {
    return space() + "\"" + key + "\"" + space() + ":" + space() + value;
  }

  std::string object(std::vector<std::string> members) {
    for (std::size_t i = members.size(); i > 1; --i) std::swap(members[i - 1], members[below(i)]);
    std::string out = "{";
    for (std::size_t i = 0; i < members.size(); ++i) out += (i ? "," : "") + members[i] + space();
    return out + "}";
  }

  std::string params(std::string_view name) {
    std::vector<std::string> members{member("name", "\"" + std::string(name) + "\"")};
    if (!one_in(30)) members.push_back(member(one_in(20) ? "argum\\u0065nts" : "arguments", arguments()));
    if (one_in(4)) members.push_back(member("task", R"({"ttl":1})"));
    if (one_in(4)) members.push_back(member("inputResponses", R"({"q":{"action":"accept"}})"));
    if (one_in(4)) members.push_back(member("requestState", "\"arguments\\\":{\\\"amount\\\":5\""));
    if (one_in(4)) members.push_back(member("x", R"({"arguments":{"amount":5000}})"));
    if (one_in(2)) members.push_back(member("_meta", meta()));
    if (trick(12))
      members.push_back(member(one_of({"arguments", "argument\\u0073", "Arguments", "ARGUMENTS"}), arguments()));
    return object(std::move(members));
  }
  std::string meta() {
    std::vector<std::string> members;
    if (one_in(2)) members.push_back(member("progressToken", one_of({"7", "\"t\"", "\"\\u0022\""})));
    if (one_in(2)) members.push_back(member("vendor/arguments", R"({"amount":5000})"));
    if (one_in(2)) members.push_back(member("io.modelcontextprotocol/protocolVersion", "\"2026-07-28\""));
    if (one_in(2)) members.push_back(member("io.gatehouse/arguments", "{}"));
    return object(std::move(members));
  }

  std::string arguments() {
    if (one_in(40)) return one_of({"null", "[]", "[1]", "\"x\"", "5", "true", "{}"});
    if (trick(40)) return kMark + arguments();
    if (one_in(150)) return long_text();
    if (one_in(30)) return deep(58 + below(12));
    return map(3, 8);
  }
  std::string deep(std::size_t levels) {
    std::string opened, closed;
    for (; levels > 0; --levels) {
      const bool is_list = one_in(2);
      opened += is_list ? "[" : "{\"deep\":";
      closed.insert(0, is_list ? "]" : "}");
    }
    return R"({"amount":5,"text":"ok","deep":{"amount":5},"rate":0.5,"x":)" + opened + number() + closed + "}";
  }
  std::string long_text() {
    return R"({"amount":5,"text":"ok","rate":1e0,"x":")" + std::string((1u << 20) - 100 + below(200), 'x') + "\"}";
  }

  /// Each of the names that rules look at is there unless chance is one in `absent`.
  std::string map(int depth, std::size_t absent) {
    std::vector<std::string> members;
    const auto add = [&](const char* name, const std::string& value) {
      if (one_in(absent)) return;
      members.push_back(member(trick(12) ? other_spelling(name) : name, value));
      if (trick(15)) members.push_back(member(one_in(2) ? other_spelling(name) : name, any(depth - 1)));
    };
    add("amount", one_in(6) ? any(depth - 1) : number());
    add("text", one_in(6) ? any(depth - 1) : text());
    add("rate", one_in(6) ? any(depth - 1) : number());
    if (depth > 1) add("deep", one_in(6) ? any(depth - 1) : map(depth - 1, 5));
    if (depth > 1 && one_in(3)) add("list", list(depth - 1));
    if (one_in(10)) add("forbidden", any(depth - 1));
    return object(std::move(members));
  }
  /// The same to somebody: with an escape, in other letters, or with a letter that folds to one of these.
  std::string other_spelling(const std::string& name) {
    const std::string rest = name.substr(1);
    const std::size_t code = static_cast<unsigned char>(name.front());
    switch (below(4)) {
      case 0: return std::string(1, static_cast<char>(code - 32)) + rest;
      case 1: return name == "list" ? "li\xc5\xbft" : name + "\\u0000";
      default: return std::string("\\u00") + "0123456789abcdef"[code >> 4] + "0123456789abcdef"[code & 15] + rest;
    }
  }

  std::string any(int depth) {
    switch (below(depth > 0 ? 6 : 4)) {
      case 0: return one_of({"null", "true", "false"});
      case 1: return number();
      case 2: return text();
      case 3: return one_of({"[]", "{}", "\"1000\"", "[1000]"});
      case 4: return list(depth);
      default: return map(depth, 2);
    }
  }
  std::string list(int depth) {
    std::string out = "[";
    for (std::size_t n = below(4); n > 0; --n) out += any(depth - 1) + (n > 1 ? "," : "");
    return out + "]";
  }
  std::string number() {
    if (trick(15)) return one_of({"01000", "+5", "1.", ".5", "0x10", "1e", "NaN", "Infinity", "-", "1_000", "5 000"});
    if (!one_in(3)) return one_of({"0", "5", "1000", "1001", "1.5", "0.5", "-3", "1e0"});
    return one_of({"1e3",
                   "1E+3",
                   "1000.0",
                   "10e2",
                   "1001e0",
                   "1.0",
                   "-0",
                   "-0.0",
                   "0e5",
                   "15e-1",
                   "1.50",
                   "1.51",
                   "1.5000000000000000000001",
                   "1.49999999999999999999",
                   "1000.0000000000000000001",
                   "0.1e1",
                   "1e400",
                   "-1e400",
                   "1e-400",
                   "9007199254740993",
                   "9007199254740993.0",
                   "9223372036854775807",
                   "9223372036854775808",
                   "-9223372036854775809",
                   "18446744073709551617",
                   "4294967297"});
  }
  std::string text() {
    if (trick(15))
      return one_of({"\"\\ud83d\"", "\"\\udc00\\ud800\"", "\"ok\\ud800\"", "\"ok\xff\"", "\"\xc1\xaf\"",
                     "\"\xed\xa0\x80\"", "\"\\x6f\"", "\"o\nk\"", "'ok'", "ok", "\"ok", "\"\\u00e\""});
    if (!one_in(3)) return "\"ok\"";
    return one_of({"\"\\u006fk\"", "\"o\\u006B\"", "\"OK\"", "\"ok\\u0000\"", "\"ok \"", "\"no\"", "\"\"",
                   "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"", "\"o\xe2\x84\xaa\"", "\"\\/\\\\\\\"\"",
                   "\"\\\"amount\\\":5\"", "\"\xef\xbb\xbfok\"", "\"1000\""});
  }

  std::mt19937 random_;
  bool tricks_ = false;
};

}  // namespace gatehouse::test
