"""What mail promises in words and in its envelope: every folder of templates/email as it is read.

What is expected stands in `snapshots`. RENEW_SNAPSHOTS=1 writes it anew; look at what has changed then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from html import unescape
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask

from estimator.config import Settings
from estimator.folders import templates_folder
from estimator.i18n import reader
from estimator.mail import addresses, composing
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_list import NOW, table_text
from tests.support.example_mail import ask, claimed, estimate, settings

SNAPSHOTS = Path(__file__).parent / "snapshots"
PARTS = ("subject.txt", "body.txt", "body.html")

PROVIDER = composing.Letterhead("Riverside & Sons", "desk@riverside.example.org", "+91 11 5550 0100")
HOUSE = composing.Letterhead("estimate.example.org")

ESTIMATE: dict[str, Any] = {
    "reference": "EST-7K3M-92QF",
    "valid_until": "9 April 2026",
    "time_zone": "India",
    "kept_until": "8 June 2026",
    "link": "https://estimate.example.org/e/" + "A" * 43,
    "demo": False,
    "attached": True,
    "forgotten_days": 7,
    "details": [],
    "before": [],
    "after": [],
}

STAFF = {
    "host": "estimate.example.org",
    "link": f"https://estimate.example.org/staff/link/{'A' * 43}",
    "until": "11 March 2026, 12:00 (UTC)",
    "minutes": 10,
    "at": "10 March 2026, 12:00 (UTC)",
}
NOTICES = ("password", "second_factor", "recovery_code")

REQUEST: dict[str, Any] = {
    "before": [],
    "after": [],
    "reference": "REQ-7K3M-92QF",
    "due": "13 March 2026",
    "time_zone": "India",
    "link": "https://estimate.example.org/r/" + "A" * 43,
    "demo": False,
    "mere_question": False,
}

QUOTE: dict[str, Any] = {
    "before": [],
    "after": [],
    "number": "Q-2026-00017",
    "revision": 1,
    "not_before": None,
    "others": "",
    "valid_until": "9 April 2026",
    "time_zone": "India",
    "link": "https://estimate.example.org/q/" + "A" * 43,
    "demo": False,
}
DESK = {**QUOTE, "at": STAFF["at"], "link": "https://estimate.example.org/desk/requests/REQ-7K3M-92QF"}
DECISIONS = ("accepted", "declined", "taken_back")

WORDS = {
    "before": ["Good day,\nthank you for writing.", "Terms & conditions: https://example.org/a?b=1&c=2"],
    "after": ["<b>Yours</b>,\nthe team"],
}

CASES: dict[tuple[str, str], dict[str, Any]] = {
    ("estimate", "with-pdf"): ESTIMATE,
    ("estimate", "only-link"): {**ESTIMATE, "attached": False, "forgotten_days": 1},
    ("estimate", "demonstration"): {**ESTIMATE, "demo": True},
    ("estimate", "words-of-the-clinic"): {**ESTIMATE, **WORDS},
    ("test", "plain"): {"host": "estimate.example.org"},
    ("quote_code", "plain"): {**STAFF, "code": "038214"},
    ("request_code", "plain"): {**STAFF, "code": "038214"},
    ("quote_issued", "plain"): QUOTE,
    ("quote_issued", "revised"): {**QUOTE, "revision": 2},
    ("quote_issued", "demonstration"): {**QUOTE, "demo": True},
    ("quote_issued", "terms-and-commission"): {
        **QUOTE,
        "not_before": "26 March 2026",
        "others": "Example Agency",
    },
    ("quote_issued", "words-of-the-clinic"): {**QUOTE, **WORDS},
    **{("quote_decided", what): {**DESK, "what": what} for what in (*DECISIONS, "codes_used_up")},
    **{
        ("quote_receipt", what): {**QUOTE, "at": STAFF["at"], "what": what, "until": None}
        for what in (*DECISIONS, "withdrawn")
    },
    ("quote_receipt", "reversible"): {
        **QUOTE,
        "at": STAFF["at"],
        "what": "accepted",
        "until": "the end of 9 April 2026 (India)",
        "demo": True,
    },
    ("quote_question", "plain"): DESK,
    ("quote_reminder", "plain"): {
        **QUOTE,
        "stop": "https://estimate.example.org/reminders/Q-2026-00017/" + "A" * 43,
    },
    ("quote_issued", "words-of-the-coordinator"): {
        **QUOTE,
        "personal": ["Dear Anna,\nall is well.", "<b>Yours</b>"],
        "adjusted": ["Goodwill: we were late"],
    },
    ("request_received", "plain"): REQUEST,
    ("request_received", "demonstration"): {**REQUEST, "demo": True},
    ("request_received", "words-of-the-clinic"): {**REQUEST, **WORDS},
    ("request_received", "question"): {**REQUEST, "mere_question": True},
    ("request_answer", "plain"): {
        "reference": "REQ-7K3M-92QF",
        "link": "https://estimate.example.org/r/" + "a" * 43,
        "demo": False,
    },
    ("desk_news", "both"): {
        "requests": 2,
        "questions": 1,
        "link": "https://estimate.example.org/desk/requests",
    },
    ("desk_news", "questions"): {
        "requests": 0,
        "questions": 3,
        "link": "https://estimate.example.org/desk/requests",
    },
    **{
        ("request_question", kind): {
            "reference": "REQ-7K3M-92QF",
            "at": "10 March 2026, 12:00 (UTC)",
            "link": "https://estimate.example.org/desk/requests/REQ-7K3M-92QF",
            "answered": kind == "answered",
        }
        for kind in ("plain", "answered")
    },
    **{
        ("staff_approval", what): {
            "what": what,
            "number": "" if what.startswith("quote") else "7",
            "name": "REQ-7K3M-92QF" if what.startswith("quote") else "delhi",
            "link": "https://estimate.example.org/desk/waits",
        }
        for what in ("draft", "draft_returned", "quote", "quote_returned")
    },
    ("staff_invitation", "plain"): STAFF,
    ("staff_reset", "plain"): STAFF,
    **{("staff_notice", notice): {**STAFF, "notice": notice} for notice in NOTICES},
}

MEDICAL = re.compile(
    r"\b(ancill|blood|body|cancer|cell|clinic|cord|cure|diagnos|disease|doctor|health|heal|hospital|injur|marrow|"
    r"medic|neuro|operation|paralys|paraple|patient|rehab|spinal|spine|stem|surg|symptom|therap|transplant|treat)",
    re.IGNORECASE,
)
"""How words begin that tell a stranger, who sees the mailbox, that somebody is ill."""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: words do not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def compose(
    template: str,
    context: dict[str, Any],
    language: str = "en",
    letterhead: composing.Letterhead | None = None,
) -> composing.Letter:
    by_host = template.startswith("staff_") or template.endswith(("_question", "_decided"))
    by_host = by_host or template in ("test", "desk_news")
    return composing.compose(
        template, reader(language), letterhead or (HOUSE if by_host else PROVIDER), context
    )


def envelope(letter: composing.Letter | None = None, **given: Any) -> EmailMessage:
    known = {
        "sender": "Estimates <estimates@clinic.example.org>",
        "reply_to": None,
        "address": "anna@example.org",
        "name": "0123456789abcdef" * 2,
        "language": "en",
        "written": datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
    }
    words = letter or composing.Letter("Your estimate", "Text.\n", "<p>Text.</p>\n")
    return composing.message(words, **{**known, **given})


def parsed(message: EmailMessage) -> EmailMessage:
    """Return a message as a mail program reads its bytes."""
    return message_from_bytes(message.as_bytes(), policy=SMTPUTF8)


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def shown(html: str) -> str:
    """Return what a page shows: its text without elements."""
    without_links = re.sub(r"</?(a|bdi|strong)\b[^>]*>", "", html)
    return unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", without_links))


def words_of(message: EmailMessage) -> Iterator[str]:
    """Yield whatever a mail shows to whoever sees it: subject, both texts, names of files."""
    yield str(message["Subject"])
    yield content(message, "plain")
    yield shown(content(message, "html"))
    for part in message.iter_attachments():
        yield part.get_filename() or ""


def inside(html: str) -> str:
    """Return what a mail's page says, without the frame and the style that all of them share."""
    return html.partition('<div class="letter">')[2]


