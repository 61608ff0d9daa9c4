"""PostgreSQL on two machines: a primary, and a standby that it waits for with every commit."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from tests.cluster.machines import PREFIX, Machine
from tests.support.mail_server import wait_until
from tests.support.postgresql import as_nobody, programs

PORT = 5432


class Server:
    """A server on a machine of its own, with its data in a folder."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self.data, self.log = machine, folder / machine.name, folder / f"{machine.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *words: str) -> str:
        """Run a program of PostgreSQL on this machine."""
        return self.machine.run(
            as_nobody([str(programs() / program), *words]), {"PATH": "/usr/sbin:/usr/bin:/bin"}
        )

    def make(self) -> None:
        """Make the data of a primary that may be followed."""
        self.run(
            "initdb", "-D", str(self.data), "-U", "estimator", "-A", "trust", "-E", "UTF8", "--no-locale"
        )
        with (self.data / "pg_hba.conf").open("a") as rights:
            rights.write(f"host all,replication all {PREFIX}.0/24 trust\n")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("wal_level = replica\nmax_wal_senders = 5\nlisten_addresses = '*'\n")
            settings.write(f"unix_socket_directories = ''\nport = {PORT}\n")

    def follow(self, primary: Server) -> None:
        """Make the data of a standby of another server, and let that one wait for it from now on."""
        name = self.machine.name
        source = f"host={primary.machine.address} port={PORT} user=estimator application_name={name}"
        how = ["--write-recovery-conf", "--create-slot", "--slot", name, "--wal-method", "stream"]
        self.run(
            "pg_basebackup", "--pgdata", str(self.data), *how, "--checkpoint", "fast", "--dbname", source
        )
        self.start()
        primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        primary.ask("SELECT pg_reload_conf()")
        followed = "SELECT sync_state FROM pg_stat_replication"
        wait_until(lambda: primary.ask(followed) == [("sync",)])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.machine.command(as_nobody([str(programs() / "postgres"), "-D", str(self.data)])),
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        wait_until(self.answers, 120)

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, query: str) -> Sequence[tuple[Any, ...]]:
        address = f"host={self.machine.address} port={PORT} user=estimator dbname=postgres connect_timeout=5"
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute(query)
            return [] if found.description is None else list(found.fetchall())

    def freeze(self, seconds: float) -> None:
        """Stop every process of it, and let them go on later."""
        self.machine.send(signal.SIGSTOP)
        time.sleep(seconds)
        self.machine.send(signal.SIGCONT)

    def kill(self) -> None:
        """Kill every process of it."""
        self.machine.kill()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def promote(self) -> None:
        """Let a standby take requests that write."""
        self.ask("SELECT pg_promote()")


def own_folder(folder: Path) -> Path:
    """Give a folder to the user that PostgreSQL runs as."""
    shutil.chown(folder, as_nobody([])[2])
    return folder
