"""Drives the load generator."""

import json
import select
import subprocess

from .processes import Failure, failure

START_SECONDS = 60


class Load:
    """A load generator with open connections that makes a run of calls whenever it is told to.

    Because connections and sessions are opened before the first run, a run contains nothing but calls.
    `yields`: as in Stage.start(). `warm_up`: seconds of calls before each run() that are not measured.
    """

    def __init__(self, stage, loadgen, url, core, *options, era="legacy", connections=64, yields=False, warm_up=0):
        command = [loadgen, "--url", url, "--era", era, "--connections", connections, "--json", "--on-command"]
        command += ["--warm-up", warm_up]
        self.url = url
        self.warm_up = warm_up
        self._process = stage.start([*command, *options], core=core, talks=True, yields=yields)
        self._stage = stage
        self._answer(START_SECONDS)

    def run(self, seconds):
        """Calls for this long; the result as the load generator prints it. Failed calls raise Failure."""
        return self._command(f"run {seconds}", seconds + 30)

    def count(self, calls, patience=60):
        """Exactly so many calls."""
        return self._command(f"count {calls}", patience)

    def stop(self):
        self._stage.stop(self._process)

    def begin(self, text):
        """Gives a command and does not wait; end() has to follow."""
        try:
            self._process.stdin.write(text + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise failure(self._process, "the load generator ended") from None

    def end(self, patience):
        """What came of the command, failed calls included."""
        return self._answer(patience)

    def _command(self, text, patience):
        self.begin(text)
        result = self.end(patience)
        if result["errors"] > 0:
            raise Failure(f"{result['errors']} of {result['answered'] + result['errors']} calls failed, "
                          f"first: {result['first_error']}")
        return result

    def _answer(self, patience):
        return _read_json_line(self._process, patience)


class Disturbed:
    """A load beside others whose calls may fail. What became of those is counted, for a disturbance that does not take
    place proves nothing."""

    def __init__(self, load, others):
        self._load, self._others = load, others
        self.calls = self.failed = 0  # of the others
        self.seconds = 0

    def run(self, seconds):
        whole = self._load.warm_up + seconds
        for other in self._others:
            other.begin(f"run {whole}")
        result = self._load.run(seconds)
        self.seconds += whole
        for other in self._others:
            ended = other.end(whole + START_SECONDS)
            failed = ended["errors"] - ended["unsent"]
            self.calls += ended["answered"] + failed
            self.failed += failed
        return result

    def stop(self):
        for load in (self._load, *self._others):
            load.stop()


class Held:
    """Sessions, connections or streams that stay open until close()."""

    def __init__(self, stage, loadgen, url, core, count, *options, era="legacy"):
        command = [loadgen, "--url", url, "--era", era, "--hold", "--sessions", count]
        self._process = stage.start([*command, *options], core=core, talks=True)
        self._stage = stage
        self.opened = _read_json_line(self._process, START_SECONDS)

    def close(self):
        """Closes all; raises Failure when the server had closed some before."""
        self._process.stdin.close()
        closed = _read_json_line(self._process, START_SECONDS)
        self._stage.stop(self._process)
        if any(closed.values()):
            raise Failure(f"the server closed what should stay open: {closed}")


def single_run(loadgen, url, *options):
    """Starts, calls and ends; the result, failed calls included. For use where a new process does not matter."""
    command = [str(word) for word in (loadgen, "--url", url, "--json", *options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode > 1:
        raise Failure(done.stderr.strip())
    return json.loads(done.stdout)


def _read_json_line(process, patience):
    ready, _, _ = select.select([process.stdout], [], [], patience)
    line = process.stdout.readline() if ready else ""
    if not line:
        raise failure(process, "no answer in time" if ready == [] else "ended early")
    return json.loads(line)
