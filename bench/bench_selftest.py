"""Checks the measuring tools against each other: every call is counted once, and every kind of mistake is found.

usage: bench_selftest.py DIRECTORY_OF_THE_PROGRAMS [unittest options]
"""

import contextlib
import io
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from harness import bad_servers, paired, report
from harness.effort import FULL, QUICK
from harness.loads import Disturbed, Held, Load, single_run
from harness.processes import Failure, Stage, wait_for_url
from harness.servers import Programs

PROGRAMS = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
LOADGEN = PROGRAMS / "gatehouse-loadgen"
BACKEND = PROGRAMS / "gatehouse-bench-backend"
FAULTS = ["http_status", "rpc_error", "tool_error", "id_mismatch", "text_mismatch", "malformed", "broken", "timeout",
          "unsent"]


def serve(stage, *options):
    ready = stage.path("url")
    return wait_for_url(stage.start([BACKEND, "--ready-file", ready, *options]), ready)


class StallingServer:
    """A modern server on one thread that answers its first call after so many seconds, or never."""

    def __init__(self, seconds=None):
        self._seconds = seconds
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/mcp"

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self._listener.close()

    def _serve(self):
        self._ended.wait(self._seconds)
        if self._ended.is_set():
            return
        connection, _ = self._listener.accept()
        with connection:
            while request := connection.recv(65536):
                self.request = request
                number = re.search(rb'"id":(\d+)', request)[1].decode()
                result = {"content": [{"type": "text", "text": number}]}
                body = json.dumps({"jsonrpc": "2.0", "id": int(number), "result": result})
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


class WithBackend(unittest.TestCase):
    def setUp(self):
        self.stage = self.enterContext(Stage())

    def call(self, backend_options, *options):
        return single_run(LOADGEN, serve(self.stage, *backend_options), "--connections", 8, *options)

    def assert_only(self, result, **expected):
        """These counts, and zero for every other fault."""
        self.assertEqual({fault: result[fault] for fault in FAULTS}, {fault: 0 for fault in FAULTS} | expected)


class EveryCallIsCountedOnce(WithBackend):
    def test_in_each_era_and_form_of_answer(self):
        for era in ("legacy", "modern"):
            for form in ("json", "chunked", "sse"):
                with self.subTest(era=era, form=form):
                    result = self.call(["--era", era, "--answer", form], "--era", era, "--count", 500)
                    self.assertEqual((result["calls"], result["answered"]), (500, 500))
                    self.assert_only(result)

    def test_without_session_ids(self):
        self.assertEqual(self.call(["--no-sessions"], "--count", 100)["answered"], 100)

    def test_results_of_a_given_size(self):
        for form in ("json", "sse"):
            with self.subTest(form=form):
                result = self.call(["--answer", form], "--tool", "blob", "--result-bytes", 1_000_000, "--count", 20)
                self.assertEqual(result["answered"], 20)
                self.assertTrue(20_000_000 < result["body_bytes"] < 20_010_000, result["body_bytes"])

    def test_in_an_open_loop(self):
        result = self.call([], "--rate", 2000, "--seconds", 0.25)
        self.assertEqual(result["calls"], 500)
        self.assert_only(result)

    def test_in_an_open_loop_with_a_count_and_a_warm_up(self):
        result = self.call([], "--rate", 2000, "--count", 200, "--warm-up", 0.05)
        self.assertEqual((result["calls"], result["answered"]), (200, 300))

    def test_by_tool(self):
        result = self.call(["--tools", 10], "--tool", "echo,blob,tool_0003,tool_0010", "--count", 80)
        self.assertEqual(result["answered"], 80)

    def test_in_several_runs_on_the_same_connections(self):
        load = Load(self.stage, LOADGEN, serve(self.stage), None, connections=4)
        self.assertEqual([load.count(n)["answered"] for n in (1, 30, 7)], [1, 30, 7])

    def test_with_the_token_that_is_named(self):
        server = StallingServer(seconds=0)
        with server as url:
            single_run(LOADGEN, url, "--era", "modern", "--connections", 1, "--count", 1, "--token", "gatek_x")
        self.assertIn(b"Authorization: Bearer gatek_x\r\n", server.request)

    def test_the_default_request_is_realistic(self):
        result = self.call([], "--count", 1)
        self.assertTrue(790 <= result["request_bytes"] <= 830, result["request_bytes"])
        self.assertTrue(260 <= result["body_bytes"] <= 280, result["body_bytes"])


