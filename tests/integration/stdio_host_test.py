#!/usr/bin/env python3
"""The gateway behind stdin and stdout: scripts that end their input, hosts that go."""
import json
import signal
import subprocess
import time
import unittest

from cli_support import PATIENCE, CliTest, line_of


def call(number, name, **arguments):
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call",
                       "params": {"name": name, "arguments": arguments, "_meta": meta}}) + "\n"


def answers(text):
    return {message["id"]: message for message in map(json.loads, text.splitlines()) if "id" in message}


class Scripts(CliTest):
    def test_a_pipe_gets_the_answer_of_a_call_that_takes_time(self):
        url = self.example("clock-http")
        out, _ = self.expect(0, "connect", url, input=call(1, "countdown", **{"from": 3, "interval_ms": 50}))
        self.assertIn("content", answers(out)[1]["result"])

    def test_every_answer_comes_through_a_whole_gateway(self):
        self.configure({"one": self.stub(), "two": self.stub()})
        out, _ = self.expect(0, "serve", "--stdio", input="".join(call(n, f"{server}.echo", text=str(n))
                                                                 for n, server in enumerate(["one", "two"] * 20)))
        self.assertEqual(sorted(answers(out)), list(range(40)))
        self.assertTrue(all("result" in answer for answer in answers(out).values()))

    def test_what_never_answers_is_cancelled_when_the_time_is_up(self):
        told = self.directory / "cancelled"
        self.configure({"one": self.stub("--cancelled", str(told))})
        out, _ = self.expect(0, "serve", "--stdio", "--linger", "300ms", input=call(7, "one.hold"))
        self.assertIn(7, answers(out))
        self.assertRegex(told.read_text(), r"^\d+$")

    def test_a_time_without_unit_is_refused(self):
        _, err = self.expect(2, "connect", "http://127.0.0.1:1/mcp", "--linger", "3")
        self.assertIn("--linger", err)


class Hosts(CliTest):
    def holding(self):
        """A gateway in the middle of a call, whose host has ended its input."""
        self.configure({"one": self.stub()})
        process = self.start("serve", "--stdio", "--linger", "10m", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        process.stdin.write(call(7, "one.hold"))
        process.stdin.close()
        line_of(process.stderr, "holding")
        return process

    def test_sigterm_ends_the_wait(self):
        process = self.holding()
        process.send_signal(signal.SIGTERM)
        self.assertIn(7, answers(process.stdout.read()))
        process.stdout.close()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_nobody_who_reads_ends_the_wait(self):
        process = self.holding()
        process.stdout.close()
        began = time.monotonic()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - began, PATIENCE)


if __name__ == "__main__":
    unittest.main()
