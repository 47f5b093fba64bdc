"""User memory of what only waits: sessions, connections, event streams."""

import resource

from .. import probes, report
from ..loads import Held, single_run
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

KIB = 1024
SPARE_FILES = 500  # of a process besides the held ones


def measure(programs, effort):
    count = min(effort.held, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_FILES)
    if count < 10_000:
        yield report.note("number held of each", f"{count:,}")
    base, session = _growth_per_item(programs, count, "legacy")
    yield report.at_most("warm gateway without load", base / KIB / KIB, 25, " MiB")
    yield report.at_most("idle session", session / KIB, 2, " KiB")
    _, used = _growth_per_item(programs, count, "legacy", "--calls-each", 1)
    yield report.note("idle session that has made a call", f"{used / KIB:.2f} KiB")
    _, connection = _growth_per_item(programs, count, "modern", "--own-connections", "--calls-each", 1)
    yield report.at_most("idle connection that has made a call", connection / KIB, 4, " KiB")
    _, both = _growth_per_item(programs, count, "legacy", "--streams")
    yield report.at_most("open GET stream, its connection included, its session not", (both - session) / KIB, 4, " KiB")
    total = base + both * 10_000
    yield report.at_most("10,000 sessions with streams, whole gateway", total / KIB / KIB, 80, " MiB")


def _growth_per_item(programs, count, era, *options):
    """Private memory of a warmed-up gateway, and by how much it grows for each held item, in bytes."""
    with Stage() as stage:
        backend = start_backend(stage, programs, "--era", era)
        gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
        wait_until_tools_work(programs, gatehouse, ["bench.echo"], era)
        single_run(programs.loadgen, gatehouse.url, "--era", era, "--tool", "bench.echo", "--count", 200)
        base = probes.private_bytes(gatehouse.pid)
        held = Held(stage, programs.loadgen, gatehouse.url, LOAD_CORE, count, "--tool", "bench.echo", *options, era=era)
        growth = probes.private_bytes(gatehouse.pid) - base
        held.close()
        return base, growth / count


MEMORY = report.Section(
    "Memory",
    "User memory that belongs to the gateway alone: of itself, and by how much it grows for each of {held:,} sessions, "
    "connections or event streams that only wait.",
    measure)