class EachMistakeIsFound(WithBackend):
    def test_one_kind_at_a_time(self):
        kinds = {"wrong-id": "id_mismatch", "wrong-text": "text_mismatch", "rpc-error": "rpc_error",
                 "tool-error": "tool_error", "http-500": "http_status", "cut": "broken", "close": "broken"}
        for fault, counted_as in kinds.items():
            for form in ("json", "sse"):
                with self.subTest(fault=fault, form=form):
                    backend = ["--fault", fault, "--fault-every", 10, "--answer", form]
                    result = self.call(backend, "--count", 200)
                    self.assertEqual(result["answered"], 180)
                    self.assert_only(result, **{counted_as: 20})
                    self.assertIn(counted_as, result["first_error"])

    def test_an_unknown_tool(self):
        self.assert_only(self.call([], "--tool", "nobody", "--count", 10), rpc_error=10)

    def test_a_session_of_an_earlier_server(self):
        first = self.stage.start([BACKEND, "--ready-file", self.stage.path("url")], talks=True)
        url = first.stdout.readline().split()[-1]
        load = Load(self.stage, LOADGEN, url, None, connections=2)
        self.stage.stop(first)
        serve(self.stage, "--port", url.split(":")[2].split("/")[0])
        with self.assertRaisesRegex(Failure, "10 of 10 calls failed, first: http_status.*404"):
            load.count(10)

    def test_calls_that_find_no_free_connection(self):
        """A server that never answers: one call per connection times out, the others are never sent."""
        with StallingServer() as url:
            result = single_run(LOADGEN, url, "--era", "modern", "--connections", 2, "--rate", 1000, "--count", 50,
                                "--timeout", 0.2)
        self.assertEqual(result["answered"], 0)
        self.assertGreaterEqual(result["timeout"], 2)
        self.assertGreater(result["unsent"], 0)
        self.assertEqual(result["timeout"] + result["unsent"], 50)

    def test_latency_counts_from_the_planned_time(self):
        """One connection and 2,000 calls a second: a stall of the server delays all the calls planned meanwhile."""
        with StallingServer(seconds=0.3) as url:
            result = single_run(LOADGEN, url, "--era", "modern", "--connections", 1, "--rate", 2000, "--count", 400)
        self.assertEqual(result["answered"], 400)
        self.assertGreater(result["latency_us"]["p50"], 100_000)
        self.assertGreater(result["latency_us"]["max"], 200_000)


class SessionsAreHeld(WithBackend):
    def test_with_and_without_own_connections(self):
        url = serve(self.stage)
        for options, connections in (([], 0), (["--own-connections", "--calls-each", 2], 50)):
            held = Held(self.stage, LOADGEN, url, None, 50, *options)
            self.assertEqual((held.opened["sessions"], held.opened["connections"]), (50, connections))
            held.close()

    def test_streams_are_refused_by_a_server_that_has_none(self):
        with self.assertRaisesRegex(Failure, "HTTP 405"):
            Held(self.stage, LOADGEN, serve(self.stage), None, 5, "--streams")

    def test_connections_that_the_server_closed_are_reported(self):
        ready = self.stage.path("url")
        backend = self.stage.start([BACKEND, "--ready-file", ready])
        held = Held(self.stage, LOADGEN, wait_for_url(backend, ready), None, 5, "--own-connections")
        self.stage.stop(backend)
        with self.assertRaisesRegex(Failure, "'closed_connections': 5"):
            held.close()


