"""What one call costs in user-space instructions and in system calls."""

import collections
import dataclasses
import re
import signal
import time

from .. import report
from ..loads import Load, single_run
from ..processes import Failure, Stage, failure
from ..servers import LOAD_CORE, start_backend, start_gatehouse, start_nginx, wait_until_tools_work

CONNECTIONS = 64
VALGRIND_SECONDS = 60
MOST_INSTRUCTIONS = 40_000
MOST_SOCKET_CALLS = 4.3
ERAS = {"legacy": "call in a session", "modern": "stateless call"}
SOCKET_CALLS = {"recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev"}


@dataclasses.dataclass(frozen=True)
class Setup:
    """How a gateway is started for counting: further lines of its configuration, and the token that its clients show."""

    more: tuple = ()
    token: str = ""


def measure_instructions(programs, effort):
    for era in ("legacy", "modern"):
        spent = instructions_per_call(programs, effort, era)
        yield report.at_most(f"{ERAS[era]}, Gatehouse", spent, MOST_INSTRUCTIONS)
    if effort.with_nginx_internals:
        spent = _per_call(effort, lambda calls: _instructions_of_nginx(programs, calls))
        yield report.note(f"{ERAS['legacy']}, nginx with log", f"{spent:,.0f}")


def instructions_per_call(programs, effort, era, setup=Setup()):
    """What one call through Gatehouse costs in user space."""
    return _per_call(effort, lambda calls: _instructions_of_gatehouse(programs, era, calls, setup))


def _per_call(effort, count):
    """The difference of two runs, so that start, handshakes and end do not count."""
    few, many = effort.instructions_calls, 3 * effort.instructions_calls
    return (count(many) - count(few)) / (many - few)


def _instructions_of_gatehouse(programs, era, calls, setup):
    with Stage() as stage:
        backend = start_backend(stage, programs, "--era", era)
        wrapper, counts = _callgrind(stage)
        gatehouse = start_gatehouse(stage, programs, {"bench": backend.url}, wrapper, VALGRIND_SECONDS, more=setup.more)
        token = ["--token", setup.token] if setup.token else []
        wait_until_tools_work(programs, gatehouse, ["bench.echo"], era, VALGRIND_SECONDS, token)
        return _count(stage, programs, gatehouse, counts, calls, "--era", era, "--tool", "bench.echo", *token)


def _instructions_of_nginx(programs, calls):
    with Stage() as stage:
        wrapper, counts = _callgrind(stage)
        nginx = start_nginx(stage, programs, [start_backend(stage, programs).url], log=True, wrapper=wrapper)[0]
        return _count(stage, programs, nginx, counts, calls)


def _callgrind(stage):
    counts = stage.path("callgrind")
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}"], counts


def _count(stage, programs, server, counts, calls, *options):
    """Instructions from the start of the server to its end, with so many calls between."""
    result = single_run(programs.loadgen, server.url, "--connections", CONNECTIONS, "--count", calls, "--timeout",
                        VALGRIND_SECONDS, *options)
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
        yield report.at_most("on sockets, Gatehouse", sum(sockets.values()), MOST_SOCKET_CALLS)
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


INSTRUCTIONS = report.Section(
    "Instructions per call",
    f"User-space instructions as callgrind counts them, {CONNECTIONS} connections: the difference of two runs, of "
    "{instructions_calls:,} and of three times as many calls, so that start and end do not count.",
    measure_instructions)
SYSTEM_CALLS = report.Section(
    "System calls per call",
    f"As strace counts them over {{syscall_calls:,}} calls in sessions on {CONNECTIONS} connections.",
    measure_system_calls)
