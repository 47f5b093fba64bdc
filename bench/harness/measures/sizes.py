"""Large results: throughput against nginx, and memory while they pass through."""

from .. import paired, probes, report
from ..loads import Load
from ..processes import Failure, Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, start_nginx, wait_until_tools_work

CONNECTIONS = 16
HUGE_BYTES = 10_000_000
HUGE_CONNECTIONS = 8
HUGE_CALLS = 32


def measure_throughput(programs, effort):
    with Stage() as stage:
        backend, gatehouse = _start(stage, programs)
        nginx = start_nginx(stage, programs, [backend.url], log=False)[0]
        for size, text in ((4_096, "4 KB"), (100_000, "100 KB")):
            targets = [_target(stage, programs, "Gatehouse", gatehouse, "bench.blob", size),
                       _target(stage, programs, "nginx", nginx, "blob", size)]
            bursts = paired.run_rounds(targets, max(5, effort.rounds * 2 // 3), effort.burst_seconds)
            rate = paired.ratio(bursts, "Gatehouse", "nginx", "rate")
            cpu = paired.ratio(bursts, "Gatehouse", "nginx", "cpu_us")
            name = f"{text} result, calls per second, Gatehouse / nginx"
            yield report.ratio_at_least(name, rate, 1.0) if size == 100_000 else report.note(name, str(rate))
            yield report.note(f"{text} result, CPU per call, Gatehouse / nginx", str(cpu))
            for target in targets:
                target.load.stop()


def measure_memory(programs, _effort):
    """Peak memory while several 10 MB results are in flight."""
    with Stage() as stage:
        _, gatehouse = _start(stage, programs)
        load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", "bench.blob", "--result-bytes",
                    HUGE_BYTES, connections=HUGE_CONNECTIONS)
        probes.reset_peak(gatehouse.pid)
        before = probes.resident_bytes(gatehouse.pid)
        result = load.count(HUGE_CALLS)
        if result["body_bytes"] < HUGE_CALLS * HUGE_BYTES:
            raise Failure(f"only {result['body_bytes']} bytes arrived")
        growth = probes.peak_resident_bytes(gatehouse.pid) - before
        in_flight = HUGE_CONNECTIONS * HUGE_BYTES
        yield report.at_most("growth of peak memory / bytes in flight", growth / in_flight, 3)
        yield report.note("growth of peak memory", f"{growth / 1e6:.1f} MB for {in_flight / 1e6:.0f} MB in flight")
        yield report.note("throughput", f"{result['body_bytes'] / result['seconds'] / 1e6:,.0f} MB/s")


def _start(stage, programs):
    backend = start_backend(stage, programs)
    gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
    wait_until_tools_work(programs, gatehouse, ["bench.blob"])
    return backend, gatehouse


def _target(stage, programs, name, server, tool, size):
    load = Load(stage, programs.loadgen, server.url, LOAD_CORE, "--tool", tool, "--result-bytes", size,
                connections=CONNECTIONS)
    return paired.Target(name, load, server.pids)


LARGE = report.Section(
    "Sizes: large results",
    f"Results of 4 KB and of 100 KB on {CONNECTIONS} connections that send as fast as they are answered; nginx has no log.",
    measure_throughput)
HUGE = report.Section(
    "Sizes: memory for results of 10 MB",
    f"{HUGE_CALLS} calls on {HUGE_CONNECTIONS} connections. How far the resident memory of the gateway rises above what it was, "
    "against the bytes of results under way.",
    measure_memory)
