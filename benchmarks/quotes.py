"""Firm quotes: a batch issued, rendered and mailed beside rendering alone; and many who issue at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import func, select

from benchmarks import plan, postgresql
from benchmarks.acts import acting
from benchmarks.issuing import CLINIC, issue, settings_of
from benchmarks.mail_sink import mail_sink
from benchmarks.measure import Row, milliseconds, ratio
from benchmarks.rendering import renderer
from estimator import create_app, estimates, migrations, price_lists, quotes, requests
from estimator.config import Settings
from estimator.db import db
from estimator.i18n import reader, speaking
from estimator.models import Counter, Mail, PatientRequest, Quote, QuoteRevision
from estimator.pdf.renderer import Job
from estimator.processes import demonstration
from estimator.quotes import drafts, pdf_document

BATCH = 200
CLIENTS = (1, 8, 32)
ISSUED_BY_ALL = 192
PROCESSES = 4
"""Number of processes among which the clients are divided, as they are among those of a server."""

MOST_SECONDS = 1800


def rows() -> list[Row]:
    """Issue, render and mail a batch with one worker and with two, and issue at once."""
    return [*_batches(), *_at_once()]


# A batch ------------------------------------------------------------------------------------------------------


def _batches() -> list[Row]:
    jobs = _jobs()
    alone = {number: _rendered(jobs, number) for number in (1, 2)}
    batch = {number: _batch(number) for number in (1, 2)}
    what = f"{BATCH} quotes issued, rendered and mailed"
    return [
        Row(
            f"{what}, one worker",
            f"{batch[1]:.1f} s",
            f"rendering alone, one process: {alone[1]:.1f} s",
            ratio(batch[1], alone[1]),
            "at most 1.05",
        ),
        Row(
            f"{what}, two workers",
            f"{batch[2]:.1f} s",
            f"rendering alone, two processes: {alone[2]:.1f} s",
            ratio(batch[2], alone[2]),
            "at most 1.05",
        ),
        Row(
            f"{what}, two workers",
            f"{batch[2]:.1f} s",
            f"one worker: {batch[1]:.1f} s",
            f"1 to {batch[1] / batch[2]:.2f}",
            "at least 1 to 1.90",
        ),
    ]


def _batch(workers: int) -> float:
    """Seconds from the first quote issued to the last one mailed, with workers that are waiting already."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="estimator-bench-"))
        port = stack.enter_context(mail_sink())
        mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "MAIL_SECURITY": "unencrypted"}
        settings = settings_of(folder, "", **mail, MAIL_FROM="bench@example.org")
        references = prepared(settings, BATCH + workers)
        app = create_app(settings)
        environment = {
            **os.environ,
            **mail,
            "INSTANCE": folder,
            "DEMO": "1",
            "MAIL_FROM": "bench@example.org",
        }
        for _number in range(workers):
            stack.enter_context(_process([sys.executable, "-m", "estimator", "worker"], environment))
        with app.app_context():
            # One quote for each worker, so that it is warm.
            for reference in references[:workers]:
                issue(reference, settings)
            _wait_for(workers)
            begin = perf_counter()
            for reference in references[workers:]:
                issue(reference, settings)
            _wait_for(BATCH + workers)
            took = perf_counter() - begin
            app.extensions["jobs"].close()
            db.engine.dispose()
    return took


def _wait_for(sent: int) -> None:
    """Wait until a number of quotes are mailed."""
    until = perf_counter() + MOST_SECONDS
    is_sent = select(func.count()).select_from(Mail).filter_by(template="quote_issued", state="sent")
    while (db.session.scalar(is_sent) or 0) < sent:
        db.session.rollback()
        if perf_counter() > until:
            raise RuntimeError("the quotes are not mailed")
        sleep(0.05)
    db.session.rollback()


