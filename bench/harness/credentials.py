"""Makes what clients show to say who they are: API keys and signed tokens."""

import base64
import json
import subprocess
import time

from .processes import Failure

ISSUER = "http://127.0.0.1:9/idp"  # nobody is asked: its keys are in the configuration
AUDIENCE = "bench-gateway"
ROLE = "bench"


def make_key(programs, file, name):
    """A new API key in this key file, with the role."""
    command = [programs.gatehouse, "keys", "create", "--file", str(file), "--name", name, "--owner", "bench", "--roles", ROLE]
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if made.returncode != 0:
        raise Failure("no key could be made: " + made.stderr)
    return made.stdout.strip()


class Issuer:
    """Signs tokens with RS256 by the openssl program."""

    def __init__(self, stage):
        self._key = stage.path("issuer.pem")
        self._keys = stage.path("issuer.json")
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self._key))
        modulus = _openssl("rsa", "-in", str(self._key), "-noout", "-modulus").decode().strip().split("=")[1]
        jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "bench", "n": _base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        self._keys.write_text(json.dumps({"keys": [jwk]}))

    def configuration(self):
        """The issuer as the gateway's configuration names it."""
        return f'{{issuer: "{ISSUER}", discovery: static, jwks: "file:{self._keys}", audience: {AUDIENCE}, roles: roles}}'

    def token(self):
        """Good for an hour, with the role."""
        now = int(time.time())
        head = {"alg": "RS256", "typ": "at+jwt", "kid": "bench"}
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "client_id": "bench", "iat": now, "exp": now + 3600,
                  "jti": "1", "scope": "bench.call", "roles": [ROLE]}
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
