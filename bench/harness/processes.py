"""Child processes that end with this one: started pinned to a core, stopped by their id, whatever happens."""

import ctypes
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 5


class Failure(Exception):
    """A measurement could not be made; the text says why."""


def _prepare_child(core, yields):
    def prepare():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if core is not None:
            os.sched_setaffinity(0, {core})
        if yields:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    return prepare


class Stage:
    """Holds processes and a temporary directory; leaving the `with` block stops and removes all of them."""

    def __init__(self):
        self._processes = []
        self._directory = tempfile.TemporaryDirectory(prefix="gatehouse-bench-")
        self._files = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            stop(process)
        self._directory.cleanup()

    def path(self, name):
        """A new path in the temporary directory."""
        self._files += 1
        return pathlib.Path(self._directory.name) / f"{self._files}-{name}"

    def start(self, command, core=None, talks=False, yields=False):
        """Starts a process. failure() quotes its stderr. `talks` opens pipes to stdin and stdout. `yields`: it runs only
        when nobody else wants its core, so that it does not delay what is measured beside it."""
        log = self.path("stderr")
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else stderr,
                stderr=stderr,
                text=True,
                preexec_fn=_prepare_child(core, yields),
            )
        process.log = log
        self._processes.append(process)
        return process

    def stop(self, process):
        """Stops one process early and forgets it."""
        self._processes.remove(process)
        stop(process)


def stop(process):
    """SIGTERM, and SIGKILL if that was not enough. A process that reads commands gets the end of its input first."""
    if process.stdin and not process.stdin.closed:
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def failure(process, what):
    """A Failure that quotes the end of the process's stderr."""
    tail = process.log.read_text(errors="replace").strip().splitlines()[-3:]
    return Failure(f"{what} ({pathlib.Path(process.args[0]).name}, exit status {process.poll()}): {' | '.join(tail)}")


def wait_for_url(process, ready_file, seconds=15):
    """The URL that the process writes into its ready file when it serves."""
    deadline = time.monotonic() + seconds
    seen = None
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise failure(process, "ended before it served")
        text = ready_file.read_text().strip() if ready_file.exists() else ""
        if re.fullmatch(r"http://\S+:\d+\S*", text) and text == seen:
            return text
        seen = text
        time.sleep(0.01)
    raise failure(process, f"did not serve within {seconds} s")
