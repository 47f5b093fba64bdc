"""Do servers that hang, crash, crawl or lie slow the healthy ones beside them?"""

import sys

from .. import bad_servers, paired, report
from ..loads import Disturbed, Load
from ..processes import wait_for_url
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

CONNECTIONS = 64
CALLS_PER_SECOND = 5_000  # to the healthy servers: a full gateway would be late for reasons of its own
HEALTHY = ("one", "two", "three")
BAD_CONNECTIONS = 8
BAD_CALLS_PER_SECOND = 50  # to each bad server
BAD_TIMEOUT = "500ms"
MOST = 1.10  # of the latency without them
LEAST_FAILED = 0.5  # of the calls to bad servers: one of the four only crawls


def measure(programs, effort):
    disturbances = []

    def set_up(stage):
        healthy = dict.fromkeys(HEALTHY, start_backend(stage, programs).url)
        bad = _start_bad_servers(stage)
        options = f"timeout: {BAD_TIMEOUT}, health_check: {{timeout: {BAD_TIMEOUT}}}"
        alone = start_gatehouse(stage, programs, healthy)
        beside = start_gatehouse(stage, programs, healthy | bad, options=dict.fromkeys(bad, options))
        targets = [_target(stage, programs, "alone", alone), _target(stage, programs, "beside bad ones", beside)]
        targets[1].load = Disturbed(targets[1].load, [_bad_load(stage, programs, beside, name) for name in bad])
        disturbances.append(targets[1].load)
        return targets

    yield from _rows(paired.run_anew(set_up, effort.starts, effort.tail_rounds, effort.tail_seconds), disturbances)


def _rows(bursts, disturbances):
    p50, p99 = (paired.ratio(bursts, "beside bad ones", "alone", field) for field in ("p50_us", "p99_us"))
    yield report.ratio_at_most("p99 of healthy servers, beside bad ones / alone", p99, MOST)
    yield report.note("p50 of healthy servers, beside bad ones / alone", p50)
    for name in bursts:
        p50, p99, cpu, rate = (paired.median(bursts, name, field) for field in ("p50_us", "p99_us", "cpu_us", "rate"))
        busy = cpu * rate / 1e6
        yield report.note(f"{name}: p50 / p99", f"{p50:.0f} / {p99:.0f} µs, the gateway {busy:.0%} busy")
    calls, failed = (sum(getattr(each, field) for each in disturbances) for field in ("calls", "failed"))
    yield report.at_least(f"failed share of {calls:,} calls to bad servers", failed / max(1, calls), LEAST_FAILED)


def _start_bad_servers(stage):
    ready = stage.path("bad-url")
    process = stage.start([sys.executable, bad_servers.__file__, ready], core=LOAD_CORE, yields=True)
    base = wait_for_url(process, ready)
    return {kind: f"{base}/{kind}" for kind in bad_servers.KINDS}


def _bad_load(stage, programs, gatehouse, name):
    return Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", f"{name}.echo", "--rate", BAD_CALLS_PER_SECOND,
                "--timeout", 3, connections=BAD_CONNECTIONS, yields=True)


def _target(stage, programs, name, gatehouse):
    tools = [f"{server}.echo" for server in HEALTHY]
    wait_until_tools_work(programs, gatehouse, tools)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", ",".join(tools), "--rate",
                CALLS_PER_SECOND, connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)


NEIGHBOURS = report.Section(
    "Neighbours: bad servers beside healthy ones",
    f"Two gateways with the same {len(HEALTHY)} healthy servers get {CALLS_PER_SECOND:,} calls a second to them, on "
    f"{CONNECTIONS} connections and at fixed times, which leaves them idle most of the time; {{tail_rounds}} rounds of "
    f"{{tail_seconds}} s. The second gateway also has four bad servers and gets {BAD_CALLS_PER_SECOND} calls a second to each of "
    "them: one never answers, one closes the connection, one takes 200 ms, one answers with a web page. Their calls may take "
    f"{BAD_TIMEOUT}. The bad servers and their clients give way to everybody else on their core.",
    measure)
