"""Does what one user sends slow another user down?"""

import subprocess

from .. import paired, report
from ..loads import Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

GUEST_CALLS_PER_SECOND = 1_000
FLOOD_CALLS_PER_SECOND = 5_000
LIMIT = "limits: [{per: user, rate: 1500/s, burst: 1000}]"
MOST = 1.25  # of the latency without the flood
BURST_FACTOR = 4  # a burst needs enough of the guest's calls for a 99th percentile


def measure(programs, effort):
    """A guest calls at a steady rate, alone and beside somebody else who sends far more than he may."""
    with Stage() as stage:
        keys, elsewhere = stage.path("keys.yaml"), stage.path("elsewhere.yaml")
        guest, flood = (_key(programs, keys, name) for name in ("guest", "flood"))
        unknown = _key(programs, elsewhere, "unknown")
        backend = start_backend(stage, programs, "--era", "modern")
        auth = [f'auth: {{api_keys: {{file: "{keys}"}}}}', "policy: {default: allow}"]
        limited = start_gatehouse(stage, programs, {"bench": backend.url}, more=[*auth, LIMIT])
        narrow = start_gatehouse(stage, programs, {"bench": backend.url}, more=auth,
                                 options={"bench": "max_concurrent: 1, queue: 64"})
        rate = ("--rate", FLOOD_CALLS_PER_SECOND)
        for server in (limited, narrow):
            wait_until_tools_work(programs, server, ["bench.echo"], "modern", options=("--token", guest))
        field = _Field(stage, programs, effort, guest)
        yield from field.compare(limited, (*rate, "--token", flood), "over a limit", MOST)
        yield from field.compare(limited, (*rate, "--token", unknown), "wrong credentials", MOST)
        yield from field.compare(narrow, ("--token", flood), "as fast as it can, server with one place", None)


def _key(programs, file, name):
    command = [programs.gatehouse, "keys", "create", "--file", str(file), "--name", name, "--owner", "bench"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


class _Field:
    def __init__(self, stage, programs, effort, key):
        self._stage, self._programs, self._effort, self._key = stage, programs, effort, key

    def compare(self, server, flood, what, most):
        guest = self._load(server, ("--rate", GUEST_CALLS_PER_SECOND, "--token", self._key), connections=8)
        flooded = _Flooded(guest, self._load(server, flood, connections=16))
        targets = [paired.Target("alone", guest, server.pids), paired.Target("flooded", flooded, server.pids)]
        bursts = paired.run_rounds(targets, self._effort.rounds, self._effort.burst_seconds * BURST_FACTOR)
        p99 = paired.ratio(bursts, "flooded", "alone", "p99_us")
        name = f"p99 of one user beside a flood ({what}) / alone"
        yield report.ratio_at_most(name, p99, most) if most else report.note(name, str(p99))
        for target in targets:
            low, high = (paired.median(bursts, target.name, field) for field in ("p50_us", "p99_us"))
            yield report.note(f"{target.name} ({what}): p50 / p99", f"{low:.0f} / {high:.0f} µs")
        yield report.note(f"the flood ({what})", flooded.summary())
        flooded.stop()

    def _load(self, server, options, connections):
        return Load(self._stage, self._programs.loadgen, server.url, LOAD_CORE, "--tool", "bench.echo", *options,
                    era="modern", connections=connections)


class _Flooded:
    """A load beside a flood, most of whose calls may be refused."""

    def __init__(self, load, flood):
        self._load, self._flood = load, flood
        self._calls = self._refused = 0

    def run(self, seconds):
        self._flood.begin(f"run {seconds}")
        result = self._load.run(seconds)
        ended = self._flood.end(30)
        self._calls += ended["answered"] + ended["errors"]
        self._refused += ended["errors"]
        return result

    def stop(self):
        self._load.stop()
        self._flood.stop()

    def summary(self):
        return f"{self._calls} calls, {self._refused} refused"
