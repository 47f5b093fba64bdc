#!/usr/bin/env python3
"""The command line: help, configuration, import, completion. GATEHOUSE_UPDATE=1 rewrites the golden help texts."""
import json
import os
import pathlib
import re
import stat
import subprocess
import unittest

from cli_support import BINARY, COMMANDS, INNER_COMMANDS, ROOT, CliTest, clean_env

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden/help"
PLAIN_SERVER = {"tools": {"command": "true"}}


class Help(CliTest):
    def help_of(self, command):
        out, err = self.expect(0, *command.split(), "--help")
        self.assertEqual(err, "")
        return out

    def test_help_is_as_it_was_reviewed(self):
        for command in ["", *COMMANDS, *INNER_COMMANDS]:
            golden = GOLDEN / f"{command.replace(' ', '_') or 'gatehouse'}.txt"
            text = self.help_of(command)
            if os.environ.get("GATEHOUSE_UPDATE"):
                golden.write_text(text, encoding="utf-8")
            with self.subTest(command):
                self.assertEqual(text, golden.read_text(encoding="utf-8"))

    def test_every_command_has_an_example_that_names_it(self):
        for command in COMMANDS + INNER_COMMANDS:
            self.assertRegex(self.help_of(command), rf"Example:\n.*gatehouse {command}")

    def test_the_manual_knows_every_command_option_and_exit_code(self):
        manual = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
        for command in COMMANDS + INNER_COMMANDS:
            self.assertIn(f"gatehouse {command}", manual)
            for option in re.findall(r"(?<!\S)(?:-\w,)?(--[\w-]+)", self.help_of(command).split("Example:")[0]):
                self.assertIn(f"`{option}", manual, f"option of {command}")
        for code in (0, 1, 2, 3, 4, 5, 130):
            self.assertRegex(manual, rf"\| `{code}` \|")

    def test_help_lines_fit_a_terminal(self):
        for command in ["", *COMMANDS, *INNER_COMMANDS]:
            for line in self.help_of(command).splitlines():
                self.assertLessEqual(len(line), 100, line)


