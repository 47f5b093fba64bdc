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
from harness.measures import access, before, fairness, flatness, internals, memory, neighbours, sizes, throughput
from harness.report import Report
from harness.servers import Programs

SECTIONS = {
    "legacy": throughput.LEGACY,
    "modern": throughput.MODERN,
    "across": throughput.ACROSS,
    "latency": throughput.LATENCY,
    "instructions": internals.INSTRUCTIONS,
    "syscalls": internals.SYSTEM_CALLS,
    "memory": memory.MEMORY,
    "sizes": sizes.LARGE,
    "huge": sizes.HUGE,
    "servers": flatness.SERVERS,
    "tools": flatness.TOOLS,
    "access": access.ACCESS,
    "fairness": fairness.FAIRNESS,
    "neighbours": neighbours.NEIGHBOURS,
    "before": before.BEFORE,
}
FULL_PAGE = "docs/performance.md"
OTHER_PAGE = "build/performance.md"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatehouse", required=True, metavar="BIN")
    parser.add_argument("--loadgen", required=True, metavar="BIN")
    parser.add_argument("--backend", required=True, metavar="BIN")
    parser.add_argument("--nginx", default="/usr/sbin/nginx", metavar="BIN")
    parser.add_argument("--against", metavar="BIN", help="an earlier gatehouse: plain calls are compared with it, too")
    parser.add_argument("--against-name", metavar="TEXT", default="an earlier build", help="what the page calls it")
    parser.add_argument("--out", metavar="FILE",
                        help=f"the Markdown file to write; {FULL_PAGE} for a full run, else {OTHER_PAGE}")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, about two minutes")
    parser.add_argument("--only", metavar="NAME,...", help="of " + ", ".join(SECTIONS))
    arguments = parser.parse_args()
    arguments.sections = _chosen_sections(parser, arguments)
    if not arguments.out:
        arguments.out = OTHER_PAGE if arguments.quick or arguments.only else FULL_PAGE
    return arguments


def _chosen_sections(parser, arguments):
    if not arguments.only:
        return [name for name in SECTIONS if name != "before" or arguments.against]
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    if "before" in names and not arguments.against:
        parser.error("the section before needs --against")
    return names


def spoken(arguments):
    """The command, as the page names it."""
    options = {"--quick": arguments.quick, f"--only {arguments.only}": arguments.only, "--against BIN": arguments.against}
    return " ".join(["./dev bench", *(option for option, is_set in options.items() if is_set)])


def stop_after(seconds):
    """Turns SIGTERM and the time limit into exceptions, so that every `with` block cleans up."""

    def ended(_signal, _frame):
        raise TimeoutError(f"the benchmark took more than {seconds} s")

    signal.signal(signal.SIGALRM, ended)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.alarm(seconds)


def missing_program(programs):
    needed = [programs.gatehouse, programs.loadgen, programs.backend, programs.nginx, "valgrind", "strace", "openssl"]
    if programs.before:
        needed.append(programs.before)
    return next((program for program in needed if not shutil.which(program)), None)


def main():
    arguments = parse_arguments()
    programs = Programs(arguments.gatehouse, arguments.loadgen, arguments.backend, arguments.nginx, arguments.against,
                        arguments.against_name)
    if missing := missing_program(programs):
        print(f"{missing}: not found or not executable", file=sys.stderr)
        return 2
    effort = QUICK if arguments.quick else FULL
    stop_after(effort.total_seconds)
    report = Report(spoken(arguments), effort)
    try:
        for name in arguments.sections:
            report.measure(SECTIONS[name], programs)
    except TimeoutError as late:
        print(f"\n{late}: the other sections were not measured", file=sys.stderr)
        return 1
    finally:
        report.write(pathlib.Path(arguments.out), programs)
        print("", *report.summary(), f"written to {arguments.out}", sep="\n")
    return 0 if report.all_met() else 1


if __name__ == "__main__":
    sys.exit(main())
