"""The settings as docs/running.md describes them: name, meaning, default, and how each is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estimator.config.readers import (
    address,
    database,
    flag,
    host,
    languages,
    log_format,
    mail_address,
    queue,
    security,
    sign_in,
    token,
    web_page,
    whole,
)

SECRETS = ("SECRET_KEY", "LINK_KEY", "LOOKUP_KEY", "DATA_KEYS")
"""Made into the instance folder: keys of the session cookie, of links, of look-ups, and of personal columns."""

IN_FILES = (*SECRETS, "DATABASE_URL", "QUEUE_URL", "MAIL_PASSWORD", "METRICS_TOKEN")
"""Settings that may stand in a file named by NAME_FILE, because they are or hold a secret."""

SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Setting:
    """One setting as docs/running.md describes it.

    `default` is what it is set to unless somebody sets it, written as they would write it; with `otherwise` it is
    a sentence instead: the value follows from other settings, or there is none.
    """

    name: str
    meaning: str
    default: str
    read: Callable[[str], Any]
    otherwise: bool = False


SETTINGS = (
    Setting(
        "INSTANCE",
        "The folder for the database, secrets and whatever else belongs to this one installation.",
        "instance in the current folder",
        Path,
        otherwise=True,
    ),
    Setting(
        "DATABASE_URL",
        "Where the database is: SQLite for one small server, PostgreSQL for several machines.",
        "sqlite:///INSTANCE/estimator.sqlite; a relative path begins in INSTANCE",
        database,
        otherwise=True,
    ),
    Setting(
        "QUEUE_URL",
        "The queue that wakes the workers: SQLite on one machine, PostgreSQL or Redis for several.",
        "the database if that is PostgreSQL, else sqlite:///INSTANCE/queue.sqlite",
        queue,
        otherwise=True,
    ),
    Setting(
        "PUBLIC_URL",
        "The address that readers type; every link is made from it. HTTPS outside one's own machine.",
        "must be set; in demonstration mode http://HOST:PORT",
        address,
        otherwise=True,
    ),
    Setting(
        "PRIVACY_NOTICE",
        "The address of the privacy notice of whoever runs this; the foot of every page links to it.",
        "not set: no link",
        web_page,
        otherwise=True,
    ),
    Setting("DEMO", "1: demonstration mode, which answers this machine only; 0: not.", "0", flag),
    Setting(
        "LANGUAGES",
        "Languages of the pages, separated by commas, the preferred one first; leave out those that you do not want. "
        "With `en, en-IN` browsers that ask for the English of India get its figures (34,70,000), others 3,470,000.",
        "en, ar, fr, es, ru, hi, bn",
        languages,
    ),
    Setting(
        "KEPT_DAYS",
        "Days after which an estimate that nobody deleted is removed.",
        "90",
        whole(1, 3650),
    ),
    Setting(
        "DOCUMENTS_KEPT_DAYS",
        "Days after which the PDF of an estimate is removed; whoever asks for it later has it drawn again, "
        "the same to the byte.",
        "7",
        whole(1, 3650),
    ),
    Setting(
        "SECOND_APPROVER",
        "1: a price list comes into force only after a second person has approved it; "
        "0: one approver publishes alone.",
        "1",
        flag,
    ),
    Setting(
        "MAIL_SERVER",
        "The server that mail is handed to. Without one mail is kept in INSTANCE/mail and reaches nobody.",
        "not set",
        host,
        otherwise=True,
    ),
    Setting(
        "MAIL_PORT",
        "The port of that server.",
        "587; 465 with MAIL_SECURITY=tls; 25 unencrypted",
        whole(1, 65535),
        otherwise=True,
    ),
    Setting(
        "MAIL_SECURITY",
        "starttls: encrypted after a greeting, or nothing is sent; tls: encrypted from the beginning; "
        "unencrypted: anybody on the way can read it.",
        "starttls",
        security,
    ),
    Setting(
        "MAIL_USER",
        "The name to sign in with at the mail server.",
        "not set: without signing in",
        sign_in,
        otherwise=True,
    ),
    Setting("MAIL_PASSWORD", "The password that belongs to MAIL_USER.", "not set", sign_in, otherwise=True),
    Setting(
        "MAIL_FROM",
        "The sender of every mail, an address or a name with an address.",
        "must be set with MAIL_SERVER; else estimates@ and the host of PUBLIC_URL",
        mail_address,
        otherwise=True,
    ),
    Setting(
        "MAIL_REPLY_TO",
        "The address that answers go to.",
        "not set: to the sender",
        mail_address,
        otherwise=True,
    ),
    Setting(
        "MAIL_GIVE_UP_HOURS",
        "Hours after which a mail that no server took is given up, visibly.",
        "48",
        whole(1, 720),
    ),
    Setting(
        "MAILS_PER_ADDRESS",
        "The maximum number of mails that visitors cause to one address in a day; other mail is counted by itself.",
        "10",
        whole(1, 10_000),
    ),
    Setting(
        "MAILS_PER_ESTIMATE",
        "The maximum number of mails of one estimate in a day.",
        "5",
        whole(1, 10_000),
    ),
    Setting(
        "MAILS_PER_NETWORK",
        "The maximum number of estimates, first questions and codes by mail for one network in a quarter of an hour.",
        "20",
        whole(1, 10_000),
    ),
    Setting(
        "MAILS_PER_HOUR",
        "The maximum number of mails in an hour that anybody may cause, see docs/running.md; the desk is told.",
        "300",
        whole(1, 100_000),
    ),
    Setting(
        "ESTIMATES_PER_NETWORK",
        "The maximum number of estimates that one network makes in a quarter of an hour.",
        "120",
        whole(1, 1_000_000),
    ),
    Setting(
        "PDFS_PER_NETWORK",
        "The maximum number of PDFs of estimates that are drawn for one network in a quarter of an hour.",
        "60",
        whole(1, 1_000_000),
    ),
    Setting(
        "PDFS_AHEAD",
        "The maximum number of PDFs of estimates that a worker draws in a minute before anybody asks; 0: none.",
        "20",
        whole(0, 1000),
    ),
    Setting(
        "ADDRESSES_KEPT_DAYS",
        "Days after which the address of a mail that was sent or given up is deleted.",
        "7",
        whole(1, 365),
    ),
    Setting(
        "LEASE_SECONDS",
        "The length of a lease in seconds: work whose worker is silent for longer is claimed by another one.",
        "180",
        whole(1, 3600),
    ),
    Setting("HOST", "The address to listen on.", "127.0.0.1", host),
    Setting("PORT", "The port to listen on.", "8000", whole(1, 65535)),
    Setting("WORKERS", "How many requests are answered at the same time.", "2", whole(1, 64)),
    Setting(
        "PROXIES",
        "How many proxies of your own stand before the app and set X-Forwarded-For and X-Forwarded-Proto.",
        "0",
        whole(0, 5),
    ),
    Setting(
        "LOG_FORMAT",
        "text: a line for people; json: a line of JSON with a field for each part.",
        "text",
        log_format,
    ),
    Setting(
        "METRICS_TOKEN",
        "Lets other machines read /metrics, which sends it as Authorization: Bearer; at least 32 characters.",
        "not set: this machine only",
        token,
        otherwise=True,
    ),
)
