"""What `estimator doctor` finds in a running installation: no worker, late mail, a queue that is away, clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from estimator.config import Settings
    from estimator.operations.situation import Situation

ANSWERED_WITHIN = 2
"""Seconds that the web server of this machine has to say that it lives."""

READY_WITHIN = 10
"""Seconds that it has to say that it can do its work, for which it draws a page."""

MOST_ANSWERED = 10_000
"""Bytes of an answer that are read: whatever listens there may answer without end."""


def mail_server_sentences(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the mail server: connected to, encrypted and signed in as for a mail; none is sent."""
    from estimator.cli.doctor_mail import advice
    from estimator.mail import smtp

    server = settings.mail_server
    if server is None:
        return
    try:
        with smtp.connected(server, settings.host_name):
            pass
    except (smtp.NotNow, smtp.Refused) as error:
        yield _(
            "The mail server %(host)s, port %(port)s, takes no mail from us: %(words)s. %(advice)s",
            host=server.host,
            port=server.port,
            words=error.words.rstrip("."),
            advice=advice(error.words, server),
        )


def situation_sentences(settings: Settings) -> Iterator[str]:
    """Yield a sentence for everything in the situation that somebody should do something about."""
    from flask import current_app

    from estimator.cli.installation import act_of
    from estimator.operations import situation

    jobs = current_app.extensions["jobs"]
    found = situation.look(act_of(current_app), jobs, served=_pages_are_served(settings))
    for trouble in found.troubles():
        yield _sentence(trouble, found, settings)


def old_keys_sentences(settings: Settings) -> Iterator[str]:
    """Yield a sentence if the web server of this machine runs with keys that the database does not belong to any more.

    It is asked where the keys of this machine are the right ones: those that a process began with are others then.
    """
    try:
        checks = json.loads(_answer(settings, "/readyz?without=worker", READY_WITHIN))["checks"]
    except (ValueError, KeyError, TypeError):
        return  # nothing is served here, or not by us
    if checks.get("keys") == "failed":
        yield _(
            "The web server that runs here has keys from before they were replaced: what it makes is refused "
            "elsewhere, and links that it sends lead nowhere. Restart it, and the workers."
        )


def _pages_are_served(settings: Settings) -> bool:
    """Whether the web server of these settings answers on this machine."""
    return _answer(settings, "/healthz", ANSWERED_WITHIN) == b"ok\n"


def _answer(settings: Settings, path: str, seconds: float) -> bytes:
    """Return what the web server of these settings answers on this machine; nothing if there is none."""
    from http.client import HTTPConnection, HTTPException

    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what somebody may have set
    host = everywhere.get(settings.host, settings.host)
    try:
        with closing(HTTPConnection(host, settings.port, timeout=seconds)) as connection:
            connection.request("GET", path)
            return connection.getresponse().read(MOST_ANSWERED)
    except (OSError, HTTPException):
        return b""


def _sentence(trouble: str, found: Situation, settings: Settings) -> str:
    match trouble:
        case "no worker":
            return _no_worker(found)
        case "mail late":
            return _mail_late(found)
        case "mail held":
            return _(
                "Mail is held since %(since)s, as after restoring a copy: nothing is sent. When the installation that "
                "was copied sends nothing any more, run: estimator mail release",
                since=_moment(found.mail_held_since),
            )
        case "mail refused":
            return _mail_refused(found, settings)
        case "documents late":
            return ngettext(
                "The document of %(num)s quote is not made yet, since %(since)s. Look into the worker's log; "
                "the first lines of this command say what PDFs lack here.",
                "The documents of %(num)s quotes are not made yet, since %(since)s. Look into the worker's log; "
                "the first lines of this command say what PDFs lack here.",
                found.documents_missing,
                since=_moment(found.oldest_document),
            )
        case "queue away":
            return _(
                "The queue in QUEUE_URL cannot be reached, so mail waits up to a minute and workers find their work "
                "by themselves only. Start its server, or correct QUEUE_URL."
            )
        case "queue long":
            return _(
                "%(count)s entries wait in the queue. If it is not getting shorter, start more workers, or look into "
                "their log; emptying the queue loses nothing.",
                count=found.queue_length,
            )
        case "night late":
            return _(
                "The work of the night was last done at %(since)s, so data are kept longer than promised. Look into "
                "the worker's log, or run: estimator purge",
                since=_moment(found.night_at),
            )
        case "clock off":
            return _clock_off(found)
    return _(
        "There are records from the future (%(moment)s): this machine's clock was ahead, or is behind now. Links, "
        "limits and retention periods go by it. Set it by NTP: timedatectl set-ntp true",
        moment=_moment(found.newest_row),
    )


def _no_worker(found: Situation) -> str:
    waiting = found.mails.get("waiting", 0) + found.mails.get("working", 0)
    said = _(
        "No worker is running anywhere: no mail is sent, no document of a quote is made, nothing is removed at night. "
        "Start `estimator serve` without --no-worker, or `estimator worker`."
    )
    if waiting:
        said += " " + ngettext("%(num)s mail waits.", "%(num)s mails wait.", waiting)
    if found.documents_missing:
        said += " " + ngettext("%(num)s document waits.", "%(num)s documents wait.", found.documents_missing)
    if found.workers:
        last = found.workers[0]
        said += " " + ngettext(
            "The last one was on %(host)s, %(num)s minute ago.",
            "The last one was on %(host)s, %(num)s minutes ago.",
            max(1, int(last.silent / timedelta(minutes=1))),
            host=last.host,
        )
    return said


def _mail_late(found: Situation) -> str:
    waiting = found.mails.get("waiting", 0) + found.mails.get("working", 0)
    said = ngettext(
        "%(num)s mail is not sent, since %(since)s.",
        "%(num)s mails are not sent, the oldest since %(since)s.",
        waiting,
        since=_moment(found.oldest_mail),
    )
    if found.last_words:
        said += " " + _("The last reason: %(words)s.", words=found.last_words.rstrip("."))
    return said + " " + _("Try the mail server: estimator doctor --mail you@example.org")


def _mail_refused(found: Situation, settings: Settings) -> str:
    from estimator.cli.doctor_mail import advice

    assert found.refused is not None
    words, since = found.refused.words.rstrip("."), _moment(found.refused.since)
    if found.refused.of_server:
        said = _(
            "The mail server has refused all mail since %(since)s. Its last words: %(words)s.",
            since=since,
            words=words,
        )
    else:
        said = _(
            "The mail server has refused %(count)s mails one after another since %(since)s, and has taken none in "
            "between. Its last words: %(words)s.",
            count=found.refused.count,
            since=since,
            words=words,
        )
    if settings.mail_server is not None:
        said += " " + advice(found.refused.words, settings.mail_server)
    return said + " " + _("Try it: estimator doctor --mail you@example.org")


def _clock_off(found: Situation) -> str:
    # Pairs, because machines that were cloned may all have the same name.
    clocks = [
        ("", found.clock_ahead),
        *((worker.host, worker.clock_ahead) for worker in found.workers if worker.alive),
    ]
    host, ahead = max(clocks, key=lambda one: abs(one[1]))
    seconds = round(abs(ahead))
    name = host or _("this machine")
    if ahead > 0:
        said = _(
            "The clock of %(host)s is %(seconds)s seconds ahead of the database's.",
            host=name,
            seconds=seconds,
        )
    else:
        said = _(
            "The clock of %(host)s is %(seconds)s seconds behind the database's.", host=name, seconds=seconds
        )
    return said + " " + _("Leases and links go by it. Set it by NTP: timedatectl set-ntp true")


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
