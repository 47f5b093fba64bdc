"""Do servers that hang, crash, crawl or lie slow the healthy ones beside them?"""

import sys

from .. import bad_servers, paired, report
from ..loads import Load
from ..processes import Stage, wait_for_url
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

CONNECTIONS = 64
CALLS_PER_SECOND = 10_000  # to the healthy servers: a gateway that is not full, for a full one is late for reasons of its own
BURST_SECONDS = 1.0  # as p99 needs many calls
HEALTHY = ("one", "two", "three")
BAD_CALLS_PER_SECOND = 50  # to each bad server
MOST = 1.10  # of the latency without them


def measure(programs, effort):
    """Two gateways with the same healthy servers under the same load; one of them has the bad servers as well, and calls to them."""
    with Stage() as stage:
        backend = start_backend(stage, programs)
        healthy = {name: backend.url for name in HEALTHY}
        bad = _start_bad_servers(stage)
        options = "timeout: 500ms, health_check: {timeout: 500ms}"
        alone = start_gatehouse(stage, programs, healthy)
        beside = start_gatehouse(stage, programs, healthy | bad, options={name: options for name in bad})
        loads = [Load(stage, programs.loadgen, beside.url, LOAD_CORE, "--tool", f"{name}.echo", "--rate",
                      BAD_CALLS_PER_SECOND, "--timeout", 3, connections=8) for name in bad]
        targets = [_target(stage, programs, "alone", alone), _target(stage, programs, "beside bad ones", beside)]
        targets[1].load = _Disturbed(targets[1].load, loads)
        bursts = paired.run_rounds(targets, effort.rounds, BURST_SECONDS)
        p99 = paired.ratio(bursts, "beside bad ones", "alone", "p99_us")
        yield report.ratio_at_most("p99 of healthy servers, beside bad ones / alone", p99, MOST)
        p50 = paired.ratio(bursts, "beside bad ones", "alone", "p50_us")
        yield report.note("p50 of healthy servers, beside bad ones / alone", str(p50))
        for target in targets:
            p50, p99 = (paired.median(bursts, target.name, field) for field in ("p50_us", "p99_us"))
            yield report.note(f"{target.name}: p50 / p99", f"{p50:.0f} / {p99:.0f} µs")
        yield report.note("bad: " + ", ".join(bad), targets[1].load.summary())


class _Disturbed:
    """A load beside others whose calls may fail. Their number must not be small, or nothing was measured."""

    def __init__(self, load, others):
        self._load, self._others = load, others
        self._calls = self._failed = 0

    def run(self, seconds):
        for other in self._others:
            other.begin(f"run {seconds}")
        result = self._load.run(seconds)
        for other in self._others:
            ended = other.end(30)
            self._calls += ended["answered"] + ended["errors"]
            self._failed += ended["errors"]
        return result

    def summary(self):
        return f"{self._failed} of {self._calls} calls failed"


def _start_bad_servers(stage):
    ready = stage.path("bad-url")
    process = stage.start([sys.executable, bad_servers.__file__, ready], core=LOAD_CORE)
    base = wait_for_url(process, ready)
    return {kind: f"{base}/{kind}" for kind in bad_servers.KINDS}


def _target(stage, programs, name, gatehouse):
    tools = [f"{server}.echo" for server in HEALTHY]
    wait_until_tools_work(programs, gatehouse, tools)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", ",".join(tools), "--rate",
                CALLS_PER_SECOND, connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)