def _jobs() -> list[Job]:
    """Return the documents of a batch as the app hands them to its renderer."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
        settings = settings_of(folder, "")
        references = prepared(settings, BATCH)
        app = create_app(settings)
        with app.app_context(), speaking(reader("en")):
            found = []
            for reference in references:
                revision = db.session.get_one(QuoteRevision, issue(reference, settings))
                said = quotes.rows_of(revision, settings.data_keys)
                assert said is not None
                drawn = pdf_document.html(
                    said,
                    patient="Anna Kowalska",
                    reader=reader("en"),
                    check=f"https://estimate.example.org/verify/{revision.quote.number}",
                    created=revision.issued_at.isoformat(),
                )
                content = revision.content.encode()
                found.append(
                    Job(drawn, content, "quote.json", "The figures of this quote", revision.issued_at)
                )
            db.session.remove()
            db.engine.dispose()
    return found


def _rendered(jobs: Sequence[Job], processes: int) -> float:
    """Seconds in which a number of renderers, warm already, make the documents of a batch."""
    with ExitStack() as stack:
        made = [stack.enter_context(renderer("app")) for _ in range(processes)]
        for one in made:
            one.make(jobs[0])
        waiting = iter(jobs)
        lock = threading.Lock()

        def work(number: int) -> None:
            while True:
                with lock:
                    job = next(waiting, None)
                if job is None:
                    return
                made[number].make(job)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(processes)]
        begin = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return perf_counter() - begin


# At once ------------------------------------------------------------------------------------------------------


def _at_once() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
        found = _issued(folder, "", "SQLite")
    with postgresql.server() as address, tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
        return [*found, *_issued(folder, address, "PostgreSQL")]


def _issued(folder: str, database: str, name: str) -> list[Row]:
    settings = settings_of(folder, database)
    prepared(settings, ISSUED_BY_ALL * len(CLIENTS))
    found, alone = [], 0.0
    for step, clients in enumerate(CLIENTS):
        processes = min(clients, PROCESSES)
        each = ISSUED_BY_ALL // processes
        with ExitStack() as stack:
            started = [
                stack.enter_context(
                    _process(
                        [
                            *(sys.executable, "-m", "benchmarks.issuing", folder, database),
                            *(
                                str(clients // processes),
                                str(step * ISSUED_BY_ALL + number * each),
                                str(each),
                            ),
                        ],
                        dict(os.environ),
                    )
                )
                for number in range(processes)
            ]
            for process in started:
                assert process.stdout
                process.stdout.readline()
            begin = perf_counter()
            for process in started:
                assert process.stdin
                process.stdin.write(b"\n")
                process.stdin.flush()
            results: list[dict[str, Any]] = []
            for process in started:
                assert process.stdout
                results.append(json.loads(process.stdout.readline()))
            rate = ISSUED_BY_ALL / (perf_counter() - begin)
        alone = alone or rate
        took = sorted(seconds for result in results for seconds in result["took"])
        refused = sum(len(result["refused"]) for result in results)
        issued, doubled, gaps = _numbered(settings)
        found.append(
            Row(
                f"{name}, issued by {clients} at once; p50 {milliseconds(took[len(took) // 2])}, "
                f"p99 {milliseconds(took[len(took) * 99 // 100])}",
                f"{rate:.0f}/s",
                f"by one: {alone:.0f}/s",
                ratio(rate, alone),
                f"{refused} refused, {doubled} numbered twice, {gaps} gaps in {issued}; wanted: 0, 0, 0",
            )
        )
    return found


def _numbered(settings: Settings) -> tuple[int, int, int]:
    """Return how many quotes there are, how many numbers are there twice, and how many are missing."""
    app = create_app(settings)
    with app.app_context():
        numbers = list(db.session.scalars(select(Quote.number)))
        last = sum(db.session.scalars(select(Counter.last)))
        db.session.remove()
        db.engine.dispose()
    return len(numbers), len(numbers) - len(set(numbers)), last - len(set(numbers))


# Both ---------------------------------------------------------------------------------------------------------


def prepared(settings: Settings, count: int) -> list[str]:
    """Set an installation up with requests whose quotes are prepared, and return their references."""
    migrations.upgrade(settings.database_url)
    app = create_app(settings)
    now = datetime.now(UTC)
    found = []
    with app.app_context():
        demonstration.import_tables(acting(actor="command line", now=now))
        db.session.commit()
        version = price_lists.in_force(plan.SLUG, now)
        for number in range(count):
            found.append(_ask(version, number, settings, now).reference)
        db.session.remove()
        db.engine.dispose()
    return found


def _ask(version: Any, number: int, settings: Settings, now: datetime) -> PatientRequest:
    token = estimates.make(
        acting(now=now, settings=settings),
        version,
        {**plan.answers(number), "own_mri": True},  # nothing in a firm quote is on request
        language="en",
        submission=f"form {number}",
    )
    estimate = estimates.find(acting(now=now, kept_days=90), token)
    assert estimate is not None
    person = requests.Person(
        full_name=f"Patient {number}", email=f"patient{number}@example.org", phone=None, message=""
    )
    asked = requests.Asked(
        person=person, country="PL", language="en", for_whom="self", planned_month=None, consents=[]
    )
    request = requests.ask(
        acting(clinic=CLINIC, actor="user:1", now=now, settings=settings),
        estimate,
        asked,
        origin="staff",
        submission=f"form {number}",
    )
    drafts.begin(acting(actor="user:1", now=now, settings=settings), request)
    db.session.commit()
    return request


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process, and end it afterwards."""
    root = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        command,
        env={**environment, "PYTHONPATH": root},
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
