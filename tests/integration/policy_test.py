#!/usr/bin/env python3
"""`gatehouse policy`: the examples of docs/policy.md, and what its commands say when something is wrong."""
import json
import re
import unittest

from cli_support import ROOT, CliTest


class Policy(CliTest):
    def setUp(self):
        super().setUp()
        page = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
        for text, name in re.findall(r"```yaml\n(# (\S+)\n.*?)```", page, re.S)[2:4]:
            self.write(name, text)

    def policy(self, code, *args):
        return self.expect(code, "policy", *args)

    def test_the_cases_of_the_manual_come_out_as_it_says(self):
        out, _ = self.policy(0, "test", "cases.yaml", "-c", "policy.yaml")
        self.assertRegex(out, r"^(\d+) of \1 as expected\n$")
        out, _ = self.policy(0, "test", "cases.yaml", "-c", "policy.yaml", "--json")
        self.assertTrue(json.loads(out)["ok"])

    def stricter(self):
        text = (self.directory / "policy.yaml").read_text(encoding="utf-8")
        return self.write("new.yaml", text.replace("<= 1000", "<= 900"))

    def test_a_case_that_comes_out_otherwise_is_named(self):
        new = self.stricter()
        out, _ = self.policy(1, "test", "cases.yaml", "-c", new)
        self.assertRegex(out, r"(?m)^cases\.yaml:\d+\talice\tfinance-core\.ledger_post\t.*\tpermit by post-small\tdeny$")
        out, _ = self.policy(1, "test", "cases.yaml", "-c", new, "--json")
        self.assertEqual([test["got"] for test in json.loads(out)["tests"] if not test["ok"]], ["deny"])

    def test_a_difference_is_told_by_principal(self):
        new = self.stricter()
        out, _ = self.policy(0, "diff", "policy.yaml", new, "--cases", "cases.yaml")
        self.assertRegex(out, r"(?m)^alice\tfinance-core\.ledger_post\t.*\tpermit\tdeny\t$")
        out, _ = self.policy(0, "diff", "policy.yaml", "policy.yaml", "--cases", "cases.yaml")
        self.assertEqual(out, "no difference for these principals\n")

    def test_a_decision_is_explained_rule_by_rule(self):
        out, _ = self.policy(0, "explain", "cases.yaml", "-c", "policy.yaml", "--who", "bob", "--server", "finance-core",
                             "--tool", "ledger_post", "--args", '{"amount": 5, "currency": "EUR"}')
        self.assertIn("bob, finance-core.ledger_post: step_up by rule post-small\n", out)
        self.assertIn("missing scope: finance.post\n", out)
        self.assertIn("builds\tallow\troles: wants automation; is analyst\n", out)
        self.policy(2, "explain", "cases.yaml", "-c", "policy.yaml", "--who", "nobody", "--server", "a", "--tool", "b")

    def test_a_question_about_nothing_is_no_question(self):
        def ask(*args):
            _, err = self.policy(2, "explain", "cases.yaml", "-c", "policy.yaml", "--who", "bob", "--server", "finance-core", *args)
            return err
        self.assertIn("name one of --tool, --prompt and --resource", ask())
        self.assertIn("name one of --tool, --prompt and --resource", ask("--tool", "a", "--prompt", "b"))
        for text in ("x", "[1]", '{"amount": }'):
            self.assertIn("--args: must be a JSON object", ask("--tool", "a", "--args", text))
        _, err = self.policy(2, "explian")
        self.assertIn("there is no command 'policy explian'; did you mean 'explain'?", err)
        out, _ = self.policy(0, "explain", "cases.yaml", "-c", "policy.yaml", "--who", "bob", "--server", "finance-core",
                             "--tool", "ledger_post", "--args", '{"amount": 5, "amount": 6}')
        self.assertIn("could be read in two ways", out)

    def test_mistakes_are_told_with_their_places(self):
        self.write("policy.yaml", "rules:\n  - id: a\n    when: 'args.x = 1'\n  - { id: a }\n")
        _, err = self.policy(2, "check", "-c", "policy.yaml")
        self.assertEqual(err, "policy.yaml:3: rules[0].when: column 8: '=' means nothing here; equality is '=='\n"
                              "policy.yaml:4: rules[1].id: 'a' is the id of another rule, too\n")
        self.policy(2, "test", "cases.yaml", "-c", "policy.yaml")
        self.policy(2, "check", "-c", "nowhere.yaml")


if __name__ == "__main__":
    unittest.main()
