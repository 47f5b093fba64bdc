#!/usr/bin/env python3
"""The command line as an MCP client: servers, tools, call; on terminals and in pipes."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import unittest

from cli_support import BINARY, PATIENCE, CliTest, clean_env, line_of


class Servers(CliTest):
    def test_a_line_for_each_in_order(self):
        self.configure({"one": self.stub(), "two": self.stub("--tools", "3")})
        out, err = self.expect(0, "servers")
        self.assertEqual([line.split("\t") for line in out.splitlines()],
                         [["one", "ok", "2025-11-25", "9", "0", "0", "0", "stub 1.0"], ["two", "ok", "2025-11-25", "12", "0", "0", "0", "stub 1.0"]])
        self.assertEqual(err, "")

    def test_one_that_fails_does_not_hide_the_others(self):
        self.configure({"quits": self.stub("--quit"), "mute": self.stub("--mute", probe_timeout="300ms"),
                        "absent": {"command": "/no/such/program"}, "good": self.stub()})
        out, err = self.expect(3, "servers")
        self.assertEqual([line.split("\t")[:2] for line in out.splitlines()],
                         [["quits", "failed"], ["mute", "failed"], ["absent", "failed"], ["good", "ok"]])
        self.assertIn("  no licence found\n", err)
        self.assertIn("gatehouse: mute: The server did not answer in time.\n", err)
        self.assertRegex(err, r"gatehouse: absent: .*/no/such/program")

    def test_check_probes_the_same_way(self):
        self.configure({"quits": self.stub("--quit"), "good": self.stub()})
        out, _ = self.expect(3, "check", "--probe", "--json")
        report = json.loads(out)
        self.assertFalse(report["ok"])
        self.assertEqual(report["problems"], [])
        quits, good = report["servers"]
        self.assertEqual((quits["ok"], quits["error"]["detail"]), (False, "stub is starting\nno licence found"))
        self.assertEqual({key: good[key] for key in ("ok", "era", "protocolVersion", "tools")},
                         {"ok": True, "era": "legacy", "protocolVersion": "2025-11-25", "tools": 9})

    def test_arguments_which_may_be_secrets_stay_hidden(self):
        self.configure({"one": {"command": "/no/such/program", "args": ["--token", "hunter2"]}})
        out, err = self.expect(3, "servers", "--json")
        self.assertNotIn("hunter2", out + err)


class Tools(CliTest):
    def setUp(self):
        super().setUp()
        self.configure({"one": self.stub(), "two": self.stub("--tools", "5")})

    def test_every_page_of_every_server(self):
        out, _ = self.expect(0, "tools")
        rows = [line.split("\t") for line in out.splitlines()]
        self.assertEqual(len(rows), 9 + 14)
        self.assertEqual(rows[0], ["one.echo", "text [times]", "Says its arguments back"])
        self.assertEqual(rows[-1][0], "two.extra004")

    def test_one_server(self):
        out, _ = self.expect(0, "tools", "two")
        self.assertEqual({line.split(".")[0] for line in out.splitlines()}, {"two"})
        _, err = self.expect(2, "tools", "tow")
        self.assertIn("did you mean 'two'?", err)

    def test_one_tool_in_full(self):
        out, _ = self.expect(0, "tools", "one.echo")
        self.assertTrue(out.startswith("one.echo text [times]\n\nSays its arguments back\n"), out)
        self.assertIn('"required": [\n    "text"\n  ]', out)
        self.expect(2, "tools", "one.nope")

    def test_json_keeps_the_definitions(self):
        out, _ = self.expect(0, "tools", "one", "--json")
        first = json.loads(out)[0]
        self.assertEqual((first["name"], first["server"], first["tool"]["name"]), ("one.echo", "one", "echo"))
        self.assertEqual(first["tool"]["inputSchema"]["required"], ["text"])

    def test_a_server_that_fails_does_not_hide_the_others(self):
        self.configure({"bad": self.stub("--quit"), "good": self.stub()})
        out, err = self.expect(3, "tools")
        self.assertEqual(len(out.splitlines()), 9)
        self.assertIn("gatehouse: bad: ", err)

    def test_head_ends_it_quietly(self):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", '"$0" tools | head -1', BINARY], capture_output=True, text=True,
                              cwd=self.directory, env=clean_env(), timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "one.echo\ttext [times]\tSays its arguments back\n", ""))

    def test_a_reader_that_left_before_the_first_line(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as gone:
            done = subprocess.run([BINARY, "tools"], stdout=gone, stderr=subprocess.PIPE, cwd=self.directory, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class OnATerminal(CliTest):
    def setUp(self):
        super().setUp()
        self.configure({"one": self.stub()})

    def test_columns_are_aligned_and_cut_at_the_edge(self):
        code, out, _ = self.on_terminal("tools", env=clean_env(NO_COLOR="1"), columns=50)
        self.assertEqual(code, 0)
        lines = out.splitlines()
        self.assertEqual(lines[0], "TOOL         ARGUMENTS     DESCRIPTION")
        self.assertEqual(lines[1], "one.echo     text [times]  Says its arguments back")
        self.assertEqual(lines[3], "one.explode                Ends with a JSON-RPC e…")
        self.assertTrue(all(len(line) <= 50 for line in lines))

    def test_colour_is_for_terminals_that_want_it(self):
        for env, colored in ((clean_env(), True), (clean_env(NO_COLOR="1"), False), (clean_env(NO_COLOR=""), True), (clean_env() | {"TERM": "dumb"}, False)):
            _, out, _ = self.on_terminal("tools", env=env)
            self.assertEqual("\x1b[" in out, colored)
        out, _ = self.expect(0, "tools")
        self.assertNotIn("\x1b", out)

    def test_progress_is_a_line_that_changes(self):
        code, out, err = self.on_terminal("call", "one.count", "--arg", "steps=2", env=clean_env(NO_COLOR="1"))
        self.assertEqual((code, out), (0, "counted to 2\n"))
        self.assertIn("\r\x1b[K[##########----------]  50%  1/2  step 1", err)
        self.assertTrue(err.endswith('\r\x1b[Kone: warning: [counter] {"step":2}\n'), repr(err))

    def test_progress_is_not_for_pipes(self):
        out, err = self.expect(0, "call", "one.count", "--arg", "steps=2")
        self.assertEqual((out, err), ("counted to 2\n", 'one: warning: [counter] {"step":1}\none: warning: [counter] {"step":2}\n'))

    def test_a_tools_text_cannot_steer_the_terminal(self):
        _, out, _ = self.on_terminal("call", "one.show")
        self.assertTrue(out.endswith("last ?[31mred\n"), repr(out))
        out, _ = self.expect(0, "call", "one.show")
        self.assertTrue(out.endswith("last \x1b[31mred\n"), "a pipe gets what the tool wrote")


class Call(CliTest):
    def setUp(self):
        super().setUp()
        self.configure({"one": self.stub()})

    def echoed(self, *args, **options):
        out, _ = self.expect(0, "call", "one.echo", *args, **options)
        return json.loads(out)

    def test_arguments_come_in_every_form(self):
        self.assertEqual(self.echoed(), {})
        self.assertEqual(self.echoed('{"text": "ä"}'), {"text": "ä"})
        self.assertEqual(self.echoed("-", input='{"text": "stdin"}'), {"text": "stdin"})
        self.assertEqual(self.echoed("@" + self.write("in.json", '{"text": "file"}')), {"text": "file"})
        self.assertEqual(self.echoed('{"text": "a"}', "--arg", "times=2", "--arg", "text=b c"), {"text": "b c", "times": 2})

    def test_wrong_arguments_start_no_server(self):
        self.configure({"one": {"command": "/no/such/program"}})
        for arguments in (["[1]"], ["{"], ["@missing"], ["--arg", "x"], ["--log-level", "loud"]):
            self.expect(2, "call", "one.echo", *arguments)
        self.expect(2, "call", "one")
        self.expect(2, "call", "two.echo")
        self.expect(3, "call", "one.echo")

    def test_content_that_is_no_text_is_described(self):
        out, _ = self.expect(0, "call", "one.show")
        self.assertEqual(out.splitlines()[:-1], ["first", "second", "[image image/png 70 bytes]", "[audio audio/wav 3 bytes]", "[link stub://link a link]",
                                                 "[resource stub://text text/plain]", "embedded", "[resource stub://blob 4 bytes]", "[novelty]"])
        out, _ = self.expect(0, "call", "one.show", "--json")
        self.assertEqual(json.loads(out)["structuredContent"], {"shown": 8})
        out, _ = self.expect(0, "call", "one.numbers")
        self.assertEqual(json.loads(out), {"values": [1, 2.5]})

    def test_a_tools_failure(self):
        out, err = self.expect(4, "call", "one.fail")
        self.assertEqual((out, err), ("", "gatehouse: one.fail reports a failure:\nit did not work\n"))
        out, _ = self.expect(4, "call", "one.fail", "--json")
        self.assertTrue(json.loads(out)["isError"])

    def test_a_protocol_error(self):
        out, err = self.expect(5, "call", "one.explode")
        self.assertEqual((out, err), ("", "gatehouse: one: error 1234: the tool exploded\n"))
        out, _ = self.expect(5, "call", "one.explode", "--json")
        self.assertEqual(json.loads(out), {"error": {"code": 1234, "message": "the tool exploded", "data": {"fuse": "short"}}})
        _, err = self.expect(5, "call", "one.nope")
        self.assertIn("error -32602", err)

    def test_a_server_that_ends_has_the_last_word(self):
        _, err = self.expect(3, "call", "one.die")
        self.assertEqual(err, "gatehouse: one: The server ended before it answered.\n  stub is starting\n  dying as asked\n")

    def test_log_levels(self):
        _, err = self.expect(0, "call", "one.count", "--arg", "steps=1", "--log-level", "off")
        self.assertEqual(err, "")
        _, err = self.expect(0, "call", "one.count", "--arg", "steps=1", "--log-level", "debug", "--verbose")
        self.assertIn("[one] level debug\n", err)
        self.assertIn("one: debug: detail 1\n", err)
        _, err = self.expect(0, "call", "one.count", "--arg", "steps=1", "--log-level", "error")
        self.assertEqual(err, "")


class Interrupted(CliTest):
    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)
        self.addCleanup(process.stderr.close)
        self.assertEqual(process.wait(PATIENCE), 128 + number)

    def test_ctrl_c_cancels_the_call(self):
        told = self.directory / "cancelled"
        self.configure({"one": self.stub("--cancelled", str(told))})
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("call", "one.hold", "--verbose", stderr=subprocess.PIPE)
            line_of(process.stderr, "holding")
            self.interrupt(process, number)
            self.assertRegex(told.read_text(), r"^\d+$")
            told.unlink()

    def test_ctrl_c_ends_waiting_for_a_program(self):
        self.configure({"one": self.stub("--mute", probe_timeout="10m")})
        process = self.start("servers", "--verbose", stderr=subprocess.PIPE)
        line_of(process.stderr, "stub is starting")
        self.interrupt(process)

    def test_the_second_ctrl_c_waits_for_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(PATIENCE)
            self.configure({"one": {"url": f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", "probe_timeout": "10m"}})
            process = self.start("servers", stderr=subprocess.PIPE)
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                self.addCleanup(process.stderr.close)
                deadline = time.monotonic() + PATIENCE
                while process.poll() is None and time.monotonic() < deadline:
                    process.send_signal(signal.SIGINT)   # again and again: two that are close together count as one
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.1)
                self.assertEqual(process.returncode, 128 + signal.SIGINT)


class Examples(CliTest):
    def test_servers_of_every_kind(self):
        notes = BINARY.parent / "notes-stdio"
        self.configure({"notes": {"command": str(notes)}, "clock": {"url": self.example("clock-http")}, "units": {"url": self.example("units-http")}})
        out, _ = self.expect(0, "servers", "--json")
        self.assertEqual([(server["name"], server["era"]) for server in json.loads(out)], [("notes", "modern"), ("clock", "legacy"), ("units", "modern")])
        out, _ = self.expect(0, "call", "notes.add_note", "--arg", "title=milk", "--arg", "text=two litres")
        self.assertIn("Noted.", out)
        out, _ = self.expect(0, "call", "units.convert", '{"value": 1, "from": "km", "to": "m"}')
        self.assertIn("1000", out)

    def test_progress_over_http(self):
        self.configure({"clock": {"url": self.example("clock-http")}})
        code, _, err = self.on_terminal("call", "clock.countdown", "--arg", "from=3", "--arg", "interval_ms=20", env=clean_env(NO_COLOR="1"))
        self.assertEqual(code, 0)
        self.assertRegex(err, r"\[#+-*\] +\d+%")

    def test_any_endpoint_by_its_url(self):
        url = self.example("units-http")
        out, _ = self.expect(0, "tools", "--url", url)
        self.assertTrue(out.startswith("convert\t"), out)
        out, _ = self.expect(0, "call", "--url", url, "convert", '{"value": 2, "from": "km", "to": "m"}')
        self.assertIn("2000", out)

    def test_through_the_gateway(self):
        self.configure({"one": self.stub()})
        gateway, url = self.serve("-c", "gatehouse.yaml")
        direct, _ = self.expect(0, "tools", "one")
        through, _ = self.expect(0, "tools", "--url", url)
        self.assertEqual(through, direct)
        out, _ = self.expect(0, "call", "--url", url, "one.echo", "--arg", "text=hello")
        self.assertEqual(json.loads(out), {"text": "hello"})
        _, err = self.expect(4, "call", "--url", url, "one.fail")
        self.assertIn("it did not work", err)
        gateway.terminate()
        self.assertEqual(gateway.wait(PATIENCE), 0)
        self.expect(3, "tools", "--url", url)

    def test_serve_takes_a_clients_file(self):
        self.write("claude.json", json.dumps({"mcpServers": {"one": self.stub()}}))
        _, url = self.serve("--mcp-servers", "claude.json")
        out, _ = self.expect(0, "tools", "--url", url)
        self.assertIn("one.echo", out)


if __name__ == "__main__":
    unittest.main()
