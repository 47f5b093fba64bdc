"""Does one user's flood slow another user down?"""

from .. import paired, report
from ..loads import Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

GUEST = ("--from", "127.0.0.1", "--rate", 1_000)  # calls per second
FLOOD = ("--from", "127.0.0.2", "--rate", 10_000)
LIMIT = "limits: [{per: ip, rate: 2000/s, burst: 200}]"
MOST = 1.25  # of the latency without the flood
BURST_FACTOR = 4  # a burst needs enough of the guest's calls for a 99th percentile


def measure(programs, effort):
    """Without a login, users are told apart by their networks here."""
    with Stage() as stage:
        backend = start_backend(stage, programs)
        limited = start_gatehouse(stage, programs, {"bench": backend.url}, more=[LIMIT])
        narrow = start_gatehouse(stage, programs, {"bench": backend.url}, options={"bench": "max_concurrent: 1, queue: 64"})
        for server in (limited, narrow):
            wait_until_tools_work(programs, server, ["bench.echo"])
        yield from _compare(stage, programs, effort, limited, FLOOD, report.ratio_at_most, "over a limit")
        yield from _compare(stage, programs, effort, narrow, FLOOD[:2], None, "16 connections at once, server with one place")


def _compare(stage, programs, effort, server, flood, judge, what):
    guest = Load(stage, programs.loadgen, server.url, LOAD_CORE, "--tool", "bench.echo", *GUEST, connections=8)
    other = Load(stage, programs.loadgen, server.url, LOAD_CORE, "--tool", "bench.echo", *flood, connections=16)
    flooded = _Flooded(guest, other)
    targets = [paired.Target("alone", guest, server.pids), paired.Target("flooded", flooded, server.pids)]
    bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds * BURST_FACTOR)
    p99, p50 = (paired.ratio(bursts, "flooded", "alone", field) for field in ("p99_us", "p50_us"))
    name = f"p99 of one user while another floods ({what}) / alone"
    yield judge(name, p99, MOST) if judge else report.note(name, str(p99))
    yield report.note(f"p50 ({what})", str(p50))
    for target in targets:
        low, high = (paired.median(bursts, target.name, field) for field in ("p50_us", "p99_us"))
        yield report.note(f"{target.name}: p50 / p99 ({what})", f"{low:.0f} / {high:.0f} µs")
    yield report.note(f"the flood ({what})", flooded.summary())
    guest.stop()
    other.stop()


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

    def summary(self):
        return f"{self._calls} calls, {self._refused} refused"
