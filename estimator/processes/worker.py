"""The worker: it renders documents, sends the mail of the outbox, and runs the tasks of each minute and night.

Each of these has a lane of its own: a mail server that says nothing holds up mail, and no document. Codes and quotes
do not wait for other mail, and while the server does not answer, one mail at a time finds out whether it does again.

It may be killed at any moment. What it had claimed is claimed by another worker, or by itself after a restart, when
the lease expires.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from estimator import demonstration, jobs, keys, leases, logs, quotes
from estimator.act import Act
from estimator.db import db, unavailable
from estimator.mail import back_off, outbox, smtp
from estimator.messages import gettext as _
from estimator.operations import disks, heartbeats, refused_mail, situation
from estimator.pdf import renderer
from estimator.price_lists import previews
from estimator.privacy import retention
from estimator.processes import (
    hindrances,
    mail_contents,
    own_files,
    preview_task,
    quote_documents,
    supervisor,
    task,
)
from estimator.processes.drawing_ahead import LOOKS_EVERY, DrawingAhead
from estimator.processes.heartbeat import Heartbeat
from estimator.processes.lanes import Lanes
from estimator.processes.regularly import Regularly
from estimator.requests import desk_mail, mailed_codes

LANES = {"documents": 1, "prompt mail": 1, "mail": 2, "sweeps": 1, "night": 1, "ahead": 1}
"""How many threads each kind of work has; PDFs are made one after another in any case."""

DISPATCHERS = 1
"""Threads that take rows from the queue and put them into their lanes."""

GRACE = 25
"""Seconds that mail on its way has to finish when the worker is told to end."""

SWEPT_EVERY = 20
"""Seconds between two sweeps of a worker. Each has its own: one that was cut off takes nobody's with it, and what
it had claimed is enqueued anew soon after its lease."""

SOON = timedelta(minutes=1)
"""What becomes due in this time is enqueued by a sweep, however late the next one is."""

MOST_ENQUEUED = 500
ENOUGH_ENQUEUED = 50
"""A sweep enqueues at most MOST_ENQUEUED rows of a kind, and none while the queue holds this number already."""

TRIES_TO_WRITE = 6
"""Number of attempts to record that a mail was sent: if all fail, it is sent again."""

Outcome = Callable[[Act], object]
"""Records the result of an attempt to send a mail."""

logger = logging.getLogger(__name__)


def run(app: Flask, lifeline: int | None = None) -> None:
    """Work until SIGTERM, or until the parent process ends: then `lifeline`, a file descriptor, reaches its end."""
    logs.to_standard_error(app)
    own_files.use_own_temporary_folder(app.config["SETTINGS"].instance)
    queue = task.jobs_of(app)
    for handler in logging.getLogger().handlers:
        handler.addFilter(partial(_is_told_otherwise, queue))
    queue.prepare()
    lanes = Lanes(LANES)
    send_now = partial(_in_app, app, send)
    queue.handle("mail", lanes.row("mail", send_now))
    queue.handle("prompt_mail", lanes.row("prompt mail", partial(_in_app, app, send_when_drawn)))
    queue.handle("preview", lanes.row("documents", partial(_in_app, app, preview_task.preview)))
    queue.handle("quote", lanes.row("documents", partial(_in_app, app, quote_documents.draw)))

    def now_and_then() -> None:
        for each in (tell_desk, sweep, forget_codes, expire, remind):
            _in_app(app, each)

    def this_night() -> None:
        _in_app(app, night)

    def each_night() -> None:
        lanes.put("night", this_night)

    def nobody_waits() -> bool:
        return lanes.idle("documents", "prompt mail", "mail")

    drawing = DrawingAhead(nobody_waits, app.config["SETTINGS"].pdfs_ahead)

    def ahead() -> None:
        if nobody_waits():
            _in_app(app, drawing.look)

    queue.each_night(each_night)
    if lifeline is not None:
        threading.Thread(target=supervisor.end_with, args=(lifeline,), daemon=True).start()
    this_night()
    _in_app(app, tell_desk)
    _in_app(app, sweep)
    heartbeat = Heartbeat(app)
    regular = [
        Regularly(SWEPT_EVERY, lambda: lanes.put("sweeps", now_and_then)),
        Regularly(LOOKS_EVERY, lambda: lanes.put("ahead", ahead)),
    ]
    if lifeline is None:  # else the web server beside it says the same
        regular.append(Regularly(disks.LOOKED_AT_EVERY, disks.Watch(app.config["SETTINGS"]).look))
    heartbeat.start()
    for each in regular:
        each.start()
    try:
        queue.work(DISPATCHERS, GRACE)
    finally:
        lanes.end(GRACE)
        for each in regular:
            each.stop()
        heartbeat.stop()
        renderer.close()


def send(app: Flask, mail_id: int) -> None:
    """Claim a mail, compose it, deliver it, and record the result, each step in its own transaction."""
    act = task.act_of(app)
    mail = outbox.claim(act, mail_id)
    db.session.commit()
    if mail is None:
        return
    try:
        what_became = _attempt(act, mail)
    except leases.LostLease:
        return
    finally:
        db.session.rollback()
    _write_down(act, what_became)


def send_when_drawn(app: Flask, mail_id: int) -> None:
    """Send a mail, unless its document is about to be made: that enqueues it again, and nothing is drawn twice."""
    if not quote_documents.is_awaited(mail_id, task.now()):
        send(app, mail_id)


def sweep(app: Flask) -> None:
    """Enqueue all mail that is due or will be before the next sweep, previews, and documents not made yet."""
    queue, act = task.jobs_of(app), task.act_of(app)
    if queue.waiting() >= ENOUGH_ENQUEUED:
        return
    due = {
        "prompt_mail": outbox.due(act, within=SOON, most=MOST_ENQUEUED, prompt=True),
        "mail": outbox.due(act, within=SOON, most=MOST_ENQUEUED),
    }
    due_previews = previews.due(act, within=SOON, most=ENOUGH_ENQUEUED)
    lacking = quotes.without_pdf(act.now, within=quote_documents.DRAWN_WITHIN, most=MOST_ENQUEUED)
    db.session.rollback()
    for preview_id, wait in due_previews:
        queue.wake("preview", preview_id, after=wait)
    for revision_id in lacking:
        queue.wake("quote", revision_id)
    for kind, mails in due.items():
        for mail_id, wait in mails:
            queue.wake(kind, mail_id, after=wait)


def expire(app: Flask) -> None:
    """Mark quotes whose last day is over as expired; those of a demonstration not while their story is told."""
    told = demonstration.kept()
    quotes.expire_due(task.act_of(app), invented=told is None or told.whole)
    db.session.commit()


def remind(app: Flask) -> None:
    """Put the mails before the last days of quotes into the outbox."""
    quotes.reminders.put_due(task.act_of(app))
    db.session.commit()


def tell_desk(app: Flask) -> None:
    """Put a mail to the desk about requests and questions that it was not told of."""
    desk_mail.tell(task.act_of(app))
    db.session.commit()


def forget_codes(_app: Flask) -> None:
    """Blank the codes that have expired, so that they cannot be read any more."""
    mailed_codes.forget(task.now())
    db.session.commit()


def night(app: Flask) -> None:
    """Erase everything past its retention limit, and log the numbers."""
    removed = retention.run(task.act_of(app), commit=db.session.commit)
    situation.note_night(removed, heartbeats.database_clock(task.now()))
    db.session.commit()
    if removed.total():
        counts = (f"{what} {removed[what]}" for what in retention.WHAT if removed[what])
        logger.info("removed because their time was over: %s", ", ".join(counts))


def _attempt(act: Act, mail: outbox.Claimed) -> Outcome:
    """Try once to send a mail; return the function that records the result."""
    later, failed = partial(outbox.later, mail=mail), partial(outbox.failed, mail=mail)
    try:
        return _noted(partial(outbox.sent, mail=mail, words=_handed_over(act, mail)), None)
    except _HeldBack as held_back:
        return partial(later, words=held_back.words, wait=held_back.wait)
    except smtp.NotNow as reason:
        what_became = partial(later, words=reason.words, perhaps_sent=reason.perhaps_sent)
        return _noted(what_became, reason.words, of_server=reason.of_server)
    except smtp.Refused as refused:
        return _noted(partial(failed, words=refused.words), refused.words, of_server=False)
    except mail_contents.Gone:
        return partial(failed, words=_("What it was about has been deleted. Nothing was sent."))
    except mail_contents.Overtaken:
        return partial(outbox.overtaken, mail=mail)
    except keys.Unreadable:
        words = _("The address cannot be read: its key is missing. Nothing was sent.")
        return partial(failed, words=words)
    except renderer.RenderingFailed as error:
        logger.error("the PDF for mail %s could not be made: %s", mail.id, error)
        return partial(later, words=_("The PDF could not be made. `estimator doctor` may say why."))
    except (leases.LostLease, DBAPIError):
        raise
    except Exception:
        logger.exception("mail %s could not be written", mail.id)
        return partial(later, words=_("Something went wrong on our side; our log says what."))


def _noted(what_became: Outcome, refused: str | None, *, of_server: bool = False) -> Outcome:
    """Record with a mail's result what it tells of the mail server: `refused` are its words, None if it took it."""

    def both(act: Act) -> None:
        what_became(act)
        server = act.settings.mail_server
        if server is None:
            return
        name = f"{server.host}, port {server.port},"
        if refused is None:
            refused_mail.ended(name, act.now)
        else:
            refused_mail.note(refused, name, act.now, of_server=of_server)

    return both