def delhi() -> str:
    return (resources.files("pricing.tables") / "delhi.toml").read_text(encoding="utf-8")


DELHI_PLAN = {
    "cells": "marrow",
    "sessions": 1,
    "room": "ward",
    "nights": 7,
    "rehab": "none",
    "visa": False,
    "own_mri": True,
}


def sent(text: str, plan: dict[str, Any], **given: Any) -> tuple[EmailMessage, str]:
    """Return the mail with an estimate of a table, and the estimate's reference."""
    now = datetime(2026, 11, 10, tzinfo=UTC)
    record, _token = estimate(now, text=text, plan=plan, **given)
    reference = record.reference
    row = claimed(ask(record, now, attached=True), now)
    return parsed(mail_contents.compose(acting(settings=settings(), now=now), row)), reference


def test_every_folder_of_mail_has_its_snapshots() -> None:
    folders = {path.name for path in (templates_folder() / "email").iterdir() if path.is_dir()}
    assert {template for template, _case in CASES} == folders
    expected = {f"{template}.{case}.{part}" for template, case in CASES for part in PARTS}
    assert {path.name for path in SNAPSHOTS.iterdir()} == expected


@pytest.mark.long
@pytest.mark.every_variant
@pytest.mark.parametrize(("template", "case"), CASES)
def test_a_mail_reads_as_it_did(app: Flask, template: str, case: str) -> None:
    letter = compose(template, CASES[template, case])
    for part, text in zip(PARTS, (f"{letter.subject}\n", letter.text, inside(letter.html)), strict=True):
        path = SNAPSHOTS / f"{template}.{case}.{part}"
        if os.environ.get("RENEW_SNAPSHOTS"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), (
            f"{path.name} has changed; RENEW_SNAPSHOTS=1 renews it"
        )


