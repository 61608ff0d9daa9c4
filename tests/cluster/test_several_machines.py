"""What docs/several-machines.md promises, on machines of their own: whatever is killed, cut off, frozen or promoted.

`make cluster` runs it with 500 quotes and as many other mails (`make cluster SIZE=40` to try it), as root.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from estimator import audit, config, create_app, estimates
from estimator.config import Settings
from estimator.db import db
from estimator.models import AuditEntry, Counter, Mail, PatientRequest, Quote, QuoteDraft, QuoteRevision
from tests.cluster.databases import PORT, Server, own_folder
from tests.cluster.machines import HERE, CannotBuild, Machine, Service, network
from tests.cluster.readers import Browser, Coordinators, Gate, Visitors, Waits
from tests.support.acts import acting
from tests.support.clinic_staff import Person
from tests.support.example_quotes import PLAN, ask, list_text, person, prepare, publish
from tests.support.folders import ROOT, for_servers
from tests.support.mail_server import MailServer, wait_until

SIZE = int(os.environ.get("CLUSTER_SIZE") or 500)

MACHINES = {"web1": 11, "web2": 12, "worker1": 13, "worker2": 14, "db1": 21, "db2": 22}

LEASE_SECONDS = 30

MOST_WAIT = 10
"""Seconds that no page may take, whatever is broken."""

TAKEN_OVER_SECONDS = LEASE_SECONDS + 60

KEYS = ("secret_key", "link_key", "lookup_key", "data_keys")


class Cluster:
    """The machines, what runs on them, and an app of our own on the same database for looking."""

    def __init__(self, machines: dict[str, Machine], folder: Path, mail_server: MailServer) -> None:
        self.machines, self.folder, self.mail_server = machines, folder, mail_server
        self.db1, self.db2 = (Server(machines[name], folder / "data") for name in ("db1", "db2"))
        self.services: dict[str, Service] = {}

    @property
    def url(self) -> str:
        hosts = f"{self.machines['db1'].address},{self.machines['db2'].address}"
        ports = f"{PORT},{PORT}"
        return f"postgresql://estimator@/estimator?host={hosts}&port={ports}&target_session_attrs=read-write"

    def environment(self, name: str) -> dict[str, str]:
        """Return the settings of a machine, as docs/several-machines.md has them."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "INSTANCE": str(self.folder / name / "instance"),
            "DATABASE_URL": self.url,
            "PUBLIC_URL": "https://estimate.example.org",
            "HOST": self.machines[name].address if name in self.machines else HERE,
            "PORT": "8000",
            "PROXIES": "1",
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "MAILS_PER_ADDRESS": "10000",
            "MAILS_PER_ESTIMATE": "10000",
            "MAILS_PER_HOUR": "10000",
            "MAILS_PER_NETWORK": "10000",
            **self.mail_server.settings(MAIL_SECURITY="unencrypted"),
        }

    def estimator(self, name: str, *words: str) -> None:
        """Run a command of the app on a machine."""
        self.machines[name].run([sys.executable, "-m", "estimator", *words], self.environment(name))

    def prepare(self) -> None:
        """Set everything up as the document says: the first host makes keys and tables, the others get its keys."""
        self.db1.make()
        self.db1.start()
        self.db1.ask("CREATE DATABASE estimator ENCODING 'UTF8' TEMPLATE template0")
        self.db2.follow(self.db1)
        for name in ("web1", "web2", "worker1", "worker2", "here"):
            (self.folder / name / "instance").mkdir(parents=True, mode=0o700)
            if name != "web1":
                for key in KEYS:
                    shutil.copy(self.folder / "web1" / "instance" / key, self.folder / name / "instance")
            if name != "here":
                self.estimator(name, "prepare")

    def start(self) -> None:
        for name in ("web1", "web2", "worker1", "worker2"):
            command = ["serve", "--no-worker"] if name.startswith("web") else ["worker"]
            self.services[name] = Service(
                self.machines[name],
                [sys.executable, "-m", "estimator", *command],
                self.environment(name),
                self.folder / f"{name}.log",
            )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database that takes requests, as soon as there is one."""
        until = time.monotonic() + 120
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=3) as connection:
                    return list(connection.execute(query).fetchall())
            except psycopg.Error:
                assert time.monotonic() < until
                time.sleep(0.2)

    def count(self, query: str) -> int:
        ((found,),) = self.ask(f"SELECT count(*) FROM {query}")
        return int(found)

    def end(self) -> None:
        for machine in self.machines.values():
            with suppress(Exception):
                machine.plug_the_cable_in()
        for service in self.services.values():
            service.end()
        self.db1.kill()
        self.db2.kill()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="estimator-cluster-", dir=for_servers()))
    folder.chmod(0o755)
    (folder / "data").mkdir()
    own_folder(folder / "data")
    try:
        with network(MACHINES) as machines:
            mail_server = MailServer(tmp_path, encrypted=False, host=HERE)
            mail_server.behaviour.seconds = 0.05
            found = Cluster(machines, folder, mail_server)
            try:
                found.prepare()
                yield found
            finally:
                found.end()
                mail_server.stop()
    except CannotBuild as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def app_here(cluster: Cluster) -> Iterator[Flask]:
    """Yield an app on the same database that runs here."""
    app = create_app(config.load(cluster.environment("here")))
    with app.app_context():
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


def fill(app: Flask) -> tuple[list[str], str, Person]:
    """Prepare quotes, make an estimate and a coordinator; return references, the estimate's token, the coordinator."""
    now = datetime.now(UTC)
    version = publish(list_text().replace("demo = true", "demo = false"))
    for number in range(SIZE):
        prepare(ask(version, now, submission=f"form {number}", person=person(number)), now)
    token = estimates.make(
        acting(now=now, settings=app.config["SETTINGS"]),
        version,
        dict(PLAN),
        language="en",
        submission="visitor",
    )
    db.session.commit()
    coordinator = Person(app, "cora@clinic.example.org", ["coordinator"]).put(now)
    return list(db.session.scalars(select(PatientRequest.reference))), token, coordinator