def _handed_over(act: Act, mail: outbox.Claimed) -> str:
    """Compose a mail and deliver it; return the server's words of acceptance."""
    settings = act.settings
    message = mail_contents.compose(act.at(task.now()), mail)

    def taking() -> None:
        outbox.handing_over(act.at(task.now()), mail)
        db.session.commit()

    if settings.mail_server is None:
        taking()
        return smtp.keep(message, settings.mail_folder, mail.name)
    db.session.commit()  # no transaction is open while the server takes its time
    with _unless_held_back():
        return smtp.hand_over(message, settings.mail_server, hello=settings.host_name, taking=taking)


class _HeldBack(Exception):
    """The mail server is left alone for `wait`; `words` say why."""

    def __init__(self, words: str, wait: timedelta) -> None:
        self.words = words
        self.wait = wait
        super().__init__(words)


@contextmanager
def _unless_held_back() -> Iterator[None]:
    """Try the mail server, and note whether it works; raises _HeldBack while it is left alone after a failure."""
    server: back_off.BackOff = current_app.extensions.setdefault("mail server", back_off.BackOff())
    began = task.now()
    wait = server.wait(began)
    if wait is not None:
        raise _HeldBack(server.words, wait)
    try:
        yield
    except smtp.NotNow as reason:
        if reason.of_server:
            server.failed(reason.words, began=began, now=task.now())
        else:
            server.worked()
        raise
    except smtp.Refused:
        server.worked()
        raise
    server.worked()