@pytest.mark.parametrize(("template", "case"), CASES)
def test_a_subject_is_one_short_line(app: Flask, template: str, case: str) -> None:
    subject = compose(template, CASES[template, case]).subject
    assert subject == subject.strip()
    assert "\n" not in subject
    assert 0 < len(subject) <= 60


@pytest.mark.parametrize(("template", "case"), CASES)
def test_both_texts_of_a_mail_say_the_same(app: Flask, template: str, case: str) -> None:
    letter = compose(template, CASES[template, case])
    assert shown(letter.html.partition("<body>")[2]).split() == letter.text.split()


@pytest.mark.parametrize(("template", "case"), [key for key in CASES if key[0] != "test"])
def test_no_snapshot_has_a_medical_word(template: str, case: str) -> None:
    for part in PARTS:
        text = (SNAPSHOTS / f"{template}.{case}.{part}").read_text(encoding="utf-8")
        assert MEDICAL.findall(shown(text)) == []


@pytest.mark.long
def test_a_mail_names_nothing_medical_even_where_the_price_list_does(app: Flask) -> None:
    assert len(MEDICAL.findall(delhi())) > 50
    assert MEDICAL.search("Spine Hospital")
    message, reference = sent(delhi(), DELHI_PLAN)
    name = "Demonstration Spine Hospital, Delhi (invented)"
    assert name not in str(message["Subject"])
    for words in words_of(message):
        without_name = words.replace(name, "").replace("delhi.example.org", "")
        assert MEDICAL.findall(without_name) == []
        assert "Delhi" not in without_name
    (part,) = message.iter_attachments()
    assert part.get_filename() == f"{reference}.pdf"
    headers = " ".join(str(value) for _name, value in message.items())
    assert MEDICAL.findall(headers) == []


