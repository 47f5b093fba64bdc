"""Collects figures and writes them down, for the terminal and as Markdown."""

import dataclasses
import datetime
import pathlib
import shutil
import subprocess

from . import probes


@dataclasses.dataclass
class Row:
    figure: str
    value: str
    target: str = ""
    is_met: bool | None = None  # None: no target, or nothing was measured

    @property
    def verdict(self):
        return {True: "yes", False: "**no**", None: ""}[self.is_met]


def at_least(figure, ratio, target):
    """A row for a ratio that should not be below the target."""
    return Row(figure, str(ratio), f"≥ {target:.2f}", round(ratio.median, 2) >= target)


def at_most(figure, value, target, unit=""):
    """A row for a number that should not be above the target."""
    return Row(figure, f"{value:,.{_digits(value)}f}{unit}", f"≤ {target:,g}{unit}", value <= target)


def ratio_at_most(figure, ratio, target):
    return Row(figure, str(ratio), f"≤ {target:.2f}", round(ratio.median, 2) <= target)


def note(figure, value):
    """A row without a target."""
    return Row(figure, value)


def _digits(value):
    return 0 if value >= 100 else 2


class Report:
    """Sections in the order in which they were measured. A section that fails says so and does not stop the others."""

    def __init__(self, command):
        self._command = command
        self._machine = probes.machine()
        self._sections = []

    def measure(self, title, function, *arguments):
        print(f"\n{title}", flush=True)
        rows = []
        try:
            for row in function(*arguments):
                rows.append(row)
                self._print(row)
        except Exception as problem:  # whatever it was: it belongs into the report
            if isinstance(problem, TimeoutError):
                raise
            rows.append(Row("could not be measured", str(problem).replace("|", "/"), is_met=False))
            self._print(rows[-1])
        self._sections.append((title, rows))

    def all_met(self):
        return all(row.is_met is not False for _, rows in self._sections for row in rows)

    def write(self, path, programs):
        lines = ["# Performance", "",
                 f"Measured on {datetime.date.today():%d %B %Y} by `{self._command}`, which writes this page.", ""]
        facts = self._machine | _versions(programs)
        lines += [f"* {name}: {value}" for name, value in facts.items()]
        lines += ["", *HOW_TO_READ, ""]
        for title, rows in self._sections:
            lines += [f"## {title}", "", "| Figure | Measured | Target | Met |", "| --- | --- | --- | --- |"]
            lines += [f"| {row.figure} | {row.value} | {row.target} | {row.verdict} |" for row in rows]
            lines.append("")
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines))

    @staticmethod
    def _print(row):
        mark = {True: "ok", False: "MISSED", None: ""}[row.is_met]
        print(f"  {row.figure:<62} {row.value:<24} {row.target:<12} {mark}".rstrip(), flush=True)


HOW_TO_READ = [
    "Everything runs on loopback, one worker each: the server under test on core 1, load generator and backend on",
    "core 0. The request is an MCP `tools/call` of about 800 bytes, the answer has about 340 bytes, headers included.",
    "nginx is `proxy_pass` with upstream keep-alive; \"with log\" means a buffered JSON access log. The servers are",
    "alive at the same time and get short bursts in turn. A ratio is the median of the ratios of bursts of the same",
    "round, with its quartiles. Absolute numbers depend on the machine and on what else it does, ratios much less;",
    "instructions (callgrind) and system calls (strace) per call hardly depend on it at all.",
]


def _versions(programs):
    return {
        "Compiler": _first_line(["c++", "--version"]),
        "Gatehouse": _first_line([programs.gatehouse, "version"]),
        "nginx": _first_line([programs.nginx, "-v"]).removeprefix("nginx version: "),
    }


def _first_line(command):
    if not shutil.which(command[0]):
        return "not found"
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"
