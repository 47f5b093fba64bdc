#!/usr/bin/env python3
"""Tests of check_layers.py and check_sizes.py, on small trees made up for the purpose."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import check_layers  # noqa: E402
import check_sizes  # noqa: E402

LAYERS = """\
row 0 base
row 1 json
row 2 jsonrpc net
row 10 catalog
ban catalog : ::now\\(|<mutex> : engines are pure
only json : #include <simdjson : one folder knows the parser
"""


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.write("tools/layers.txt", LAYERS)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def layers(self, name, text):
        self.write(name, text)
        return check_layers.check(self.top)


class Layers(Tree):
    def test_own_folder_and_lower_rows_are_allowed(self):
        text = '#include <gatehouse/base/a.hpp>\n#include <gatehouse/json/a.hpp>\n#include "src/jsonrpc/a.hpp"\n#include <vector>\n'
        self.assertEqual(self.layers("src/jsonrpc/a.cpp", text), [])

    def test_same_row_and_higher_rows_are_refused_in_every_spelling(self):
        for line in ("<gatehouse/net/a.hpp>", '"src/net/a.hpp"', '"gateway/catalog/a.hpp"'):
            bad = self.layers("src/jsonrpc/a.cpp", f"\n#include {line}\n")
            self.assertEqual(len(bad), 1, line)
            self.assertIn("src/jsonrpc/a.cpp:2: jsonrpc (row 2) includes", bad[0])

    def test_a_public_header_may_not_include_a_private_one(self):
        self.assertIn("not installed", self.layers("include/gatehouse/json/a.hpp", '#include "src/base/a.hpp"\n')[0])

    def test_unknown_folders_are_refused(self):
        self.assertIn("has no row", self.layers("gateway/utils/a.hpp", "")[0])
        self.assertIn("has no row", self.layers("gateway/catalog/a.hpp", '#include "gateway/utils/a.hpp"\n')[0])

    def test_ban_and_only(self):
        self.assertIn("engines are pure", self.layers("gateway/catalog/a.cpp", "auto t = Clock::now();\n")[0])
        self.write("gateway/catalog/a.cpp", "")
        self.write("src/json/a.cpp", "#include <simdjson.h>\n")
        self.assertIn("one folder knows", self.layers("src/net/a.cpp", "#include <simdjson.h>\n")[0])
        self.assertEqual(len(check_layers.check(self.top)), 1)

    def test_tests_may_include_anything(self):
        self.assertEqual(self.layers("src/base/a_test.cpp", "#include <gatehouse/net/a.hpp>\n"), [])


def names_and_lines(text):
    return [(name, last - first + 1) for name, first, last in check_sizes.functions(text)]


class Functions(unittest.TestCase):
    def test_shapes_of_functions(self):
        text = """\
#include <x>
namespace a {
template <class T>
Result<T> free_one(const std::vector<int>& v = {}) {
  if (v.empty()) { return {}; }
  return "{{{" + R"(}{)";
}
class C : public D {
 public:
  explicit C(int a) : a_{a}, b_(2) {
    call('{', 1'000);
  }
  bool operator==(const C&) const = default;
  bool operator()(int) const noexcept { return true; }
  int b_ = 3;
  std::map<int, int> m_{{1, 2}};
};
constexpr std::array<int, 2> kTable = {1, 2};
Task<void> C::run() && {
  auto f = [&](int x) {
    return x;
  };
}
}  // namespace a }
TEST(Suite, Name) {
  EXPECT_TRUE(true);
}
"""
        self.assertEqual(names_and_lines(text), [
            ("free_one", 5), ("C", 3), ("operator()", 1), ("C::run", 5), ("TEST(Suite, Name)", 3)])

    def test_signature_over_several_lines_counts(self):
        self.assertEqual(names_and_lines("int f(int a,\n      int b) {\n  return a;\n}\n"), [("f", 4)])

    def test_a_lambda_at_namespace_scope_counts(self):
        self.assertEqual(names_and_lines("const auto f = [](int x) {\n  return x;\n};\n"), [("lambda", 3)])

    def test_lost_braces_are_an_error(self):
        with self.assertRaises(ValueError):
            names_and_lines("int f() {\n")


class Sizes(Tree):
    def check(self, lines, baseline=""):
        body = "  ++x;\n" * (lines - 2)
        self.write("src/base/a.cpp", f"void f(int& x) {{\n{body}}}\n")
        self.write("tools/size_baseline.txt", baseline)
        return check_sizes.check(self.top)

    def test_the_limit_itself_is_allowed(self):
        self.assertEqual(self.check(60), [])
        self.assertEqual(self.check(61), ["src/base/a.cpp f: 61 lines, at most 60"])

    def test_files(self):
        self.write("gateway/cli/b.hpp", "int a;\n" * 501)
        self.assertEqual(check_sizes.check(self.top), ["gateway/cli/b.hpp: 501 lines, at most 500"])

    def test_the_baseline_only_goes_down(self):
        entry = "src/base/a.cpp f: 70\n"
        self.assertEqual(self.check(70, entry), [])
        self.assertIn("grew", self.check(71, entry)[0])
        self.assertIn("shrank", self.check(69, entry)[0])
        self.assertIn("take it off", self.check(60, entry)[0])
        self.assertIn("not found", self.check(60, "src/base/gone.cpp: 600\n")[0])


if __name__ == "__main__":
    unittest.main()