class Usage(CliTest):
    def test_no_command_shows_the_help(self):
        out, err = self.expect(2)
        self.assertEqual(out, "")
        self.assertIn("Commands:", err)

    def test_misspelt_commands_are_recognised(self):
        _, err = self.expect(2, "srve")
        self.assertIn("did you mean 'serve'?", err)

    def test_unknown_options_name_the_help(self):
        _, err = self.expect(2, "tools", "--nope")
        self.assertIn("--nope", err)
        self.assertIn("`gatehouse tools --help`", err)

    def test_sources_exclude_each_other(self):
        self.expect(2, "check", "-c", "a", "--mcp-servers", "b")
        self.expect(2, "tools", "-c", "a", "--url", "http://127.0.0.1/mcp")

    def test_version(self):
        out, _ = self.expect(0, "version")
        short, _ = self.expect(0, "--version")
        self.assertEqual(out.splitlines()[0], short.strip())
        out, _ = self.expect(0, "version", "--json")
        self.assertEqual("gatehouse " + json.loads(out)["version"], short.strip())
        self.assertIn("2026-07-28", json.loads(out)["protocolVersions"])

    def test_a_full_disk_is_reported(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([BINARY, "version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def test_a_reader_that_left_is_no_failure(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as gone:
            done = subprocess.run([BINARY, "--help"], stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Check(CliTest):
    def test_the_default_file_is_used_when_it_is_there(self):
        _, err = self.expect(2, "check")
        self.assertIn("gatehouse.yaml: no such file here; name a configuration with -c FILE", err)
        self.configure(PLAIN_SERVER)
        out, _ = self.expect(0, "check")
        self.assertEqual(out, "gatehouse.yaml: ok, 1 server, 1 endpoint\n")

    def test_all_problems_come_at_once_with_their_lines(self):
        file = self.write("bad.yaml", "listen: 0.0.0.0:80\nsurprise: 1\nservers:\n  a b: { command: x }\n")
        out, err = self.expect(2, "check", "-c", file)
        self.assertEqual(out, "")
        lines = err.splitlines()
        self.assertEqual([re.match(r"bad\.yaml:(\d): ", line)[1] for line in lines], ["1", "2", "4"], err)
        self.assertIn("listen: is not a loopback address", lines[0])

    def test_problems_as_json(self):
        file = self.write("bad.yaml", "surprise: 1\n")
        out, err = self.expect(2, "check", "-c", file, "--json")
        self.assertEqual(err, "")
        report = json.loads(out)
        self.assertFalse(report["ok"])
        self.assertEqual([(problem["file"], problem["line"], problem["key"]) for problem in report["problems"]], [("bad.yaml", 1, "surprise")])

    def test_clients_files(self):
        file = self.write("claude.json", json.dumps({"mcpServers": {"one": {"command": "true"}, "two": {"command": "true", "disabled": True}}}))
        out, err = self.expect(0, "check", "--mcp-servers", file)
        self.assertEqual(out, "claude.json: ok, 1 server, 1 endpoint\n")
        self.assertRegex(err, r"^warning: claude\.json:1: .*disabled")

    def test_serve_refuses_what_check_refuses(self):
        file = self.write("bad.yaml", "surprise: 1\n")
        _, err = self.expect(2, "serve", "-c", file)
        self.assertEqual(err, "bad.yaml:1: surprise: unknown key\n")

    def test_serve_stays_on_loopback(self):
        self.configure(PLAIN_SERVER)
        for option in ("--listen", "--admin-listen"):
            _, err = self.expect(2, "serve", option, "0.0.0.0:0")
            self.assertTrue(err.startswith(f"{option}: '0.0.0.0:0' is not a loopback address"), err)
        _, err = self.expect(2, "serve", "--listen", "nonsense")
        self.assertTrue(err.startswith("--listen: "), err)
        self.expect(2, "serve", "--listen", "127.0.0.1:9", "--admin-listen", "127.0.0.1:9")


class Explain(CliTest):
    def test_the_effective_configuration_can_be_read_again(self):
        self.configure(PLAIN_SERVER)
        out, _ = self.expect(0, "explain")
        self.assertIn("listen: \"127.0.0.1:8080\"", out)
        self.write("again.yaml", out)
        again, _ = self.expect(0, "explain", "-c", "again.yaml")
        self.assertEqual(again, out)

    def test_secrets_are_shown_by_their_reference(self):
        self.write("gatehouse.yaml", "servers: { a: { url: 'http://127.0.0.1/', headers: { Authorization: '${TOKEN}' } } }")
        out, _ = self.expect(0, "explain", env=clean_env(TOKEN="hunter2"))
        self.assertIn("${TOKEN}", out)
        self.assertNotIn("hunter2", out)


class Import(CliTest):
    def setUp(self):
        super().setUp()
        self.source = self.write("claude.json", json.dumps(
            {"mcpServers": {"files": {"command": "npx", "args": ["-y", "server"], "env": {"API_KEY": "hunter2"}, "alwaysAllow": []}}}))

    def test_secrets_do_not_get_into_a_terminals_history(self):
        out, err = self.expect(0, "import", self.source)
        self.assertIn("command: npx", out)
        self.assertNotIn("hunter2", out + err)
        self.assertIn("shown as ***", err)

    def test_a_file_keeps_them_for_its_owner(self):
        self.expect(0, "import", self.source, "-o", "out.yaml")
        written = self.directory / "out.yaml"
        self.assertIn("hunter2", written.read_text())
        self.assertEqual(stat.S_IMODE(written.stat().st_mode), 0o600)
        self.expect(0, "check", "-c", "out.yaml")

    def test_a_file_is_replaced_only_by_force(self):
        self.write("out.yaml", "mine")
        _, err = self.expect(1, "import", self.source, "-o", "out.yaml")
        self.assertIn("--force", err)
        self.assertEqual((self.directory / "out.yaml").read_text(), "mine")
        self.expect(0, "import", self.source, "-o", "out.yaml", "--force")
        self.assertIn("npx", (self.directory / "out.yaml").read_text())
        self.assertEqual(sorted(os.listdir(self.directory)), ["claude.json", "out.yaml"])

    def test_problems_are_told_with_their_lines(self):
        _, err = self.expect(2, "import", self.write("broken.json", "{\n  \"mcpServers\": [\n"))
        self.assertRegex(err, r"^broken\.json:\d+: ")
        _, err = self.expect(1, "import", self.source, "-o", "no/such/folder.yaml")
        self.assertIn("No such file or directory", err)


class Completion(CliTest):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = """source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gatehouse; printf '%s\\n' "${COMPREPLY[@]}" """
        text, _ = self.expect(0, "completion", "bash")
        done = subprocess.run(["bash", "-c", script, "bash", *words], input=text, capture_output=True, text=True, check=True, cwd=self.directory)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes_commands_options_values_and_files(self):
        self.write("gate.yaml", "")
        self.assertEqual(self.complete("gatehouse", "ser"), ["serve", "servers"])
        self.assertEqual(self.complete("gatehouse", "serve", "--lis"), ["--listen"])
        self.assertEqual(self.complete("gatehouse", "call", "--log-level", "e"), ["error", "emergency"])
        self.assertEqual(self.complete("gatehouse", "check", "-c", "ga"), ["gate.yaml"])
        self.assertEqual(self.complete("gatehouse", "import", "ga"), ["gate.yaml"])
        self.assertEqual(self.complete("gatehouse", "completion", "z"), ["zsh"])
        self.assertEqual(self.complete("gatehouse", "tools", "app"), ["approve"])
        self.assertEqual(self.complete("gatehouse", "keys", "re"), ["revoke"])
        self.assertEqual(self.complete("gatehouse", "keys", "create", "--ro"), ["--roles"])

    def test_every_shell_hears_of_every_command_and_option(self):
        for shell in ("bash", "zsh", "fish"):
            script, _ = self.expect(0, "completion", shell)
            for command in COMMANDS:
                self.assertIn(command, script)
            for option in ("listen", "mcp-servers", "ready-file", "probe", "force", "json", "arg", "log-level", "header"):
                self.assertRegex(script, rf"(--| -l ){option}\b", shell)
        self.expect(2, "completion", "tcsh")


if __name__ == "__main__":
    unittest.main()
