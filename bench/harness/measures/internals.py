"""What one call costs in user-space instructions and in system calls."""

import collections
import re
import signal
import time

from .. import report
from ..loads import Load, single_run
from ..processes import Failure, Stage, failure
from ..servers import LOAD_CORE, start_backend, start_gatehouse, start_nginx, wait_until_tools_work

CONNECTIONS = 64
VALGRIND_SECONDS = 60
SOCKET_CALLS = {"recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev"}


def measure_instructions(programs, effort):
    """The difference of two runs, of N and of 3 N calls, so that start, handshakes and end do not count."""
    for era in ("legacy", "modern"):
        few, many = effort.instructions_calls, 3 * effort.instructions_calls
        spent = [_instructions(programs, "gatehouse", era, calls) for calls in (few, many)]
        yield report.at_most(f"{era} call, Gatehouse", (spent[1] - spent[0]) / (many - few), 40_000)
        if effort.with_nginx_internals and era == "legacy":
            spent = [_instructions(programs, "nginx", era, calls) for calls in (few, many)]
            yield report.note("the same through nginx with log", f"{(spent[1] - spent[0]) / (many - few):,.0f}")


def _instructions(programs, kind, era, calls):
    with Stage() as stage:
        backend = start_backend(stage, programs, "--era", era)
        counts = stage.path("callgrind")
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}"]
        if kind == "nginx":
            server, tool = start_nginx(stage, programs, [backend.url], log=True, wrapper=wrapper)[0], "echo"
        else:
            server = start_gatehouse(stage, programs, {"bench": backend.url}, wrapper, VALGRIND_SECONDS)
            tool = "bench.echo"
            wait_until_tools_work(programs, server, [tool], era, VALGRIND_SECONDS)
        result = single_run(programs.loadgen, server.url, "--era", era, "--tool", tool, "--connections", CONNECTIONS,
                            "--count", calls, "--timeout", VALGRIND_SECONDS)
        if result["answered"] != calls:
            raise Failure(f"calls failed under callgrind: {result['first_error']}")
        stage.stop(server.process)
        total = re.search(r"^totals: (\d+)", counts.read_text(), re.MULTILINE) if counts.exists() else None
        if total is None:
            raise failure(server.process, "callgrind wrote no totals")
        return int(total[1])


def measure_system_calls(programs, effort):
    with Stage() as stage:
        backend = start_backend(stage, programs)
        gatehouse = start_gatehouse(stage, programs, {"bench": backend.url})
        wait_until_tools_work(programs, gatehouse, ["bench.echo"])
        sockets, others = _system_calls(stage, programs, gatehouse, "bench.echo", effort.syscall_calls)
        yield report.at_most("on sockets, Gatehouse", sum(sockets.values()), 4.3)
        yield report.note("of these", _listing(sockets))
        yield report.note("all others", _listing(others))
        nginx = start_nginx(stage, programs, [backend.url], log=True)[0]
        sockets, others = _system_calls(stage, programs, nginx, "echo", effort.syscall_calls)
        yield report.note("on sockets, nginx with log", f"{sum(sockets.values()):.2f}")
        yield report.note("all others, nginx with log", _listing(others))


def _system_calls(stage, programs, server, tool, calls):
    """Reads and writes on sockets, and everything else: name -> number per call."""
    load = Load(stage, programs.loadgen, server.url, LOAD_CORE, "--tool", tool, connections=CONNECTIONS)
    load.count(10 * CONNECTIONS)
    trace = stage.path("strace")
    strace = stage.start(["strace", "-f", "-y", "-s", "0", "-o", trace, "-p", server.pid], talks=True)
    _wait_until_attached(strace)
    load.count(calls)
    strace.send_signal(signal.SIGINT)
    strace.wait(10)
    load.stop()
    sockets, others = collections.Counter(), collections.Counter()
    for name, first in re.findall(r"^\d+ +(\w+)\(([^,)]*)", trace.read_text(), re.MULTILINE):
        is_socket = name in SOCKET_CALLS and re.match(r"\d+<(socket|TCP)", first)
        (sockets if is_socket else others)[name] += 1
    return tuple({name: n / calls for name, n in counter.most_common()} for counter in (sockets, others))


def _wait_until_attached(strace, seconds=10):
    deadline = time.monotonic() + seconds
    while "attached" not in strace.log.read_text():
        if strace.poll() is not None or time.monotonic() > deadline:
            raise failure(strace, "cannot attach")
        time.sleep(0.01)


def _listing(counts):
    return ", ".join(f"{name} {n:.2f}" for name, n in counts.items() if n >= 0.005) or "none"
