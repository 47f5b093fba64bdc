"""Calls per second, CPU time per call and latency, against nginx and without anything in between."""

from .. import paired, report
from ..loads import Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, start_nginx, wait_until_tools_work

LATENCY_CONNECTIONS = 8


def measure_legacy(programs, effort):
    """Legacy clients, legacy server."""
    with Stage() as stage:
        yield from _against_nginx(_Field(stage, programs, "legacy"), "legacy", effort)


def measure_modern(programs, effort):
    """Modern clients, modern server."""
    with Stage() as stage:
        yield from _against_nginx(_Field(stage, programs, "modern"), "modern", effort)


def measure_across(programs, effort):
    """Legacy clients, modern server; nginx cannot translate, so it stands between legacy peers."""
    with Stage() as stage:
        old, new = _Field(stage, programs, "legacy"), _Field(stage, programs, "modern")
        targets = [new.through_gatehouse("legacy"), old.through_nginx_with_log("legacy")]
        bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
        yield report.note("calls per second, Gatehouse / nginx with log", str(_ratio(bursts, "nginx with log", "rate")))
        yield report.note("CPU per call, Gatehouse / nginx with log", str(_ratio(bursts, "nginx with log", "cpu_us")))


def measure_latency(programs, effort):
    """Latency at few connections."""
    with Stage() as stage:
        field = _Field(stage, programs, "legacy", connections=LATENCY_CONNECTIONS)
        targets = [field.directly("legacy"), field.through_gatehouse("legacy"), field.through_nginx_with_log("legacy"),
                   field.through_nginx("legacy")]
        bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
        yield report.ratio_at_most("p50, Gatehouse / nginx", _ratio(bursts, "nginx", "p50_us"), 1.0)
        yield report.ratio_at_most("p99, Gatehouse / nginx", _ratio(bursts, "nginx", "p99_us"), 1.5)
        for target in targets:
            p50, p99 = (paired.median(bursts, target.name, field) for field in ("p50_us", "p99_us"))
            yield report.note(f"{target.name}: p50 / p99", f"{p50:.0f} / {p99:.0f} µs")


class _Field:
    """One backend with everything that can stand before it, all alive."""

    def __init__(self, stage, programs, era, connections=64):
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


def _against_nginx(field, era, effort):
    targets = [field.directly(era), field.through_gatehouse(era), field.through_nginx_with_log(era),
               field.through_nginx(era)]
    bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
    yield report.at_least("calls per second, Gatehouse / nginx with log", _ratio(bursts, "nginx with log", "rate"), 1.0)
    cpu = _ratio(bursts, "nginx with log", "cpu_us")
    yield report.ratio_at_most("CPU per call, Gatehouse / nginx with log", cpu, 1.0)
    yield report.note("calls per second, Gatehouse / nginx", str(_ratio(bursts, "nginx", "rate")))
    yield report.note("CPU per call, Gatehouse / nginx", str(_ratio(bursts, "nginx", "cpu_us")))
    for target in targets:
        fields = ("rate", "cpu_us", "p50_us", "p99_us")
        rate, cpu, p50, p99 = (paired.median(bursts, target.name, field) for field in fields)
        text = f"{rate:,.0f}/s, {cpu:.1f} µs CPU, p50 {p50:.0f} µs, p99 {p99:.0f} µs"
        yield report.note(f"{target.name}, median burst", text)


def _ratio(bursts, reference, field):
    return paired.ratio(bursts, "Gatehouse", reference, field)
