"""Runs the real binary: $GATEHOUSE_BIN, or build/release/gatehouse. The examples lie beside it."""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("GATEHOUSE_BIN", ROOT / "build/release/gatehouse")).resolve()
STUB = str(ROOT / "tests/integration/fixtures/stub_server.py")
PATIENCE = 30  # seconds, for anything that happens at once on an idle machine

COMMANDS = ["serve", "connect", "check", "explain", "import", "servers", "tools", "call", "keys", "policy", "completion", "version"]
INNER_COMMANDS = ["keys create", "keys list", "keys rotate", "keys revoke", "keys pepper",
                  "tools diff", "tools approve",
                  "policy check", "policy test", "policy explain", "policy diff"]


def clean_env(**changes):
    """The caller's environment without what changes the look of the output; None removes a variable."""
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    env.update(TERM="xterm", **{key: value for key, value in changes.items() if value is not None})
    return env


class CliTest(unittest.TestCase):
    """A directory per test, in which the program runs."""
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gatehouse-cli-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def write(self, name, text):
        (self.directory / name).write_text(text, encoding="utf-8")
        return name

    def configure(self, servers, name="gatehouse.yaml"):
        """Writes a configuration; JSON is YAML."""
        return self.write(name, json.dumps({"servers": servers}))

    def stub(self, *options, **keys):
        return {"command": sys.executable, "args": [STUB, *options], **keys}

    def start(self, *args, **options):
        process = subprocess.Popen([BINARY, *args], cwd=self.directory, env=options.pop("env", clean_env()), text=True, **options)
        self.addCleanup(end, process)
        return process

    def run_cli(self, *args, input="", env=None):
        """(exit code, stdout, stderr)"""
        done = subprocess.run([BINARY, *args], input=input, capture_output=True, text=True, timeout=PATIENCE, cwd=self.directory,
                              env=env or clean_env(), check=False)
        return done.returncode, done.stdout, done.stderr

    def expect(self, code, *args, **options):
        """Runs, expects this exit code, returns (stdout, stderr)."""
        got, out, err = self.run_cli(*args, **options)
        self.assertEqual(got, code, f"gatehouse {' '.join(args)}\n{out}\n{err}")
        return out, err

    def on_terminal(self, *args, env=None, columns=80):
        """(exit code, stdout, stderr) with a terminal of its own for each stream."""
        out, err = Terminal(columns), Terminal(columns)
        process = self.start(*args, stdin=subprocess.DEVNULL, stdout=out.inner, stderr=err.inner, env=env or clean_env())
        out.close_inner()
        err.close_inner()
        read_all([out, err])
        return process.wait(PATIENCE), out.text(), err.text()

    def example(self, name, *args):
        """Starts an example server on a free port and returns its URL."""
        program = BINARY.parent / name
        if not program.exists():
            self.skipTest(f"{name} is not built")
        process = subprocess.Popen([program, "--port", "0", *args], cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(end, process)
        return re.search(r"http://\S+", line_of(process.stdout))[0]

    def serve(self, *args):
        """Starts the gateway on a free port and returns (process, URL of /mcp)."""
        ready = self.directory / "ready"
        process = self.start("serve", *args, "--listen", "127.0.0.1:0", "--admin-listen", "off", "--ready-file", str(ready),
                             stderr=subprocess.DEVNULL)
        until(lambda: ready.exists() or process.poll() is not None)
        self.assertIsNone(process.poll(), "the gateway ended instead of starting")
        return process, ready.read_text().strip().rstrip("/") + "/mcp"


class Terminal:
    def __init__(self, columns):
        self.outer, self.inner = pty.openpty()
        fcntl.ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.bytes = b""

    def close_inner(self):
        os.close(self.inner)

    def read(self):
        """False at the end, when nobody has the inner side open any more."""
        try:
            part = os.read(self.outer, 65536)
        except OSError:
            part = b""
        self.bytes += part
        if not part:
            os.close(self.outer)
        return bool(part)

    def text(self):
        return self.bytes.decode().replace("\r\n", "\n")


def read_all(terminals):
    deadline = time.monotonic() + PATIENCE
    terminals = list(terminals)
    while terminals:
        ready, _, _ = select.select([terminal.outer for terminal in terminals], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("the program does not end")
        terminals = [terminal for terminal in terminals if terminal.outer not in ready or terminal.read()]


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.01)


def line_of(stream, pattern=""):
    """The next line in which the pattern is found; bounded by the time limit of the whole test program."""
    for line in stream:
        if re.search(pattern, line):
            return line
    raise AssertionError(f"the stream ended without {pattern!r}")


def end(process):
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
    process.wait()
