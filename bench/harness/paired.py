"""Compares servers by short bursts in turn, so that what else the machine does hits all of them alike."""

import dataclasses
import statistics

from . import probes
from .processes import Stage


@dataclasses.dataclass
class Target:
    """A server under a load of its own. `pids` is empty where CPU time is of no interest."""

    name: str
    load: object
    pids: list


@dataclasses.dataclass
class Burst:
    rate: float  # calls per second
    cpu_us: float  # of the server, per call
    p50_us: float
    p99_us: float


@dataclasses.dataclass
class Ratio:
    """Median and quartiles of the ratios of bursts of the same round."""

    median: float
    low: float
    high: float

    def __str__(self):
        return f"{self.median:.3f} ({self.low:.2f} to {self.high:.2f})"


def run_rounds(targets, rounds, seconds):
    """name -> list of Burst, one for each round. The order rotates, and turns round, from round to round. One round is
    run before and thrown away: it fills caches, pools and branch predictors."""
    bursts = {target.name: [] for target in targets}
    for number in range(rounds + 1):
        for target in _order(targets, number):
            burst = run_burst(target, seconds)
            if number > 0:
                bursts[target.name].append(burst)
    return bursts


def run_anew(set_up, starts, rounds, seconds):
    """As run_rounds(), but shared out over several starts, for where a process happens to lie in memory changes its speed
    by a few per cent. `set_up` takes a Stage and returns the targets."""
    bursts = {}
    for _ in range(starts):
        with Stage() as stage:
            for name, more in run_rounds(set_up(stage), rounds // starts, seconds).items():
                bursts.setdefault(name, []).extend(more)
    return bursts


def _order(targets, number):
    shift = number // 2 % len(targets)
    order = targets[shift:] + targets[:shift]
    return order[::-1] if number % 2 else order


def run_burst(target, seconds):
    before = probes.cpu_nanoseconds(target.pids)
    result = target.load.run(seconds)
    cpu = probes.cpu_nanoseconds(target.pids) - before
    latency = result["latency_us"]
    return Burst(result["rate"], cpu / 1000 / max(1, result["answered"]), latency["p50"], latency["p99"])


def ratio(bursts, name, reference, field):
    """How `name` compares with `reference` in this field."""
    pairs = zip(bursts[name], bursts[reference])
    return _quartiles([getattr(one, field) / getattr(other, field) for one, other in pairs])


def ratio_of_medians(bursts, name, reference, field):
    """The same for a percentile near the end: a pause of the machine hits one burst and not the other, and when that happens in
    every third burst most pairs are spoilt, while neither median is. The quartiles are those of the pairs."""
    pairs = ratio(bursts, name, reference, field)
    return dataclasses.replace(pairs, median=median(bursts, name, field) / median(bursts, reference, field))


def median(bursts, name, field):
    return statistics.median(getattr(burst, field) for burst in bursts[name])


def _quartiles(values):
    if len(values) < 2:
        return Ratio(values[0], values[0], values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Ratio(middle, low, high)
