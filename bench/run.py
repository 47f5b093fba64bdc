#!/usr/bin/env python3
"""Measures Gatehouse against nginx and against its own limits, prints a table and writes it to a Markdown file.

Exit status: 0 all targets met, 1 some were missed or could not be measured, 2 the programs cannot be run.
"""

import argparse
import pathlib
import shutil
import signal
import sys

from harness.effort import FULL, QUICK
from harness.measures import access, fairness, flatness, internals, memory, neighbours, sizes, throughput
from harness.report import Report
from harness.servers import Programs

SECTIONS = {
    "legacy": ("Legacy clients, legacy server (2025-11-25), 64 connections", throughput.measure_legacy),
    "modern": ("Modern clients, modern server (2026-07-28), 64 connections", throughput.measure_modern),
    "across": ("Legacy clients, modern server, 64 connections; nginx between legacy peers", throughput.measure_across),
    "latency": ("Latency, legacy, 8 connections", throughput.measure_latency),
    "sizes": ("Large results, 16 connections", sizes.measure_throughput),
    "huge": ("10 MB results, 8 connections", sizes.measure_memory),
    "servers": ("From 1 to 100 servers", flatness.measure_servers),
    "tools": ("From 10 to 5,000 tools", flatness.measure_tools),
    "fairness": ("One user beside the flood of another", fairness.measure),
    "neighbours": ("Healthy servers beside ones that hang, crash, crawl and lie, 10,000 calls per second", neighbours.measure),
    "access": ("With keys, tokens, rules and limits, sessions, 64 connections", access.measure),
    "memory": ("User memory of the gateway per idle thing", memory.measure),
    "instructions": ("User-space instructions per call", internals.measure_instructions),
    "syscalls": ("System calls per call, legacy", internals.measure_system_calls),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatehouse", required=True, metavar="BIN")
    parser.add_argument("--loadgen", required=True, metavar="BIN")
    parser.add_argument("--backend", required=True, metavar="BIN")
    parser.add_argument("--nginx", default="/usr/sbin/nginx", metavar="BIN")
    parser.add_argument("--out", default="docs/performance.md", metavar="FILE", help="the Markdown file to write")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, about 90 seconds")
    parser.add_argument("--only", metavar="NAME,...", help="of " + ", ".join(SECTIONS))
    return parser.parse_args()


def stop_after(seconds):
    """Turns SIGTERM and the time limit into exceptions, so that every `with` block cleans up."""

    def ended(_signal, _frame):
        raise TimeoutError(f"the benchmark took more than {seconds} s")

    signal.signal(signal.SIGALRM, ended)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.alarm(seconds)


def main():
    arguments = parse_arguments()
    programs = Programs(arguments.gatehouse, arguments.loadgen, arguments.backend, arguments.nginx)
    for needed in (programs.gatehouse, programs.loadgen, programs.backend, programs.nginx, "valgrind", "strace"):
        if not shutil.which(needed):
            print(f"{needed}: not found or not executable", file=sys.stderr)
            return 2
    effort = QUICK if arguments.quick else FULL
    names = arguments.only.split(",") if arguments.only else list(SECTIONS)
    stop_after(effort.total_seconds)
    report = Report("./dev bench" + (" --quick" if arguments.quick else ""))
    try:
        for name in names:
            report.measure(*SECTIONS[name], programs, effort)
    finally:
        report.write(pathlib.Path(arguments.out), programs)
        print(f"\nwritten to {arguments.out}")
    return 0 if report.all_met() else 1


if __name__ == "__main__":
    sys.exit(main())
