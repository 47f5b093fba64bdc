#!/usr/bin/env python3
"""A server and a client written with the library, examples/vault_keys.cpp and examples/visit.cpp, and the page about them."""
import json
import re
import subprocess
import unittest
import urllib.error
import urllib.request

from cli_support import BINARY, PATIENCE, ROOT, CliTest, clean_env

PROTOCOL = "2026-07-28"
DENIED = -31006
UNAUTHENTICATED = -31010


def post(url, method, params, headers):
    """(HTTP status, headers, JSON)"""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


def credential(key):
    return {"Authorization": f"Bearer {key}"} if key else {}


def call(url, tool, key=None):
    """Of a stateless client."""
    meta = {"io.modelcontextprotocol/protocolVersion": PROTOCOL, "io.modelcontextprotocol/clientCapabilities": {}}
    headers = {"MCP-Protocol-Version": PROTOCOL, "Mcp-Method": "tools/call", "Mcp-Name": tool, **credential(key)}
    return post(url, "tools/call", {"name": tool, "arguments": {}, "_meta": meta}, headers)


class Vault(CliTest):
    def setUp(self):
        super().setUp()
        self.admin, self.user = self.create("--name", "ann", "--roles", "admin"), self.create("--name", "bob")
        self.jira = self.create("--name", "tim", "--roles", "admin", "--tools", "jira.*")
        self.url = self.example("vault-keys", "--keys", "keys.yaml")

    def create(self, *args):
        out, _ = self.expect(0, "keys", "create", "--file", "keys.yaml", "--owner", "me", *args)
        return out.strip()

    def visit(self, tool, key=None):
        program = BINARY.parent / "visit"
        if not program.exists():
            self.skipTest("visit is not built")
        done = subprocess.run([program, self.url, tool], env=clean_env(API_KEY=key), capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout, done.stderr

    def assert_says(self, answer, text):
        status, _, message = answer
        self.assertEqual((status, message["result"]["content"]), (200, [{"type": "text", "text": text}]))

    def assert_refused(self, answer, status, code):
        got, headers, message = answer
        self.assertEqual((got, message["error"]["code"]), (status, code), message)
        return headers, message["error"]["message"]

    def test_nobody_without_a_key(self):
        headers, _ = self.assert_refused(call(self.url, "whoami"), 401, UNAUTHENTICATED)
        self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"), headers["WWW-Authenticate"])

    def test_nobody_with_a_key_that_is_not_in_the_file(self):
        foreign, _ = self.expect(0, "keys", "create", "--file", "other.yaml", "--owner", "me", "--name", "eve", "--roles", "admin")
        for key in (foreign.strip(), self.admin[:-1] + ("a" if self.admin[-1] != "a" else "b"), "admin"):
            self.assertEqual(call(self.url, "open", key)[0], 401)

    def test_a_key_for_other_tools_calls_none_of_these(self):
        for tool in ("whoami", "open"):
            _, message = self.assert_refused(call(self.url, tool, self.jira), 403, DENIED)
            self.assertEqual(message, f"Forbidden: this credential is not for the tool {tool}")

    def test_handlers_know_who_asks(self):
        self.assert_says(call(self.url, "whoami", self.admin), f"You are ann, key {self.admin.split('_')[2]}, roles: admin")
        self.assert_says(call(self.url, "whoami", self.user), f"You are bob, key {self.user.split('_')[2]}, roles:")

    def test_a_tool_that_needs_a_role(self):
        self.assert_says(call(self.url, "open", self.admin), "Opened for ann.")
        _, message = self.assert_refused(call(self.url, "open", self.user), 403, DENIED)
        self.assertEqual(message, "Forbidden: admin role required")

    def test_clients_with_sessions_are_told_the_same(self):
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        self.assertEqual(post(self.url, "initialize", hello, {})[0], 401)
        status, headers, _ = post(self.url, "initialize", hello, credential(self.user))
        self.assertEqual(status, 200)
        session = {"Mcp-Session-Id": headers["Mcp-Session-Id"], "MCP-Protocol-Version": "2025-11-25", **credential(self.user)}
        self.assert_says(post(self.url, "tools/call", {"name": "whoami", "arguments": {}}, session),
                         f"You are bob, key {self.user.split('_')[2]}, roles:")
        _, message = self.assert_refused(post(self.url, "tools/call", {"name": "open", "arguments": {}}, session), 403, DENIED)
        self.assertEqual(message, "Forbidden: admin role required")

    def test_the_client_library_brings_a_key_and_hears_why_not(self):
        code, out, _ = self.visit("open", self.admin)
        self.assertEqual((code, json.loads(out)["content"][0]["text"]), (0, "Opened for ann."))
        code, out, err = self.visit("open", self.user)
        self.assertEqual((code, out), (1, ""))
        self.assertIn("Forbidden: admin role required", err)
        code, out, err = self.visit("open")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("Authentication is required.", err)

    def test_a_key_file_with_a_mistake_lets_nobody_start(self):
        self.write("bad.yaml", "keys: [{ id: x }]\n")
        done = subprocess.run([BINARY.parent / "vault-keys", "--port", "0", "--keys", "bad.yaml"], cwd=self.directory, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("bad.yaml", done.stderr)


class Page(unittest.TestCase):
    """What readers copy is what compiles."""

    def test_every_block_is_part_of_the_program_that_it_names(self):
        for page, least in (("docs/library.md", 10), ("README.md", 1)):
            text = (ROOT / page).read_text(encoding="utf-8")
            blocks = re.findall(r"<!-- from: (\S+) -->\n```cpp\n(.*?)```", text, re.DOTALL)
            self.assertGreaterEqual(len(blocks), least, page)
            self.assertEqual(len(blocks), text.count("```cpp"), f"{page}: a block without a source")
            for source, block in blocks:
                with self.subTest(page=page, block=block):
                    self.assertIn(one_line(block), one_line((ROOT / source).read_text(encoding="utf-8")))


def one_line(text):
    return " ".join(text.split())


if __name__ == "__main__":
    unittest.main()
