"""The served app that the browsers open, and how to look behind it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Page

from tests.support.commands import estimator

Opener = Callable[..., Page]
"""Opens a page in a browser of its own."""

HERE = Path(__file__).parent
LONG_WORDS = HERE / "long_words.toml"


@dataclass(frozen=True)
class Site:
    """A served demonstration with its own folder and database."""

    address: str
    instance: Path
    languages: str = "en,ar,ru"

    def run(self, *arguments: str | Path) -> None:
        """Run a command of the app on this installation; fails if it does."""
        code, _, errors = estimator(*arguments, **environment(self))
        assert code == 0, errors

    def database(self, sql: str, *values: str) -> list[tuple[object, ...]]:
        """Look into the database, or change what only time would change."""
        with closing(sqlite3.connect(self.instance / "estimator.sqlite", timeout=10)) as connection:
            found = connection.execute(sql, values).fetchall()
            connection.commit()
            return found

    def wait_for_mail(self) -> None:
        """Wait until no mail waits any more, without asking the app for a page again and again."""
        for _look in range(600):
            ((waiting,),) = self.database("SELECT count(*) FROM mail WHERE state IN ('waiting', 'working')")
            if not waiting:
                return
            time.sleep(0.05)
        pytest.fail("the mail was not sent")

    def estimates(self) -> int:
        """Return how many estimates are kept."""
        ((number,),) = self.database("SELECT count(*) FROM estimate")
        assert isinstance(number, int)
        return number

    def expire(self, reference: str) -> None:
        """Let the prices of an estimate end in the past."""
        self.database("UPDATE estimate SET valid_until = '2026-01-31' WHERE reference = ?", reference)


@contextmanager
def serving(instance: Path, **options: str) -> Iterator[Site]:
    """Serve the demonstration in a folder of its own, and end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}", instance, **options)
    with (instance / "served.log").open("wb") as log:
        server = subprocess.Popen(
            command("serve", "--demo"), env=environment(site), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(site, server)
            yield site
        finally:
            server.terminate()
            server.wait(30)


def command(*arguments: str | Path) -> list[str]:
    """Return the call of one of the app's commands."""
    return [sys.executable, "-m", "estimator", *map(str, arguments)]


def environment(site: Site) -> dict[str, str]:
    """Return the settings of a site, whatever is set on this machine."""
    return {
        **{name: value for name, value in os.environ.items() if not name.endswith("_FILE")},
        "INSTANCE": str(site.instance),
        "DATABASE_URL": "",
        "DEMO": "1",
        "HOST": "127.0.0.1",
        "PORT": site.address.rpartition(":")[2],
        "PUBLIC_URL": site.address,
        "LANGUAGES": site.languages,
        # All tests are one network, and their patients have one address.
        "MAILS_PER_ADDRESS": "10000",
        "MAILS_PER_NETWORK": "10000",
        "MAILS_PER_HOUR": "100000",
        # Most of what they make nobody asks a PDF of, and cores are few.
        "PDFS_AHEAD": "0",
    }


def wait_for(site: Site, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; fail with what it said if it does not."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(site.address, timeout=5).close()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    pytest.fail((site.instance / "served.log").read_text(encoding="utf-8"))
