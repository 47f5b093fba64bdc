"""What it costs to know who is calling, whether he may, and how much."""

import base64
import json
import subprocess
import time

from .. import paired, report
from ..loads import Load
from ..processes import Failure, Stage
from ..servers import LOAD_CORE, start_backend, start_gatehouse

ISSUER = "http://127.0.0.1:9/idp"  # nobody is asked: its keys are in the configuration
AUDIENCE = "bench-gateway"
MOST = 1.15  # CPU per call, of the bare gateway
LEAST = 0.85  # calls per second
MOST_RULES = 1.03  # 1,000 rules, of 10


def measure(programs, effort):
    """Gateways before the same backend: bare; with a key, or a token, with 100 rules and two limits; with 10 and with 1,000 rules."""
    with Stage() as stage:
        backend = start_backend(stage, programs)
        issuer = _Issuer(stage)
        keys = stage.path("keys.yaml")
        key = _make_key(programs, keys)
        by_key = [f"auth: {{api_keys: {{file: {keys}}}}}"]
        by_token = [f"auth: {{issuers: [{issuer.configuration()}]}}"]
        limits = ["limits:", "  - {per: user, rate: 1000000/s, burst: 1000000}", '  - {per: tool, match: "bench.*", rate: 1000000/s, burst: 1000000}']
        start = lambda more: start_gatehouse(stage, programs, {"bench": backend.url}, more=more)
        targets = [_target(stage, programs, "bare", start([]), None),
                   _target(stage, programs, "API key", start(by_key + _rules(100) + limits), key),
                   _target(stage, programs, "JWT", start(by_token + _rules(100) + limits), issuer.token()),
                   _target(stage, programs, "10 rules", start(by_key + _rules(10) + limits), key),
                   _target(stage, programs, "1,000 rules", start(by_key + _rules(1000) + limits), key)]
        bursts = paired.run_rounds(targets, effort.rounds, effort.burst_seconds)
        for name in ("API key", "JWT"):
            cpu = paired.ratio(bursts, name, "bare", "cpu_us")
            yield report.ratio_at_most(f"CPU per call, {name}, 100 rules, two limits / bare", cpu, MOST)
            rate = paired.ratio(bursts, name, "bare", "rate")
            yield report.at_least(f"calls per second, {name}, 100 rules, two limits / bare", rate, LEAST)
        cpu = paired.ratio(bursts, "1,000 rules", "10 rules", "cpu_us")
        yield report.ratio_at_most("CPU per call, 1,000 rules / 10", cpu, MOST_RULES)


def _rules(count):
    """The last one permits; those before it are about other servers, tools, roles and conditions."""
    lines = ["policy:", "  rules:"]
    for n in range(count - 1):
        kind = n % 4
        if kind == 0:
            lines.append(f'    - {{id: r{n}, effect: allow, who: {{roles: [role{n}]}}, what: {{servers: [s{n}], tools: ["get_*"]}}}}')
        elif kind == 1:
            lines.append(f'    - {{id: r{n}, effect: deny, who: {{kinds: [workload]}}, what: {{tools: ["wipe_{n}_*"]}}}}')
        elif kind == 2:
            lines.append(f"    - {{id: r{n}, effect: allow, who: {{roles: [bench]}}, what: {{servers: [s{n}]}}, when: 'args.amount <= {n}'}}")
        else:
            lines.append(f"    - {{id: r{n}, effect: allow, who: {{scopes: [scope{n}]}}, what: {{servers: [bench], tools: [other{n}]}}}}")
    lines.append("    - {id: last, effect: allow, who: {roles: [bench]}, what: {servers: [bench]}}")
    return lines


def _make_key(programs, keys):
    command = [programs.gatehouse, "keys", "create", "--file", str(keys), "--name", "bench", "--owner", "bench", "--roles", "bench"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Failure("no key could be made: " + made.stderr)
    return made.stdout.strip()


def _target(stage, programs, name, gatehouse, token):
    options = ["--token", token] if token else []
    deadline = time.monotonic() + 20
    while True:
        result = _try(programs, gatehouse.url, options)
        if result["errors"] == 0:
            break
        if time.monotonic() > deadline:
            raise Failure(f"{name}: {result['first_error']}")
        time.sleep(0.1)
    load = Load(stage, programs.loadgen, gatehouse.url, LOAD_CORE, "--tool", "bench.echo", *options, connections=64)
    return paired.Target(name, load, gatehouse.pids)


def _try(programs, url, options):
    command = [programs.loadgen, "--url", url, "--json", "--connections", "1", "--tool", "bench.echo", "--count", "2", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return json.loads(done.stdout) if done.returncode <= 1 else {"errors": 1, "first_error": done.stderr.strip()}


class _Issuer:
    """Signs tokens with RS256 by the openssl program."""

    def __init__(self, stage):
        self._key = stage.path("issuer.pem")
        self._keys = stage.path("issuer.json")
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self._key))
        modulus = _openssl("rsa", "-in", str(self._key), "-noout", "-modulus").decode().strip().split("=")[1]
        jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "bench", "n": _base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        self._keys.write_text(json.dumps({"keys": [jwk]}))

    def configuration(self):
        return (f'{{issuer: "{ISSUER}", discovery: static, jwks: "file:{self._keys}", audience: {AUDIENCE}, roles: roles}}')

    def token(self):
        now = int(time.time())
        head = {"alg": "RS256", "typ": "at+jwt", "kid": "bench"}
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "client_id": "bench", "iat": now, "exp": now + 3600,
                  "jti": "1", "scope": "bench.call", "roles": ["bench"]}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
        signature = _openssl("dgst", "-sha256", "-sign", str(self._key), data=signed.encode())
        return signed + "." + _base64url(signature)


def _openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure("openssl: " + done.stderr.decode())
    return done.stdout


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