class BackendSpeaksStdio(unittest.TestCase):
    def answers(self, messages, *options):
        lines = "".join(json.dumps(message) + "\n" for message in messages)
        done = subprocess.run([BACKEND, "--stdio", *options], input=lines, capture_output=True, text=True, timeout=10,
                              check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_a_legacy_conversation(self):
        params = {"_meta": {"progressToken": "name"}, "name": "blob", "arguments": {"text": 'a "b"', "bytes": 1000}}
        hello, pong, listed, called = self.answers([
            {"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"protocolVersion": "2025-06-18"}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 2, "method": "ping"},
            {"jsonrpc": "2.0", "id": 3, "method": "tools/list"},
            {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": params}])
        self.assertEqual((hello["id"], hello["result"]["protocolVersion"]), ("a", "2025-06-18"))
        self.assertEqual((pong["id"], pong["result"]), (2, {}))
        self.assertEqual([tool["name"] for tool in listed["result"]["tools"]], ["echo", "blob"])
        text = called["result"]["content"][0]["text"]
        self.assertTrue(text.startswith('a "b"A line'))
        self.assertEqual(len(json.dumps(text)) - 2, 1000)

    def test_a_modern_conversation_with_pages(self):
        def page(number, cursor):
            return {"jsonrpc": "2.0", "id": number, "method": "tools/list", "params": {"cursor": cursor}}

        found, first, last, refused = self.answers([
            {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {}},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, page(3, "2001"),
            {"jsonrpc": "2.0", "id": 4, "method": "initialize"}], "--era", "modern", "--tools", "2005")
        self.assertEqual(found["result"]["supportedVersions"], ["2026-07-28"])
        self.assertEqual((len(first["result"]["tools"]), first["result"]["nextCursor"]), (1000, "1001"))
        self.assertEqual([tool["name"] for tool in last["result"]["tools"]], [f"tool_{n}" for n in range(2001, 2006)])
        self.assertEqual(refused["error"]["code"], -32601)
        for answer in (found, first, last):
            self.assertEqual(answer["result"]["resultType"], "complete")
            self.assertLessEqual({"ttlMs", "cacheScope"}, answer["result"].keys())


class BadServers(WithBackend):
    """They misbehave as they say, and only when a tool is called."""

    def test_each_in_its_own_way(self):
        ready = self.stage.path("url")
        base = wait_for_url(self.stage.start([sys.executable, bad_servers.__file__, ready]), ready)
        expected = {"hang": {"timeout": 4}, "crash": {"broken": 4}, "slow": {}, "lie": {"malformed": 4}}
        self.assertEqual(set(expected), set(bad_servers.KINDS))
        for kind, faults in expected.items():
            with self.subTest(kind=kind):
                result = single_run(LOADGEN, f"{base}/{kind}", "--connections", 4, "--count", 4, "--timeout", 0.5)
                self.assert_only(result, **faults)
                self.assertEqual(result["answered"], 4 - sum(faults.values()))


class FakeLoad:
    """Says what a load would say; its latency and its rate are the numbers it was given, one after another."""

    def __init__(self, name, numbers, seen):
        self._name, self._numbers, self._seen = name, iter(numbers), seen

    def run(self, _seconds):
        self._seen.append(self._name)
        number = next(self._numbers)
        return {"rate": number, "answered": 10, "latency_us": {"p50": number, "p99": 10 * number}}


class BurstsArePaired(unittest.TestCase):
    def targets(self, **numbers):
        self.seen = []
        return [paired.Target(name, FakeLoad(name, values, self.seen), []) for name, values in numbers.items()]

    def test_within_a_round_and_without_the_first(self):
        bursts = paired.run_rounds(self.targets(a=[999, 2, 40, 600], b=[1, 1, 10, 200]), 3, 0.1)
        ratio = paired.ratio(bursts, "a", "b", "rate")
        self.assertEqual((ratio.median, ratio.low, ratio.high), (3, 2.5, 3.5))
        self.assertEqual(str(ratio), "3.000 (2.50 to 3.50)")
        self.assertEqual(paired.median(bursts, "a", "p99_us"), 400)

    def test_by_their_medians_where_single_ones_are_spoilt(self):
        bursts = paired.run_rounds(self.targets(a=[1, 100, 9000, 101, 102, 104], b=[1, 8000, 102, 7000, 99, 101]), 5, 0.1)
        ratio = paired.ratio_of_medians(bursts, "a", "b", "p99_us")
        self.assertEqual((ratio.median, ratio.low), (1.0, paired.ratio(bursts, "a", "b", "p99_us").low))

    def test_each_goes_first_and_last_equally_often(self):
        paired.run_rounds(self.targets(a=[1] * 6, b=[1] * 6, c=[1] * 6), 5, 0.1)
        rounds = ["".join(self.seen[n:n + 3]) for n in range(0, 18, 3)]
        self.assertEqual(rounds, ["abc", "cba", "bca", "acb", "cab", "bac"])

    def test_over_several_starts(self):
        stages = []

        def set_up(stage):
            stages.append(stage)
            return self.targets(a=[1, 2, 3])

        bursts = paired.run_anew(set_up, starts=3, rounds=6, seconds=0.1)
        self.assertEqual([burst.rate for burst in bursts["a"]], [2, 3, 2, 3, 2, 3])
        self.assertEqual(len(set(map(id, stages))), 3)

    def test_with_rounds_that_the_starts_share_out_evenly(self):
        for effort in (FULL, QUICK):
            for rounds in (effort.rounds, effort.close_rounds, effort.tail_rounds):
                self.assertEqual((rounds % effort.starts, rounds >= 2 * effort.starts), (0, True))


class DisturbancesAreCounted(WithBackend):
    def test_by_what_became_of_their_calls(self):
        load = Load(self.stage, LOADGEN, serve(self.stage), None, connections=2, warm_up=0.05)
        backend = serve(self.stage, "--fault", "http-500", "--fault-every", 4)
        other = Load(self.stage, LOADGEN, backend, None, "--rate", 400, connections=4, yields=True)
        disturbed = Disturbed(load, [other])
        self.assertGreater(disturbed.run(0.2)["answered"], 0)
        disturbed.run(0.2)
        self.assertEqual((disturbed.calls, disturbed.failed, disturbed.seconds), (200, 50, 0.5))
        disturbed.stop()

    def test_and_give_way_when_they_are_told_to(self):
        policies = [os.sched_getscheduler(self.stage.start(["sleep", "60"], yields=yields).pid) for yields in (False, True)]
        self.assertEqual(policies, [os.SCHED_OTHER, os.SCHED_IDLE])


class ReportsAreWritten(unittest.TestCase):
    def page(self, *sections):
        self.report = report.Report("./dev bench", FULL)
        with contextlib.redirect_stdout(io.StringIO()):
            for section in sections:
                self.report.measure(section, None)
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "new" / "page.md"
            self.report.write(path, Programs("none", "none", "none", "none", "none", "the release before"))
            return path.read_text()

    def test_with_sections_texts_targets_and_verdicts(self):
        page = self.page(
            report.Section("Good", "About {rounds} rounds.",
                           lambda *_: [report.ratio_at_least("rate", paired.Ratio(0.9996, 0.9, 1.1), 1)]),
            report.Section("Bad", "About it.", lambda *_: [report.at_most("size", 1234.5, 1000, " KiB"), report.note("n", 7)]))
        self.assertIn(f"## Good\n\nAbout {FULL.rounds} rounds.\n\n| Figure |", page)
        self.assertIn("| rate | 1.000 (0.90 to 1.10) | ≥ 1.00 | yes |\n", page)
        self.assertIn("| size | 1,234 KiB | ≤ 1,000 KiB | **no** |\n| n | 7 |  |  |\n", page)
        self.assertIn("1 of 2 targets are met. Missed:\n\n* Bad: size, 1,234 KiB (target ≤ 1,000 KiB)\n", page)
        self.assertIn("* Before: the release before\n", page)
        self.assertFalse(self.report.all_met())
        self.assertLessEqual(max(len(line) for line in page.splitlines()), report.LINE)

    def test_with_a_failure_in_the_place_of_what_could_not_be_measured(self):
        def measure(*_):
            yield report.note("before", 1)
            raise Failure("a | b\n" + "long " * 100)

        page = self.page(report.Section("Broken", "", measure), report.Section("Next", "", lambda *_: [report.note("n", 7)]))
        self.assertRegex(page, r"before \| 1 \|  \|  \|\n\| could not be measured \| a / b long .* \.\.\. \|  \| \*\*no\*\* \|")
        self.assertIn("| n | 7 |", page)
        self.assertFalse(self.report.all_met())


class WrongArgumentsAreRefused(unittest.TestCase):
    def test_before_anything_runs(self):
        run = [sys.executable, pathlib.Path(__file__).with_name("run.py"), "--gatehouse", "none", "--loadgen", "none",
               "--backend", "none"]
        for options, complaint in ((["--only", "access,acess"], "there is no section acess"),
                                   (["--only", "before"], "needs --against"), ([], "none: not found")):
            with self.subTest(options=options):
                done = subprocess.run([*run, *options], capture_output=True, text=True, timeout=30, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(complaint, done.stderr)


if __name__ == "__main__":
    unittest.main()
