"""Real databases and a real browser for every test that asks for one; nothing is skipped where they lack."""

from __future__ import annotations

import gc
import os
import shutil
import smtplib
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator import migrations
from estimator.config import Settings
from tests.support import apps, postgresql, profile
from tests.support.apps import SETTINGS, Apps
from tests.support.folders import ROOT, for_servers
from tests.support.redis_server import RedisServer

__all__ = ["profile"]  # before any test is read, so that its profile holds for all of them


gc.disable()  # while everything is imported, there is next to no garbage to be found


def pytest_collection_finish() -> None:
    """Keep what is imported by now out of the search for garbage, which would look through it over and over."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs Chromium or processes of its own, before anything is chosen by marks.

    One of two kinds of database is left to `make soak`, of tests with many variants all but a sample, and what is long
    by nature, unless one asks for it. What waits longest comes first, so that other processes run everything
    else meanwhile and none waits for it at the end.
    """
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
        if item.path.parent in OF_PROCESSES or item.path.stem in OF_DOCUMENTS:
            item.add_marker(pytest.mark.processes)
        if item.path.parent not in WHOLE_IN_CHECK and _number(item) % 2:
            item.add_marker(pytest.mark.second_half)
    for item in items:
        if _kind_of_database(item) and _is_in_a_room(item):
            item.add_marker(pytest.mark.both_databases)
    all_of_them = [Path(named).resolve() for named in config.args] == [ROOT / "tests"]
    without_long = all_of_them and "long" not in config.option.markexpr
    kinds = {(_number(item), _kind_of_database(item)) for item in items}
    of_both = {number for number, _kind in kinds if all((number, kind) in kinds for kind in KINDS)}
    left_out = {
        id(item)
        for item in items
        if profile.NAME != "soak"
        and (
            (_number(item) in of_both and _is_left_to_soak(item))
            or (without_long and item.get_closest_marker("long") is not None)
        )
    }
    left_out |= _variants_left_to_soak([item for item in items if id(item) not in left_out])
    if "cluster" not in config.option.markexpr:
        left_out |= {id(item) for item in items if item.get_closest_marker("cluster") is not None}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("waits_long") is None)


OF_PROCESSES = {
    ROOT / "tests" / "estimator" / room
    for room in ("cli", "demonstration", "migrations", "operations", "pdf", "processes", "translations")
}
"""Folders of tests that start servers, workers and commands, draw documents, or build databases anew, and wait for
them."""

WHOLE_IN_CHECK = {ROOT / "tests", ROOT / "tests" / "estimator", ROOT / "tests" / "pricing"}
"""Folders of the arithmetic, of the rules of the house and of what rooms stand on; of others `make check` runs half."""

OF_DOCUMENTS = {"test_document", "test_paper", "test_pdf_document", "test_two_languages"}
"""Names of files of tests elsewhere that wait for documents, which a process of its own draws."""

KINDS = ("sqlite", "postgresql")

ABOUT_DATABASES = {ROOT / "tests" / "estimator" / room for room in ("migrations", "processes")}
"""Folders whose subject is the database itself: half of their tests run on PostgreSQL in `make test`. Elsewhere a
quarter of those of rooms, pages and commands do, because there each connection is a process. In `make soak` all run on
both."""


def _is_in_a_room(item: pytest.Item) -> bool:
    """Whether a test is of a room or of pages; what rooms stand on is tested on both kinds of database."""
    return item.path.parent != ROOT / "tests" / "estimator"


def _number(item: pytest.Item) -> int:
    """Return a number that a test has by its name, the same for all of its variants."""
    return zlib.crc32(item.nodeid.partition("[")[0].encode())


def _kind_of_database(item: pytest.Item) -> str:
    """Return the kind of database for which a test is one of two; "" if it is none."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return ""
    params = item.callspec.params
    kind = str(params.get("database_url") or params.get("kind") or params.get("url") or "")
    return kind if kind in KINDS else ""


def _is_left_to_soak(item: pytest.Item) -> bool:
    """Whether another variant of a test is its sample: which of them, its name decides."""
    kind = _kind_of_database(item)
    if not kind or item.get_closest_marker("both_databases") is None:
        return False
    share = 2 if item.path.parent in ABOUT_DATABASES else 4
    return kind != KINDS[_number(item) % share == 0]


MOST_VARIANTS = 2
"""Maximum number of variants of a test that needs an app or a database which run in `make test`."""


def _variants_left_to_soak(items: list[pytest.Item]) -> set[int]:
    """Return which variants of tests are left out, and mark those of which there are many.

    The first and the last stay, in the order in which the test names them.
    """
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        costs = isinstance(item, pytest.Function) and not NEEDS.isdisjoint(item.fixturenames)
        if costs and item.get_closest_marker("every_variant") is None:
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out: set[int] = set()
    for variants in tests.values():
        last = len(variants) - 1
        if last < MOST_VARIANTS:
            continue
        sample = {number * last // (MOST_VARIANTS - 1) for number in range(MOST_VARIANTS)}
        for number, item in enumerate(variants):
            item.add_marker(pytest.mark.many_variants)
            if number not in sample and profile.NAME != "soak":
                left_out.add(id(item))
    return left_out


NEEDS = {"app", "browser", "database_url", "instance", "postgresql_server", "site"}
"""What makes a test expensive: an app with its database, or a browser."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Return the address of a server that ends with the tests."""
    with postgresql.server() as address:
        yield address


