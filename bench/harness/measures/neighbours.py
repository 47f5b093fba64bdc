"""Do servers that hang, crash, crawl or lie slow the healthy ones beside them?"""

import sys

from .. import bad_servers, paired, report
from ..loads import Disturbed, Load
from ..processes import wait_for_url
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

CONNECTIONS = 64
CALLS_PER_SECOND = 5_000  # to the healthy servers: a full gateway would be late for reasons of its own
HEALTHY = ("one", "two", "three")
OTHERS_CONNECTIONS = 8
OTHERS_CALLS_PER_SECOND = (43, 47, 53, 57)  # to each server beside the healthy ones; never for long at the same time
OTHERS_TIMEOUT = "500ms"
MOST = 1.10  # of the latency without them
LEAST_FAILED = 0.5  # of the calls to bad servers: one of the four only crawls


def measure(programs, effort):
    disturbances = []

    def set_up(stage):
        backend = start_backend(stage, programs)
        healthy, bad = dict.fromkeys(HEALTHY, backend.url), _start_bad_servers(stage)
        good = dict.fromkeys(bad, backend.url)
        alone = _target(stage, programs, effort, "alone", healthy)
        beside_bad, disturbed = _disturbed_target(stage, programs, effort, "beside bad ones", healthy, bad)
        beside_good, _ = _disturbed_target(stage, programs, effort, "beside good ones", healthy, good)
        disturbances.append(disturbed)
        return [alone, beside_bad, beside_good]

    yield from _rows(paired.run_anew(set_up, effort.starts, effort.tail_rounds, effort.tail_seconds), disturbances)


def _rows(bursts, disturbances):
    p99 = paired.ratio_of_medians(bursts, "beside bad ones", "alone", "p99_us")
    yield report.ratio_at_most("p99 of healthy servers, beside bad ones / alone", p99, MOST)
    for name, other, field in (("beside bad ones", "beside good ones", "p99"), ("beside good ones", "alone", "p99"),
                               ("beside bad ones", "alone", "p50")):
        ratio = paired.ratio_of_medians(bursts, name, other, f"{field}_us")
        yield report.note(f"{field} of healthy servers, {name} / {other}", ratio)
    for name in bursts:
        p50, p99, cpu, rate = (paired.median(bursts, name, field) for field in ("p50_us", "p99_us", "cpu_us", "rate"))
        yield report.note(f"{name}: p50 / p99", f"{p50:.0f} / {p99:.0f} µs, the gateway {cpu * rate / 1e6:.0%} busy")
    calls, failed = (sum(getattr(each, field) for each in disturbances) for field in ("calls", "failed"))
    yield report.at_least(f"failed share of {calls:,} calls to bad servers", failed / max(1, calls), LEAST_FAILED)


def _start_bad_servers(stage):
    ready = stage.path("bad-url")
    process = stage.start([sys.executable, bad_servers.__file__, ready], core=LOAD_CORE, yields=True)
    base = wait_for_url(process, ready)
    return {kind: f"{base}/{kind}" for kind in bad_servers.KINDS}


def _target(stage, programs, effort, name, servers, options=None):
    gatehouse = start_gatehouse(stage, programs, servers, options=options)
    tools = [f"{server}.echo" for server in HEALTHY]
    wait_until_tools_work(programs, gatehouse, tools)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", ",".join(tools), "--rate",
                CALLS_PER_SECOND, connections=CONNECTIONS, warm_up=effort.tail_warm_up)
    return paired.Target(name, load, gatehouse.pids)


def _disturbed_target(stage, programs, effort, name, healthy, others):
    """A target whose load comes with calls to the others, and what counts those."""
    keys = f"timeout: {OTHERS_TIMEOUT}, health_check: {{timeout: {OTHERS_TIMEOUT}}}"
    target = _target(stage, programs, effort, name, healthy | others, dict.fromkeys(others, keys))
    url = target.load.url
    loads = [Load(stage, programs.loadgen, url, LOAD_CORE, "--tool", f"{other}.echo", "--rate", rate, "--timeout", 3,
                  connections=OTHERS_CONNECTIONS, yields=True) for other, rate in zip(others, OTHERS_CALLS_PER_SECOND)]
    target.load = Disturbed(target.load, loads)
    return target, target.load


NEIGHBOURS = report.Section(
    "Neighbours: bad servers beside healthy ones",
    f"Gateways with the same {len(HEALTHY)} healthy servers get {CALLS_PER_SECOND:,} calls a second to them, on {CONNECTIONS} "
    "connections and at fixed times, which leaves the machine idle most of the time; {tail_rounds} rounds of {tail_seconds} s, "
    "each after {tail_warm_up} s of the same. Compared are medians of rounds, as for fairness."
    "\n\n"
    "One gateway has nothing else. The second has four bad servers as well: one never answers, one closes the connection, one "
    "takes 200 ms, one answers with a web page. The third has good servers in their place. Those four get "
    f"{sum(OTHERS_CALLS_PER_SECOND)} calls a second, which may take {OTHERS_TIMEOUT}; they and their clients give way to "
    "everybody else on their core, so that what is measured is the gateway.",
    measure)
