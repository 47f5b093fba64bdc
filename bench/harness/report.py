"""Collects figures and writes them down, for the terminal and as Markdown."""

import dataclasses
import datetime
import pathlib
import shutil
import subprocess
import textwrap

from . import probes

LINE = 120  # longest line of running text in the Markdown file


@dataclasses.dataclass(frozen=True)
class Section:
    """One group of figures. `about` says what is measured; it may name fields of Effort in braces. `measure` takes the
    programs and the effort and yields rows."""

    title: str
    about: str
    measure: object


@dataclasses.dataclass
class Row:
    figure: str
    value: str
    target: str = ""
    is_met: bool | None = None  # None: no target, or nothing was measured

    @property
    def verdict(self):
        return {True: "yes", False: "**no**", None: ""}[self.is_met]


def ratio_at_least(figure, ratio, target):
    """A row for a ratio whose median should not be below the target. What is printed is what is judged."""
    return Row(figure, str(ratio), f"≥ {target:.2f}", round(ratio.median, 3) >= target)


def ratio_at_most(figure, ratio, target):
    return Row(figure, str(ratio), f"≤ {target:.2f}", round(ratio.median, 3) <= target)


def at_least(figure, value, target, unit=""):
    """A row for a number that should not be below the target."""
    return Row(figure, _number(value) + unit, f"≥ {target:,g}{unit}", value >= target)


def at_most(figure, value, target, unit=""):
    return Row(figure, _number(value) + unit, f"≤ {target:,g}{unit}", value <= target)


def note(figure, value):
    """A row without a target."""
    return Row(figure, str(value))


def _number(value):
    return f"{value:,.{0 if value >= 100 else 3 if value < 10 else 1}f}"


class Report:
    """Sections in the order in which they were measured. A section that fails says so and does not stop the others."""

    def __init__(self, command, effort):
        self._command = command
        self._effort = effort
        self._machine = probes.machine()
        self._sections = []

    def measure(self, section, programs):
        print(f"\n{section.title}", flush=True)
        rows = []
        self._sections.append((section, rows))
        try:
            for row in section.measure(programs, self._effort):
                rows.append(row)
                self._print(row)
        except Exception as problem:  # whatever it was: it belongs into the report
            rows.append(Row("could not be measured", _one_line(problem), is_met=False))
            self._print(rows[-1])
            if isinstance(problem, TimeoutError):
                raise

    def all_met(self):
        return not self._missed()

    def summary(self):
        """Lines: how many targets there are, and what was missed."""
        verdicts = [row.is_met for _, rows in self._sections for row in rows if row.is_met is not None]
        yield f"{sum(verdicts)} of {len(verdicts)} targets are met{'. Missed:' if self._missed() else '.'}"
        if self._missed():
            yield ""
        for section, row in self._missed():
            yield f"* {section.title}: {row.figure}, {row.value}" + (f" (target {row.target})" if row.target else "")

    def write(self, path, programs):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*self._head(programs), *self._body()]) + "\n")

    def _head(self, programs):
        facts = self._machine | _versions(programs)
        return ["# Performance", "",
                f"Measured on {datetime.date.today():%-d %B %Y} by `{self._command}`, which writes this page.", "",
                *(f"* {name}: {value}" for name, value in facts.items()), "",
                *self.summary(), "",
                *self._paragraphs(HOW_TO_READ)]

    def _body(self):
        for section, rows in self._sections:
            yield from ("", f"## {section.title}", "", *self._paragraphs(section.about))
            yield from ("", "| Figure | Measured | Target | Met |", "| --- | --- | --- | --- |")
            yield from (f"| {row.figure} | {row.value} | {row.target} | {row.verdict} |" for row in rows)

    def _paragraphs(self, text):
        return _wrapped(text.format(**dataclasses.asdict(self._effort)))

    def _missed(self):
        return [(section, row) for section, rows in self._sections for row in rows if row.is_met is False]

    @staticmethod
    def _print(row):
        mark = {True: "ok", False: "MISSED", None: ""}[row.is_met]
        print(f"  {row.figure:<68} {row.value:<24} {row.target:<12} {mark}".rstrip(), flush=True)


HOW_TO_READ = """
Everything runs on loopback. The server under test has one worker and core 1 for itself; load generator and backend share
core 0. The request is an MCP `tools/call` of about 800 bytes, the answer has about 340 bytes, headers included. nginx is
`proxy_pass` with upstream keep-alive; "with log" means with a buffered JSON access log.

What is compared is alive at the same time and gets short bursts in turn, in changing order: {rounds} rounds of bursts of
{burst_seconds} s unless something else is said, shared out over {starts} starts of everything. A ratio is that of two bursts
of the same round: the median of all rounds, which is judged, and in brackets the quartiles, which are the spread. Absolute
numbers depend on the machine and on what else it does, ratios much less; instructions (callgrind) and system calls (strace)
hardly at all.
"""


def _one_line(problem):
    return textwrap.shorten(str(problem).replace("|", "/"), 200, placeholder=" ...")


def _wrapped(text):
    """Lines of paragraphs, with an empty line between two of them."""
    paragraphs = [textwrap.wrap(paragraph, LINE, break_long_words=False, break_on_hyphens=False)
                  for paragraph in text.strip().split("\n\n")]
    lines = []
    for paragraph in paragraphs:
        lines += [*paragraph, ""]
    return lines[:-1]


def _versions(programs):
    versions = {
        "Compiler": _first_line(["c++", "--version"]),
        "Gatehouse": _first_line([programs.gatehouse, "version"]),
        "nginx": _first_line([programs.nginx, "-v"]).removeprefix("nginx version: "),
    }
    if programs.before:
        versions["Before"] = programs.before_name
    return versions


def _first_line(command):
    if not shutil.which(command[0]):
        return "not found"
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"
