"""Machines that share this one's hardware and nothing else: each has a network, a name and a cable of its own."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "10.213.77"
"""What the addresses of the machines begin with; ours, where readers and the mail server are, ends in 1."""

HERE = f"{PREFIX}.1"

BRIDGE = "estimator-br"
"""What the cables of all machines are plugged into."""

RESTART_SECONDS = 1
"""After which a service that ended is started again, as systemd does with Restart=always."""


class CannotBuild(Exception):
    """This machine cannot have such a network; the message says why."""


class Machine:
    """A machine with its own network; what is started on it dies with it."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.address = f"{PREFIX}.{number}"
        self.space, self.cable = f"estimator-{name}", f"est-{name}"
        _ip("netns", "add", self.space)
        _ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        _ip("link", "set", self.cable, "master", BRIDGE, "up")
        _ip("-n", self.space, "link", "set", "lo", "up")
        _ip("-n", self.space, "addr", "add", f"{self.address}/24", "dev", "eth0")
        _ip("-n", self.space, "link", "set", "eth0", "up")

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command line that runs a command on this machine."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return ["ip", "netns", "exec", self.space, *named, *words]

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a command on this machine to its end; return what it says."""
        done = subprocess.run(
            self.command(words), env=environment, capture_output=True, text=True, check=False, cwd="/"
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def processes(self) -> list[int]:
        """Return the numbers of all processes that run here."""
        found = subprocess.run(
            ["ip", "netns", "pids", self.space], capture_output=True, text=True, check=False
        )
        return [int(word) for word in found.stdout.split()]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to everything that runs here."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def kill_one(self) -> str:
        """Kill any process that runs here; return what it was."""
        process = random.choice(self.processes())
        with suppress(OSError):
            words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            os.kill(process, signal.SIGKILL)
            return words
        return ""

    def kill(self) -> None:
        """Kill everything that runs here, and wait until it is gone."""
        while self.processes():
            self.send(signal.SIGKILL)
            time.sleep(0.05)

    def pull_the_cable(self) -> None:
        _ip("link", "set", self.cable, "down")

    def plug_the_cable_in(self) -> None:
        _ip("link", "set", self.cable, "up")


class Service:
    """A command that a machine starts again whenever it ends, with nothing left of the time before."""

    def __init__(
        self, machine: Machine, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.machine, self.log = machine, log
        self._command, self._environment = command, environment
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            with self.log.open("ab") as log:
                process = subprocess.Popen(
                    self.machine.command(self._command),
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
            while process.poll() is None and not self._over.wait(0.1):
                pass
            if self._over.is_set():
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(40)
            self.machine.kill()
            process.wait()
            self._over.wait(RESTART_SECONDS)

    def end(self) -> None:
        """Let it end, and everything on its machine."""
        self._over.set()
        self._thread.join()


@contextmanager
def network(names: Mapping[str, int]) -> Iterator[dict[str, Machine]]:
    """Yield a machine for each name, which all reach each other and us. Raises CannotBuild."""
    why = _why_not()
    if why:
        raise CannotBuild(why)
    _remove(names)
    try:
        try:
            _ip("link", "add", BRIDGE, "type", "bridge")
            _ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
            _ip("link", "set", BRIDGE, "up")
            machines = {name: Machine(name, number) for name, number in names.items()}
        except subprocess.CalledProcessError as error:
            raise CannotBuild(
                f"This machine lets us have no network namespaces: {error.stderr.strip()}"
            ) from error
        yield machines
    finally:
        _remove(names)


def _why_not() -> str:
    if shutil.which("ip") is None:
        return "The command `ip` is missing. Debian and Ubuntu: apt-get install iproute2"
    if os.geteuid() != 0:
        return "Network namespaces need root: run this as root, for example in a virtual machine."
    return ""


def _remove(names: Mapping[str, int]) -> None:
    """Remove what this run, or one before that was killed, has left."""
    for name in names:
        space = f"estimator-{name}"
        found = subprocess.run(["ip", "netns", "pids", space], capture_output=True, text=True, check=False)
        for word in found.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(word), signal.SIGKILL)
        for words in (["link", "del", f"est-{name}"], ["netns", "del", space]):
            subprocess.run(["ip", *words], capture_output=True, check=False)
    subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