def ask_for_mails(app: Flask, token: str, first: int, number: int) -> None:
    """Ask for mails of an estimate, as its page does; again while the database cannot be reached."""
    until = time.monotonic() + 60
    while True:
        try:
            _ask_for_mails(app, token, first, number)
        except DBAPIError:
            assert time.monotonic() < until
            db.session.rollback()
            time.sleep(0.5)
        else:
            return


def _ask_for_mails(app: Flask, token: str, first: int, number: int) -> None:
    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    record = estimates.find(acting(now=now, kept_days=90), token)
    assert record is not None
    for each in range(first, first + number):
        address, submission = f"visitor{each}@example.org", f"visitor {each}"
        estimates.email(
            acting(now=now, settings=settings), record, address, attached=each % 4 == 0, submission=submission
        )
    db.session.commit()
    db.session.remove()


def some_are_killed(cluster: Cluster) -> str:
    killed = 0
    for _round in range(2):
        for name in cluster.services:
            time.sleep(random.uniform(0.5, 2))
            killed += bool(cluster.machines[name].kill_one())
    return f"{killed} processes killed"


def a_worker_is_cut_off(cluster: Cluster) -> str:
    """Pull the cable of a worker that is handing a mail over; measure until its mails are someone else's."""
    server = cluster.mail_server.behaviour
    server.seconds, server.handed_over_by = 1, ""
    wait_until(lambda: server.handed_over_by != "", 60)
    (sending,) = (each for each in cluster.machines.values() if each.address == server.handed_over_by)
    sending.pull_the_cable()
    began = time.monotonic()
    server.seconds = 0.05
    time.sleep(5)  # the other worker has ended what it had by now, and has other leases
    held = cluster.ask(f"SELECT id, lease FROM mail WHERE state = 'working' AND {OLD_LEASE}")
    assert held, "it held no lease"
    left = {f"({row}, '{lease}')" for row, lease in held}
    while left:
        assert time.monotonic() - began < TAKEN_OVER_SECONDS, f"{len(left)} of {len(held)} not taken over"
        time.sleep(0.5)
        rows = cluster.ask(f"SELECT id, lease FROM mail WHERE (id, lease) IN ({', '.join(left)})")
        left = {f"({row}, '{lease}')" for row, lease in rows}
    took = time.monotonic() - began
    sending.plug_the_cable_in()
    return (
        f"a worker's cable pulled: {len(held)} leases taken over after {took:.0f} s (lease {LEASE_SECONDS} s)"
    )


OURS = "template IN ('quote_issued', 'estimate')"
"""The mails that are counted; there are others, as that a request has come."""

OLD_LEASE = f"leased_until < now() + interval '{LEASE_SECONDS - 4} seconds'"


def the_database_is_frozen(cluster: Cluster) -> str:
    cluster.db1.freeze(15)
    return "database frozen for 15 s, and continued"


def the_database_is_killed(cluster: Cluster) -> str:
    cluster.db1.kill()
    time.sleep(3)
    cluster.db1.start()
    return "database killed, started after 3 s"


def the_standby_is_promoted(cluster: Cluster) -> str:
    cluster.db1.machine.pull_the_cable()
    cluster.db1.kill()
    time.sleep(4)
    began = time.monotonic()
    cluster.db2.promote()
    wait_until(lambda: cluster.db2.ask("SELECT pg_is_in_recovery()") == [(False,)], 60)
    return f"database lost, standby promoted after 4 s (it took {time.monotonic() - began:.1f} s)"


FAULTS: list[Callable[[Cluster], str]] = [
    some_are_killed,
    a_worker_is_cut_off,
    the_database_is_frozen,
    the_database_is_killed,
    some_are_killed,
    the_standby_is_promoted,
    some_are_killed,
]