@pytest.mark.long
def test_a_mail_has_a_real_text_beside_its_page_and_the_pdf_after_both(app: Flask) -> None:
    message, reference = sent(table_text(), {"cells": "own", "sessions": 2})
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    text = content(message, "plain")
    assert f"Reference: {reference}" in text
    assert "<" not in text
    assert re.search(r"http://127\.0\.0\.1:8000/e/[\w-]{43}\?written=en\n", text), (
        "the link stands on a line of its own"
    )
    (part,) = message.iter_attachments()
    assert part.get_content_disposition() == "attachment"
    assert part.get_content().startswith(b"%PDF-")


def test_the_logo_of_the_clinic_goes_along_and_nothing_is_loaded_from_elsewhere(app: Flask) -> None:
    letter = compose("estimate", ESTIMATE, letterhead=replace(PROVIDER, logo=b"\x89PNG\r\n\x1a\n picture"))
    message = parsed(envelope(letter, attachment=composing.Attachment("a.pdf", b"%PDF-")))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    (picture,) = (part for part in message.walk() if part.get_content_type() == "image/png")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in letter.html
    assert envelope(letter).as_bytes() == envelope(letter).as_bytes()
    assert re.findall(r'(?:src="|url\()(?!cid:)', letter.html) == []


def test_a_number_that_nobody_can_dial_is_no_link(app: Flask) -> None:
    html = compose("estimate", ESTIMATE, letterhead=replace(PROVIDER, phone="ask the porter")).html
    assert "or call <bdi>ask the porter</bdi>." in html


def test_a_mail_with_only_the_link_has_two_texts_and_nothing_else() -> None:
    message = parsed(envelope())
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_envelope_says_who_what_when_and_that_nobody_need_answer() -> None:
    message = parsed(envelope(language="pt-BR", reply_to="Desk <desk@clinic.example.org>"))
    assert message["From"] == "Estimates <estimates@clinic.example.org>"
    assert message["To"] == "anna@example.org"
    assert message["Reply-To"] == "Desk <desk@clinic.example.org>"
    assert message["Date"].datetime == datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    assert message["Message-ID"] == f"<{'0123456789abcdef' * 2}@clinic.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "pt-BR"
    assert message["MIME-Version"] == "1.0"
    assert {name.lower() for name in message}.isdisjoint({"cc", "bcc", "x-mailer", "user-agent"})


def test_lines_are_short_enough_for_every_server_and_in_ascii(app: Flask) -> None:
    letter = composing.Letter("Ваша оценка", "я" * 5000 + "\n", f"<p>{'я' * 5000}</p>\n")
    attachment = composing.Attachment("EST-7K3M-92QF.pdf", bytes(range(256)) * 100)
    raw = envelope(letter, attachment=attachment).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw, policy=SMTPUTF8)
    assert content(message, "plain") == letter.text
    (part,) = message.iter_attachments()
    assert part.get_content() == attachment.content


@pytest.mark.parametrize(
    "subject",
    [
        "Ваша стоимости запросу по стоимости EST-7K3M-92QF",
        "Ваша оценка " * 12 + "EST-7K3M-92QF",
        "आपका अनुमान लागत के लिए आपका अनुमान EST-7K3M-92QF",
        "تقديرك لتكلفة من أجل تقديرك لتكلفة من أجل EST-7K3M-92QF",
        "Your estimate " * 12 + "EST-7K3M-92QF",
    ],
)
@pytest.mark.parametrize("address", ["anna@example.org", "дарья@example.org"])
def test_a_long_subject_arrives_with_all_of_its_spaces(subject: str, address: str) -> None:
    message = envelope(composing.Letter(subject, "Text.\n", "<p>Text.</p>\n"), address=address)
    arrived = str(parsed(message)["Subject"])
    assert arrived.replace("\N{NO-BREAK SPACE}", " ") == subject