def _write_down(act: Act, what_became: Outcome) -> None:
    """Record the result of an attempt, with retries while the database is busy: a mail not recorded is sent again."""
    for attempt in range(TRIES_TO_WRITE):
        time.sleep(attempt)
        try:
            what_became(act.at(task.now()))
            db.session.commit()
        except leases.LostLease:
            db.session.rollback()
            return
        except DBAPIError as error:
            db.session.rollback()
            if unavailable(error) is None or attempt == TRIES_TO_WRITE - 1:
                raise
        else:
            return


def _in_app(app: Flask, do: Callable[..., None], *arguments: int) -> None:
    """Run one task with a database session of its own; errors are logged, and the sweep retries the task."""
    own_files.leave_a_full_disk()
    with app.app_context(), _logged(do.__name__.strip("_"), app):
        try:
            do(app, *arguments)
        finally:
            db.session.remove()


def _is_told_otherwise(queue: jobs.Jobs, record: logging.LogRecord) -> bool:
    """Leave out the entries of Huey, with a traceback each second, that an outage of the queue is told instead of."""
    error = record.exc_info[1] if record.exc_info else None
    return not (record.name.startswith("huey.") and error is not None and queue.noted(error))


@contextmanager
def _logged(name: str, app: Flask) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            logger.exception("%s failed", name)
        elif known.kind != "unreachable":  # which is told as an outage
            hindrances.of(app).meet(name, known)
    except Exception as error:
        if not task.jobs_of(app).noted(error):
            logger.exception("%s failed", name)