@pytest.fixture
def new_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """Return the address of a new database with nothing in it, not even tables."""
    with postgresql.new_database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def kept_database(postgresql_server: str) -> postgresql.KeptDatabase:
    """Return the database that all tests share, one after another."""
    return postgresql.KeptDatabase(postgresql_server)


@pytest.fixture
def postgresql_url(kept_database: postgresql.KeptDatabase) -> str:
    """Return the address of a database that has all tables and no rows."""
    kept_database.empty()
    return kept_database.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, instance: Path) -> str:
    """Return the address of a database of each kind, for `set_up` to give it all tables."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{instance / 'estimator.sqlite'}"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file that has all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("database") / "empty.sqlite"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def set_up(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that gives a database all tables, by copying them: that is faster than making them."""

    def set_up(url: str) -> None:
        _, sqlite, path = url.partition("sqlite:///")
        if sqlite:  # PostgreSQL's kept database has them already
            shutil.copy(request.getfixturevalue("empty_sqlite"), path)

    return set_up


@pytest.fixture(scope="session")
def link_to_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a path that leads to the folder of each test in turn."""
    return tmp_path_factory.mktemp("link") / "instance"


@pytest.fixture
def instance(link_to_instance: Path, tmp_path: Path) -> Path:
    """Return the folder of the app's own files: that of the test, by a name that stays the same."""
    link_to_instance.unlink(missing_ok=True)
    link_to_instance.symlink_to(tmp_path, target_is_directory=True)
    return link_to_instance


@pytest.fixture
def known_settings() -> dict[str, str]:
    """Return the settings that apps have where a test says nothing else."""
    return dict(SETTINGS)


@pytest.fixture
def load(instance: Path, known_settings: dict[str, str]) -> Callable[..., Settings]:
    """Return a function that loads settings with secrets in place, without this machine's environment."""

    def load(**given: str) -> Settings:
        return apps.load({"INSTANCE": str(instance), **known_settings, **given})

    return load


@pytest.fixture
def started(set_up: Callable[[str], None]) -> Iterator[Apps]:
    """Return the apps of a test, which all end with it."""
    found = Apps(set_up)
    yield found
    found.end()


@pytest.fixture
def settings(load: Callable[..., Settings], database_url: str) -> Settings:
    """Return the settings of an app on `database_url`."""
    return load(DATABASE_URL=database_url)


@pytest.fixture
def dump_postgresql() -> Callable[[str], str]:
    """Return a function that returns everything in a database as its own tool writes it out."""
    return postgresql.dump


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Start a Redis in a temporary folder, listening on loopback alone, and end it with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="estimator-redis-", dir=for_servers()))
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Return the address of a Redis that holds nothing."""
    import redis

    with redis.Redis.from_url(redis_server.url) as connection:
        connection.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's own Chromium or Chrome, quietly and without its own traffic."""
    found = subprocess.run(
        ["sh", str(ROOT / "setup" / "browser.sh")], capture_output=True, text=True, check=False
    ).stdout.strip()
    if not found:
        pytest.fail("Chromium is missing. `make test` installs it; by hand: apt-get install chromium")
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--renderer-process-limit=1",  # a new page starts one process for its site, not two
    ]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": found, "args": arguments}


@pytest.fixture(autouse=True)
def _no_mail_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to a mail server that is not on this machine, whatever a test's settings say."""
    connect = smtplib.SMTP._get_socket  # type: ignore[attr-defined]

    def only_here(self: smtplib.SMTP, host: str, port: int, timeout: float) -> Any:
        if host not in ("127.0.0.1", "::1"):
            pytest.fail(f"a test wanted to send mail through {host}")
        return connect(self, host, port, timeout)

    monkeypatch.setattr(smtplib.SMTP, "_get_socket", only_here)
