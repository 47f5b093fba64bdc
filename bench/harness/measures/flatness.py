"""Does a call cost the same with many servers and many tools?"""

from .. import paired, report
from ..loads import Load
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

CONNECTIONS = 64
LEAST = 0.95  # of the throughput with few


def measure_servers(programs, effort):
    names = [f"bench{n:02}" for n in range(100)]

    def set_up(stage):
        backend = start_backend(stage, programs)
        one = start_gatehouse(stage, programs, {names[0]: backend.url})
        many = start_gatehouse(stage, programs, dict.fromkeys(names, backend.url))
        same, spread = [f"{names[0]}.echo"], [f"{name}.echo" for name in names[:CONNECTIONS]]
        return [_target(stage, programs, "one", one, same), _target(stage, programs, "same of many", many, same),
                _target(stage, programs, "all of many", many, spread)]

    bursts = paired.run_anew(set_up, effort.starts, effort.rounds, effort.burst_seconds)
    to_one, to_many = (paired.ratio(bursts, name, "one", "rate") for name in ("same of many", "all of many"))
    title = "calls per second, 100 servers / 1 server"
    yield report.ratio_at_least(f"{title}, calls to one of them", to_one, LEAST)
    yield report.ratio_at_least(f"{title}, calls to {CONNECTIONS} of them", to_many, LEAST)


def measure_tools(programs, effort):
    def set_up(stage):
        return [_with_tools(stage, programs, count) for count in (10, 5000)]

    bursts = paired.run_anew(set_up, effort.starts, effort.rounds, effort.burst_seconds)
    yield report.ratio_at_least("calls per second, 5,000 tools / 10 tools", paired.ratio(bursts, "5000", "10", "rate"), LEAST)


def _with_tools(stage, programs, count):
    backend = start_backend(stage, programs, "--tools", count)
    gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
    numbers = {3 + (count - 3) * n // (CONNECTIONS - 1) for n in range(CONNECTIONS)}
    tools = [f"bench.tool_{number:04}" for number in sorted(numbers)]
    return _target(stage, programs, str(count), gatehouse, tools)


def _target(stage, programs, name, gatehouse, tools):
    wait_until_tools_work(programs, gatehouse, tools)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", ",".join(tools), connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)


SERVERS = report.Section(
    "Scale: from 1 to 100 servers",
    f"100 servers are one backend under 100 names. {CONNECTIONS} connections call one of them, or each another one.",
    measure_servers)
TOOLS = report.Section(
    "Scale: from 10 to 5,000 tools",
    f"{CONNECTIONS} connections call different tools of a server that has 10 or 5,000.",
    measure_tools)