@pytest.mark.cluster
def test_nothing_is_lost_or_doubled_and_nobody_waits_whatever_breaks(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    with app_here(cluster) as app:
        references, token, coordinator = fill(app)
        cluster.start()
        hosts = [cluster.machines[name].address for name in ("web1", "web2")]
        wait_until(lambda: all(Browser([host], Waits()).ask("GET", "/").status == 200 for host in hosts), 120)
        signed_in = Browser(hosts, Waits())
        signed_in.sign_in(coordinator.address, coordinator.secret)
        gate = Gate()
        visitors = Visitors(hosts, ["/", f"/e/{token}", "/desk/requests"], signed_in.cookies)
        coordinators = Coordinators(2, hosts, signed_in.cookies, references, gate)
        figures = []
        began = time.monotonic()
        try:
            share = SIZE // (len(FAULTS) + 1)
            for number, fault in enumerate(FAULTS):
                ask_for_mails(app, token, number * share, share)
                gate.open_for(share)
                wait_until(lambda number=number: coordinators.issued >= number * share + share // 3, 300)  # type: ignore[misc]
                figures.append(f"{datetime.now(UTC):%H:%M:%S} {fault(cluster)}")
            ask_for_mails(app, token, len(FAULTS) * share, SIZE - len(FAULTS) * share)
            gate.open_for(SIZE - len(FAULTS) * share)
            wait_until(lambda: coordinators.issued == SIZE, 600)
            wait_until(lambda: cluster.count(f"mail WHERE state = 'sent' AND {OURS}") == 2 * SIZE, 600)
        finally:
            visitors.end()
            coordinators.end()
            with capsys.disabled():
                print("", *(f"- {figure}" for figure in figures), *first_errors(cluster), sep="\n")
                print(*visitors.waits.long, *coordinators.waits.long, sep="\n")
        took = time.monotonic() - began
        found = [
            *findings(cluster),
            f"{visitors.waits.pages} pages of visitors, longest {visitors.waits.longest:.1f} s "
            f"({visitors.waits.longest_page}), {dict(visitors.waits.statuses)}",
            f"{coordinators.waits.pages} pages of coordinators, longest {coordinators.waits.longest:.1f} s "
            f"({coordinators.waits.longest_page}), {dict(coordinators.waits.statuses)}",
            f"{took:.0f} s in all",
        ]
    with capsys.disabled():
        print(*(f"- {figure}" for figure in found), sep="\n")
    assert coordinators.unexpected == []
    assert {*visitors.waits.statuses, *coordinators.waits.statuses} <= {0, 200, 303, 404, 503}
    assert max(visitors.waits.longest, coordinators.waits.longest) <= MOST_WAIT


def first_errors(cluster: Cluster) -> Iterator[str]:
    """Yield what services wrote from their first mistake on."""
    for name in cluster.services:
        written = (cluster.folder / f"{name}.log").read_text()
        if "Traceback" in written:
            at = written.index("Traceback")
            yield f"The log of {name} around its first mistake:\n{written[max(at - 1_000, 0) :][:7_000]}"


def count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def findings(cluster: Cluster) -> list[str]:
    """Compare what was issued with what is there, and what was mailed with what came; return it in figures."""
    db.session.remove()
    db.engine.dispose()
    assert count(QuoteDraft) == 0
    assert count(Quote) == count(QuoteRevision) == SIZE
    numbers = {
        f"Q-{counter.series.removeprefix('quote ')}-{number:05d}"
        for counter in db.session.scalars(select(Counter))
        for number in range(1, counter.last + 1)
    }
    assert set(db.session.scalars(select(Quote.number))) == numbers, "there is a gap"
    assert len(numbers) == SIZE
    assert count(AuditEntry, AuditEntry.action == "quote.issued") == SIZE
    assert audit.verify().broken is None

    copies: dict[str, list[bytes]] = {}
    for mail in cluster.mail_server.taken:
        copies.setdefault(mail.message_id, []).append(mail.content)
    wanted = db.session.scalars(select(Mail).where(Mail.template.in_(["quote_issued", "estimate"]))).all()
    assert len(wanted) == 2 * SIZE
    doubled = 0
    for row in wanted:
        contents = copies.get(f"<{row.name}@clinic.example.org>", [])
        assert contents, f"a mail was lost: {row.template}, {row.state}, attempts: {row.attempts}"
        assert len(contents) == 1 or row.perhaps_twice, "a mail came twice and nobody says so"
        assert len(set(contents)) == 1, "the second time it was not the same mail"
        doubled += len(contents) - 1
    perhaps = sum(bool(row.perhaps_twice) for row in wanted)
    return [
        f"{SIZE} quotes issued, no gap in their numbers",
        f"{2 * SIZE} mails: none lost, {doubled} came twice with the same Message-ID, "
        f"of {perhaps} whose row says so",
    ]