@pytest.mark.parametrize(
    "address",
    ["anna@example.org\nBcc: bert@example.org", "anna\r@example.org", "anna@example.org\r\n\r\nbody"],
)
def test_no_address_can_write_a_header_of_its_own(address: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|CR|LF|line"):
        envelope(address=address)


@pytest.mark.parametrize(
    "local", ["=?utf-8?b?dg0KQmNjOng=?=", "=?utf-8?q?a=40c-example=2eorg=2c_x?=", "=?utf-8?q?=76ictim?="]
)
def test_no_address_is_another_one_when_it_is_decoded(local: str) -> None:
    address = f"{local}@example.org"
    assert addresses.checked(address) is None
    with pytest.raises(ValueError, match="invalid"):
        envelope(address=address)


@pytest.mark.parametrize("field", ["sender", "reply_to", "language", "name"])
def test_no_setting_can_write_a_header_of_its_own(field: str) -> None:
    given: dict[str, Any] = {field: "a@example.org\nBcc: bert@example.org"}
    with pytest.raises(ValueError, match=r"(?i)linefeed|newline|carriage|header"):
        envelope(**given)


def test_what_is_hostile_in_a_context_becomes_text(app: Flask) -> None:
    hostile = '<script>alert("1")</script>&\n\nBcc: bert@example.org'
    letter = compose("estimate", {**ESTIMATE, "reference": hostile, "valid_until": hostile})
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "\n" not in letter.subject
    message = parsed(envelope(letter))
    assert message["Bcc"] is None
    assert message["Subject"] == 'Your estimate <script>alert("1")</script>& Bcc: bert@example.org'


def test_what_a_template_misses_is_an_error_and_no_gap(app: Flask) -> None:
    with pytest.raises(Exception, match="'link' is undefined"):
        compose("estimate", {name: value for name, value in ESTIMATE.items() if name != "link"})


SUBJECT = "Your estimate %(reference)s"
ARABIC = {
    SUBJECT: "تقديرك %(reference)s",
    "Reference: %(reference)s": "المرجع: %(reference)s",
    "Valid until the end of %(day)s (%(zone)s)": "صالح حتى نهاية %(day)s (%(zone)s)",
}


@pytest.fixture
def arabic(settings: Settings, started: Apps, tmp_path: Path) -> Iterator[Flask]:
    """Return an app of its own with a catalogue in Arabic, inside its context."""
    catalogue = Catalog(locale="ar")
    for message, said in ARABIC.items():
        catalogue.add(message, said)
    folder = tmp_path / "translations" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "patients.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = started.start(replace(settings), pages=False)
    app.extensions["babel"].translation_directories[-1] = str(folder.parents[1])
    with app.app_context():
        yield app


@pytest.mark.long
def test_a_mail_is_written_in_the_language_of_its_estimate(arabic: Flask) -> None:
    with arabic.test_request_context(headers={"Accept-Language": "en"}):
        message, reference = sent(table_text(), {"cells": "own", "sessions": 2}, language="ar")
    assert message["Subject"] == f"تقديرك\N{NO-BREAK SPACE}{reference}"
    assert message["Content-Language"] == "ar"
    text, html = content(message, "plain"), content(message, "html")
    assert f"المرجع: {reference}" in text
    assert '<html lang="ar" dir="rtl">' in html
    for part in (text, html):
        assert "10 ديسمبر 2026" in part or "١٠ ديسمبر ٢٠٢٦" in part
        assert "December" not in part


def test_the_next_mail_is_in_its_own_language_again(arabic: Flask) -> None:
    assert compose("estimate", ESTIMATE, "ar").subject == "تقديرك EST-7K3M-92QF"
    assert compose("estimate", ESTIMATE, "en").subject == "Your estimate EST-7K3M-92QF"
    assert '<html lang="en" dir="ltr">' in compose("estimate", ESTIMATE, "en").html


def test_days_are_those_of_the_provider(app: Flask) -> None:
    late = NOW.replace(hour=23)
    record, _token = estimate(late, text=table_text(time_zone="Asia/Kolkata"))
    message = mail_contents.compose(acting(settings=settings(), now=late), claimed(ask(record, late), late))
    text = content(message, "plain")
    assert "Valid until the end of 10 April 2026 (India)" in text  # it is the 11th of March there
    assert "It works until 9 June 2026." in text
    assert late + timedelta(days=90) == datetime(2026, 6, 8, 23, 0, tzinfo=UTC)
