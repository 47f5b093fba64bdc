"""Does a call cost the same with many servers and many tools?"""

from .. import paired, report
from ..loads import Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

CONNECTIONS = 64
LEAST = 0.95  # of the throughput with few


def measure_servers(programs, effort):
    """100 servers are one backend under 100 names; each connection calls another of them."""
    with Stage() as stage:
        backend = start_backend(stage, programs)
        names = [f"bench{n:02}" for n in range(100)]
        one = start_gatehouse(stage, programs, {names[0]: backend.url})
        many = start_gatehouse(stage, programs, {name: backend.url for name in names})
        same = [f"{names[0]}.echo"]
        spread = [f"{name}.echo" for name in names[:CONNECTIONS]]
        targets = [_target(stage, programs, "one", one, same), _target(stage, programs, "same of many", many, same),
                   _target(stage, programs, "all of many", many, spread)]
        bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
        yield report.at_least("calls per second, 100 servers / 1 server, calls to one of them",
                              paired.ratio(bursts, "same of many", "one", "rate"), LEAST)
        yield report.at_least(f"calls per second, 100 servers / 1 server, calls to {CONNECTIONS} of them",
                              paired.ratio(bursts, "all of many", "one", "rate"), LEAST)


def measure_tools(programs, effort):
    with Stage() as stage:
        targets = []
        for count in (10, 5000):
            backend = start_backend(stage, programs, "--tools", count)
            gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
            numbers = {3 + (count - 3) * n // (CONNECTIONS - 1) for n in range(CONNECTIONS)}
            tools = [f"bench.tool_{number:04}" for number in sorted(numbers)]
            targets.append(_target(stage, programs, str(count), gatehouse, tools))
        bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
        rate = paired.ratio(bursts, "5000", "10", "rate")
        yield report.at_least("calls per second, 5,000 tools / 10 tools", rate, LEAST)


def _target(stage, programs, name, gatehouse, tools):
    wait_until_tools_work(programs, gatehouse, tools)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", ",".join(tools), connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)
