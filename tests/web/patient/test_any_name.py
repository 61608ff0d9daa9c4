"""What a form takes, every later step can process: the quote, its PDF, its mail, and what is kept, as PDF.

A name is typed long before a quote's number is used up, and a quote that was issued cannot be taken back. So whatever
is accepted goes all the way here, from the real form to the real document; what cannot go is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from estimator.db import db
from estimator.models import PatientRequest
from estimator.web.patient.request_form import LONGEST_PERSON
from estimator.web.validators import MOST_ACCENTS
from tests.support.asking import filled
from tests.support.clinic import ANSWERS
from tests.support.example_papers import text_of
from tests.support.quote_clinic import Desk, list_text
from tests.support.visitor import Visitor
from tests.web.patient.test_my_data import confirmed

ACUTE = "\N{COMBINING ACUTE ACCENT}"

ACCEPTED = {
    "Chinese letters": "山田 花子",
    "Korean": "김하늘",
    "rare Chinese letters": "𠮷野 \N{CJK COMPATIBILITY IDEOGRAPH-FA11}",
    "emoji of three letters": "Zoë \N{WOMAN}\N{ZERO WIDTH JOINER}\N{MANUAL WHEELCHAIR} Test",
    "Tibetan, Thai, Ethiopic": "བསྟན་འཛིན། ประยุทธ์ አበበ",
    "Arabic with Latin": "مريم (Mariam) العلي",
    "Hebrew with points": "שָׂרָה",
    "Hindi with joiners": "श्री क्\N{ZERO WIDTH JOINER}ष",
    "a script without a font": "\N{MUSICAL SYMBOL SINGLE BARLINE} Ann",
    "as many accents as may be": "A" + ACUTE * MOST_ACCENTS,
    "accents on each letter": ("a" + ACUTE * MOST_ACCENTS) * (LONGEST_PERSON // (MOST_ACCENTS + 1)),
    "one long word": "W" * LONGEST_PERSON,
    "markup": "</style><script>alert(1)</script> &amp; \"Anna\" 'B'",
    "a head of a mail": "Ann <ann@example.org>, Bcc: bob@example.org",
    "marks of templates": "{{ 7*7 }} %(name)s {0} %s",
}

NOT_COMPARED = [ACCEPTED[kind] for kind in ("Arabic with Latin", "Hebrew with points", "one long word")]
"""What Poppler puts in an order of its own, or leaves out where it leaves the paper."""

REFUSED = {
    "a thousand letters": "W" * 1000,
    "a thousand accents": "a" + ACUTE * 999,
    "more accents than may be": "A" + ACUTE * (MOST_ACCENTS + 1),
    "what turns the text round": "Ann \N{RIGHT-TO-LEFT OVERRIDE}nnA",
    "an isolate that is never ended": "Ann \N{FIRST STRONG ISOLATE}nnA",
    "private use": "Ann \ue123",
    "no letter at all": "Ann \u0378",
    "nothing": "Ann \x00",
    "a letter that was lost": "Ann \N{REPLACEMENT CHARACTER}",
    "a control": "Ann \x1b[31m",
}


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list has a regulatory basis, so that it can be quoted."""
    return start(list_text())


def squeezed(text: str) -> str:
    return "".join(text.split())


def requests_in(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(PatientRequest.reference).order_by(PatientRequest.id)))


@pytest.mark.long
@pytest.mark.parametrize("name", ACCEPTED.values(), ids=ACCEPTED)
def test_a_name_that_the_form_takes_goes_all_the_way(app: Flask, name: str) -> None:
    visitor = Visitor(app)
    form = visitor.open(f"{visitor.estimate(ANSWERS).path}/ask")
    page = visitor.send(form, filled(full_name=name, message=f"{name}\n{name}"), "check")
    assert (page.status, page.problems) == (200, [])
    assert visitor.send(page, button="send").status == 303
    (reference,) = requests_in(app)
    desk = Desk.of(app, reference, "")
    desk.issue(("-10.00", "Goodwill 山 \N{BRAIN}"))
    content = desk.draw()
    read = squeezed(text_of(content))
    if name not in NOT_COMPARED:
        assert squeezed(name) in read
    assert squeezed("Goodwill 山 \N{BRAIN}") in read
    (mail,) = desk.mails("quote_issued")
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == content
    assert mail.as_bytes()
    kept = confirmed(desk).open(f"/request/{reference}/data.pdf")
    assert (kept.status, kept.body[:5]) == (200, b"%PDF-")


@pytest.mark.parametrize("name", REFUSED.values(), ids=REFUSED)
def test_a_name_that_cannot_go_all_the_way_is_refused_with_a_sentence(app: Flask, name: str) -> None:
    visitor = Visitor(app)
    form = visitor.open(f"{visitor.estimate(ANSWERS).path}/ask")
    page = visitor.send(form, filled(full_name=name), "check")
    assert page.status == 422
    assert page.problems
    assert requests_in(app) == []
