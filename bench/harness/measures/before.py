"""Are plain calls as cheap as they were? Compares two builds of Gatehouse."""

from .. import paired, report
from ..loads import Load
from ..processes import Failure
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work
from .internals import ERAS, instructions_per_call

CONNECTIONS = 64
LEAST = 0.97  # calls per second, of the other build
MOST = 1.03  # CPU time and instructions per call


def measure(programs, effort):
    if not programs.before:
        raise Failure("--against names no other gatehouse")
    for era, name in ERAS.items():
        bursts = _bursts(programs, effort, era)
        rate, cpu = (paired.ratio(bursts, "now", "before", field) for field in ("rate", "cpu_us"))
        yield report.ratio_at_least(f"{name}: calls per second, now / before", rate, LEAST)
        yield report.ratio_at_most(f"{name}: CPU per call, now / before", cpu, MOST)
        for target in bursts:
            rate, cpu = (paired.median(bursts, target, field) for field in ("rate", "cpu_us"))
            yield report.note(f"{name}: {target}, median burst", f"{rate:,.0f}/s, {cpu:.1f} µs CPU")
        yield from _instructions(programs, effort, era)


def _bursts(programs, effort, era):
    def set_up(stage):
        backend = start_backend(stage, programs, "--era", era)
        builds = {"now": programs, "before": programs.with_gatehouse_from_before()}
        return [_target(stage, build, name, backend, era) for name, build in builds.items()]

    return paired.run_anew(set_up, effort.starts, effort.close_rounds, effort.burst_seconds)


def _target(stage, programs, name, backend, era):
    gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
    wait_until_tools_work(programs, gatehouse, ["bench.echo"], era)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", "bench.echo", era=era, connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)


def _instructions(programs, effort, era):
    now = instructions_per_call(programs, effort, era)
    before = instructions_per_call(programs.with_gatehouse_from_before(), effort, era)
    yield report.at_most(f"{ERAS[era]}: instructions, now / before", now / before, MOST)
    yield report.note(f"{ERAS[era]}: instructions, now and before", f"{now:,.0f} and {before:,.0f}")


BEFORE = report.Section(
    "Before: plain calls against an earlier build",
    f"Plain calls through this build and through an earlier one, on the same backend, configured alike, {CONNECTIONS} "
    "connections that send as fast as they are answered; {close_rounds} rounds. Instructions are counted as above.",
    measure)
