"""What it costs to know who is calling, whether he may, and how much."""

from .. import paired, report
from ..credentials import ROLE, Issuer, make_key
from ..loads import Load
from ..processes import Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse, wait_until_tools_work
from .internals import Setup, instructions_per_call

CONNECTIONS = 64
RULES = 100
FEW_RULES, MANY_RULES = 10, 1_000
MOST = 1.15  # CPU per call, of the bare gateway
LEAST = 0.85  # calls per second
MOST_RULES = 1.03  # CPU and instructions per call with many rules, of few
LEAST_RULES = 0.97
LIMITS = ("limits:", "  - {per: user, rate: 1000000/s, burst: 1000000}",
          '  - {per: tool, match: "bench.*", rate: 1000000/s, burst: 1000000}')


def measure(programs, effort):
    with Stage() as stage:
        setups = _setups(stage, programs)
        bursts = _bursts(programs, effort, setups)
        yield from _against_bare(bursts)
        yield from _many_rules(bursts)
        for name in bursts:
            rate, cpu = (paired.median(bursts, name, field) for field in ("rate", "cpu_us"))
            yield report.note(f"{name}, median burst", f"{rate:,.0f}/s, {cpu:.1f} µs CPU")
        names = ("API key", "JWT", _title(FEW_RULES), _title(MANY_RULES))
        spent = {name: instructions_per_call(programs, effort, "legacy", setups[name]) for name in names}
        more = spent[_title(MANY_RULES)] / spent[_title(FEW_RULES)]
        yield report.at_most(f"instructions per call, {_title(MANY_RULES)} / {FEW_RULES}", more, MOST_RULES)
        for name in names:
            yield report.note(f"instructions per call, {name}", f"{spent[name]:,.0f}")


def _setups(stage, programs):
    """name -> Setup"""
    keys = stage.path("keys.yaml")
    key = make_key(programs, keys, "bench")
    by_key = (f'auth: {{api_keys: {{file: "{keys}"}}}}',)
    issuer = Issuer(stage)
    by_token = (f"auth: {{issuers: [{issuer.configuration()}]}}",)
    return {"bare": Setup(),
            "API key": Setup((*by_key, *_rules(RULES), *LIMITS), key),
            "JWT": Setup((*by_token, *_rules(RULES), *LIMITS), issuer.token()),
            _title(FEW_RULES): Setup((*by_key, *_rules(FEW_RULES), *LIMITS), key),
            _title(MANY_RULES): Setup((*by_key, *_rules(MANY_RULES), *LIMITS), key)}


def _title(rules):
    return f"{rules:,} rules"


def _rules(count):
    """The last one permits; those before it are about other servers, tools, roles and conditions."""
    kinds = ('effect: allow, who: {{roles: [role{n}]}}, what: {{servers: [s{n}], tools: ["get_*"]}}',
             'effect: deny, who: {{kinds: [workload]}}, what: {{tools: ["wipe_{n}_*"]}}',
             "effect: allow, who: {{roles: [{role}]}}, what: {{servers: [s{n}]}}, when: 'args.amount <= {n}'",
             "effect: allow, who: {{scopes: [scope{n}]}}, what: {{servers: [bench], tools: [other{n}]}}")
    yield from ("policy:", "  rules:")
    for n in range(count - 1):
        yield f"    - {{id: r{n}, {kinds[n % len(kinds)].format(n=n, role=ROLE)}}}"
    yield f"    - {{id: last, effect: allow, who: {{roles: [{ROLE}]}}, what: {{servers: [bench]}}}}"


def _bursts(programs, effort, setups):
    def set_up(stage):
        backend = start_backend(stage, programs)
        return [_target(stage, programs, backend, name, setup) for name, setup in setups.items()]

    return paired.run_anew(set_up, effort.starts, effort.close_rounds, effort.burst_seconds)


def _target(stage, programs, backend, name, setup):
    gatehouse = start_gatehouse(stage, programs, {"bench": backend.url}, more=setup.more)
    token = ["--token", setup.token] if setup.token else []
    wait_until_tools_work(programs, gatehouse, ["bench.echo"], options=token)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", "bench.echo", *token, connections=CONNECTIONS)
    return paired.Target(name, load, gatehouse.pids)


def _against_bare(bursts):
    for name in ("API key", "JWT"):
        cpu, rate = (paired.ratio(bursts, name, "bare", field) for field in ("cpu_us", "rate"))
        yield report.ratio_at_most(f"CPU per call, {name} / bare", cpu, MOST)
        yield report.ratio_at_least(f"calls per second, {name} / bare", rate, LEAST)


def _many_rules(bursts):
    cpu, rate = (paired.ratio(bursts, _title(MANY_RULES), _title(FEW_RULES), field) for field in ("cpu_us", "rate"))
    yield report.ratio_at_most(f"CPU per call, {_title(MANY_RULES)} / {FEW_RULES}", cpu, MOST_RULES)
    yield report.ratio_at_least(f"calls per second, {_title(MANY_RULES)} / {FEW_RULES}", rate, LEAST_RULES)


ACCESS = report.Section(
    "Access: identity, rules and limits",
    f"Plain calls in sessions through gateways before the same backend, {CONNECTIONS} connections that send as fast as they are "
    f"answered; {{close_rounds}} rounds. \"bare\" knows nobody. \"API key\" and \"JWT\" (RS256) check with each request who is "
    f"calling, have {RULES} rules, of which the last one permits the call, and two limits, by user and by tool, that are never "
    f"reached. \"{_title(FEW_RULES)}\" and \"{_title(MANY_RULES)}\" have API keys and the same limits. Instructions are counted "
    "as above; callgrind's processor has none for SHA-256, so that hashing a token costs more of them than it does really.",
    measure)
