"""Does what one user sends slow another user down?"""

from .. import paired, report
from ..credentials import make_key
from ..loads import Disturbed, Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work

GUEST_CALLS_PER_SECOND = 2_000
GUEST_CONNECTIONS = 16
FLOOD_CALLS_PER_SECOND = 20_000
FLOOD_CONNECTIONS = 64
LIMIT_PER_SECOND = 3_000
LIMIT_BURST = 1_000  # a guest that catches up after a pause of the machine stays below
LIMIT = f"limits: [{{per: user, rate: {LIMIT_PER_SECOND}/s, burst: {LIMIT_BURST}}}]"
ONE_PLACE = "max_concurrent: 1, queue: 64"
MOST = 1.25  # of the latency without the flood
LEAST_REFUSED = 0.5  # of the flood


def measure(programs, effort):
    with Stage() as stage:
        keys = stage.path("keys.yaml")
        guest, flood = (make_key(programs, keys, name) for name in ("guest", "flood"))
        unknown = make_key(programs, stage.path("elsewhere.yaml"), "unknown")
        backend = start_backend(stage, programs, "--era", "modern")
        auth = [f'auth: {{api_keys: {{file: "{keys}"}}}}', "policy: {default: allow}"]
        limited = start_gatehouse(stage, programs, {"bench": backend.url}, more=[*auth, LIMIT])
        narrow = start_gatehouse(stage, programs, {"bench": backend.url}, more=auth, options={"bench": ONE_PLACE})
        for server in (limited, narrow):
            wait_until_tools_work(programs, server, ["bench.echo"], "modern", options=("--token", guest))
        field = _Field(stage, programs, effort, guest)
        rate = ("--rate", FLOOD_CALLS_PER_SECOND)
        yield from field.compare(limited, (*rate, "--token", flood), "over a limit", is_refused=True)
        yield from field.compare(limited, (*rate, "--token", unknown), "wrong credentials", is_refused=True)
        yield from field.compare(limited, ("--token", flood), "over a limit, without a pause", has_target=False)
        yield from field.compare(narrow, ("--token", flood), "server with one place", is_refused=False, has_target=False)


class _Field:
    def __init__(self, stage, programs, effort, key):
        self._stage, self._programs, self._effort, self._key = stage, programs, effort, key

    def compare(self, server, flood, what, is_refused=True, has_target=True):
        """Rows about a flood, which are fewer rounds where there is no target."""
        options = ("--rate", GUEST_CALLS_PER_SECOND, "--token", self._key)
        guest = self._load(server, *options, connections=GUEST_CONNECTIONS, warm_up=self._effort.tail_warm_up)
        flooded = Disturbed(guest, [self._load(server, *flood, connections=FLOOD_CONNECTIONS, yields=True)])
        targets = [paired.Target("alone", guest, server.pids), paired.Target("flooded", flooded, server.pids)]
        rounds = self._effort.tail_rounds if has_target else max(3, self._effort.tail_rounds // 4)
        bursts = paired.run_rounds(targets, rounds, self._effort.tail_seconds)
        p99 = paired.ratio_of_medians(bursts, "flooded", "alone", "p99_us")
        title = f"{what}: p99 of the guest, beside the flood / alone"
        yield report.ratio_at_most(title, p99, MOST) if has_target else report.note(title, p99)
        for name in bursts:
            low, high = (paired.median(bursts, name, field) for field in ("p50_us", "p99_us"))
            yield report.note(f"{what}: guest {name}, p50 / p99", f"{low:.0f} / {high:.0f} µs")
        yield from _about_flood(what, flooded, is_refused)
        flooded.stop()

    def _load(self, server, *options, **more):
        return Load(self._stage, self._programs.loadgen, server.url, LOAD_CORE, "--tool", "bench.echo", *options,
                    era="modern", **more)


def _about_flood(what, flooded, is_refused):
    yield report.note(f"{what}: the flood, calls per second", f"{flooded.calls / flooded.seconds:,.0f}")
    refused = flooded.failed / max(1, flooded.calls)
    title = f"{what}: refused share of the flood"
    yield report.at_least(title, refused, LEAST_REFUSED) if is_refused else report.note(title, f"{refused:.3f}")


FAIRNESS = report.Section(
    "Fairness: one user beside the flood of another",
    f"A guest makes {GUEST_CALLS_PER_SECOND:,} calls a second at fixed times, alone and beside a flood of "
    f"{FLOOD_CALLS_PER_SECOND:,} on {FLOOD_CONNECTIONS} connections. Both are stateless and show an API key; "
    "{tail_rounds} rounds of {tail_seconds} s, each after {tail_warm_up} s of the same. Compared are the medians of the rounds, "
    "because a pause of the machine spoils a round; the quartiles are those of pairs of rounds."
    "\n\n"
    f"\"over a limit\": the flood is another user's, and each user may make {LIMIT_PER_SECOND:,} calls a second. \"wrong "
    "credentials\": it shows a key that does not exist. \"without a pause\": the flood sends as fast as it is answered, so that "
    "both cores have no time left, and a pause of the machine is everybody's. \"server with one place\": the same of a user whom "
    "nothing limits, and a server that takes one call at a time, so the two take turns. The flood gives way to everybody else "
    "on the core of the load generators, so that what is measured is the gateway. Alone, the guest waits for a sleeping "
    "machine to wake up with each call, which a flood spares him: that is how a ratio can be below 1.",
    measure)
