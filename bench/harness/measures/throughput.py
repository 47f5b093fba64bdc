"""Calls per second, CPU time per call and latency, against nginx and without anything in between."""

from .. import paired, report
from ..loads import Load
from ..servers import LOAD_CORE, start_backend, start_gatehouse, start_nginx, wait_until_tools_work

LATENCY_CONNECTIONS = 8
CONNECTIONS = 64
FULL_LOAD = f"{CONNECTIONS} connections that send as fast as they are answered"


def measure_legacy(programs, effort):
    return _against_nginx(programs, effort, "legacy")


def measure_modern(programs, effort):
    return _against_nginx(programs, effort, "modern")


def measure_across(programs, effort):
    def set_up(stage):
        old, new = _Field(stage, programs, "legacy"), _Field(stage, programs, "modern")
        return [new.through_gatehouse("legacy"), old.through_nginx_with_log("legacy")]

    bursts = paired.run_anew(set_up, effort.starts, effort.rounds, effort.burst_seconds)
    yield report.note("calls per second, Gatehouse / nginx with log", _ratio(bursts, "nginx with log", "rate"))
    yield report.note("CPU per call, Gatehouse / nginx with log", _ratio(bursts, "nginx with log", "cpu_us"))


def measure_latency(programs, effort):
    bursts = _bursts(programs, effort, "legacy", LATENCY_CONNECTIONS)
    yield report.ratio_at_most("p50, Gatehouse / nginx", _ratio(bursts, "nginx", "p50_us"), 1.0)
    yield report.ratio_at_most("p99, Gatehouse / nginx", _ratio(bursts, "nginx", "p99_us"), 1.5)
    for name in bursts:
        p50, p99 = (paired.median(bursts, name, field) for field in ("p50_us", "p99_us"))
        yield report.note(f"{name}: p50 / p99", f"{p50:.0f} / {p99:.0f} µs")


class _Field:
    """One backend with everything that can stand before it, all alive."""

    def __init__(self, stage, programs, era, connections=CONNECTIONS):
        self._stage, self._programs, self._connections = stage, programs, connections
        self._backend = start_backend(stage, programs, "--era", era)
        self._gatehouse = start_gatehouse(stage, programs, {"bench": self._backend.url})
        self._nginx_with_log = start_nginx(stage, programs, [self._backend.url], log=True)[0]
        self._nginx = start_nginx(stage, programs, [self._backend.url], log=False)[0]
        wait_until_tools_work(programs, self._gatehouse, ["bench.echo"], era)

    def directly(self, era):
        return self._target("direct", self._backend, era, "echo")

    def through_gatehouse(self, era):
        return self._target("Gatehouse", self._gatehouse, era, "bench.echo")

    def through_nginx_with_log(self, era):
        return self._target("nginx with log", self._nginx_with_log, era, "echo")

    def through_nginx(self, era):
        return self._target("nginx", self._nginx, era, "echo")

    def _target(self, name, server, era, tool):
        load = Load(self._stage, self._programs.loadgen, server.url, LOAD_CORE, "--tool", tool, era=era,
                    connections=self._connections)
        return paired.Target(name, load, server.pids)


def _bursts(programs, effort, era, connections):
    def set_up(stage):
        field = _Field(stage, programs, era, connections)
        return [field.directly(era), field.through_gatehouse(era), field.through_nginx_with_log(era), field.through_nginx(era)]

    return paired.run_anew(set_up, effort.starts, effort.rounds, effort.burst_seconds)


def _against_nginx(programs, effort, era):
    bursts = _bursts(programs, effort, era, CONNECTIONS)
    yield report.ratio_at_least("calls per second, Gatehouse / nginx with log", _ratio(bursts, "nginx with log", "rate"), 1.0)
    yield report.ratio_at_most("CPU per call, Gatehouse / nginx with log", _ratio(bursts, "nginx with log", "cpu_us"), 1.0)
    yield report.note("calls per second, Gatehouse / nginx", _ratio(bursts, "nginx", "rate"))
    yield report.note("CPU per call, Gatehouse / nginx", _ratio(bursts, "nginx", "cpu_us"))
    for name in bursts:
        rate, cpu, p50, p99 = (paired.median(bursts, name, field) for field in ("rate", "cpu_us", "p50_us", "p99_us"))
        text = f"{rate:,.0f}/s, {cpu:.1f} µs CPU, p50 {p50:.0f} µs, p99 {p99:.0f} µs"
        yield report.note(f"{name}, median burst", text)


def _ratio(bursts, reference, field):
    return paired.ratio(bursts, "Gatehouse", reference, field)


LEGACY = report.Section(
    "Throughput and CPU: clients with sessions",
    f"A plain call through the gateway and through nginx, {FULL_LOAD}, each in a session (2025-11-25). CPU is user and "
    "system time of the server under test. \"direct\" has nothing in between.",
    measure_legacy)
MODERN = report.Section(
    "Throughput and CPU: stateless clients",
    f"The same with clients and a server of 2026-07-28, which have no sessions; {FULL_LOAD}.",
    measure_modern)
ACROSS = report.Section(
    "Throughput and CPU: from sessions to a stateless server",
    f"Clients of 2025-11-25, a server of 2026-07-28, {FULL_LOAD}. nginx cannot translate: it stands between two that speak "
    "2025-11-25.",
    measure_across)
LATENCY = report.Section(
    "Latency",
    f"Plain calls in sessions, {LATENCY_CONNECTIONS} connections that send as fast as they are answered.",
    measure_latency)
