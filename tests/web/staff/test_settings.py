"""The settings of a clinic: who changes them, what is refused, and what becomes of what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import html5lib
import pytest
from flask import Flask
from PIL import Image, ImageFile
from sqlalchemy import select, text

from estimator import clinic
from estimator.clinic import Clinic, exchange_rates
from estimator.db import db
from estimator.models import AuditEntry, Rate
from pricing.overruns import Rule
from tests.support.acts import acting
from tests.support.clinic_staff import Browser, Person

PARTS = ("days", "quotes", "mail", "ranges", "kept", "language")
PAGES = (
    "",
    *(f"/{part}" for part in PARTS),
    "/letters/estimate",
    "/messages/new",
    "/logo",
    "/rates",
    "/overruns",
)


@pytest.fixture
def ada(app: Flask, join: Callable[..., Person], laptop: Browser) -> Browser:
    """Return the browser of an administrator who has just signed in."""
    return join("ada@example.org", "administrator").sign_in(laptop)


@pytest.fixture
def eve(app: Flask, join: Callable[..., Person]) -> Browser:
    """Return the browser of another administrator."""
    browser = Browser(app, "198.51.100.20")
    return join("eve@example.org", "administrator").sign_in(browser)


def stored(app: Flask) -> Clinic:
    with app.app_context():
        return clinic.current()


def fields(browser: Browser) -> dict[str, Any]:
    """What the last form of a page sends if nothing is changed in it."""
    tree = html5lib.parse(browser.page, namespaceHTMLElements=False)
    form = [form for form in tree.iter("form") if form.get("action") is None][-1]
    found: dict[str, Any] = {}
    for element in form.iter():
        name = element.get("name")
        if element.tag == "textarea":
            found[name] = "".join(element.itertext())
        elif element.tag == "select":
            chosen = [option for option in element.iter("option") if option.get("selected") is not None]
            found[name] = chosen[0].get("value") if chosen else ""
        elif element.tag == "input" and element.get("type") == "checkbox":
            if element.get("checked") is not None:
                found.setdefault(name, []).append(element.get("value"))
        elif element.tag == "input" and element.get("type") != "file":
            found[name] = element.get("value", "")
    return found


def send(browser: Browser, part: str, **typed: Any) -> Browser:
    """Open a form, type, and press its button."""
    browser.get(f"/staff/settings/{part}")
    browser.post(data={**fields(browser), **typed})
    return browser


def beside(browser: Browser) -> list[str]:
    """The sentences beside fields."""
    found = re.findall(r'<p class="error"[^>]*>.*?</span>(.*?)</p>', browser.page, re.S)
    return [unescape(sentence) for sentence in found]


def picture(width: int = 120, height: int = 40, kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (10, 90, 112)).save(out, kind)
    return out.getvalue()


def file(content: bytes, name: str = "logo.png") -> tuple[BytesIO, str]:
    return BytesIO(content), name


@pytest.mark.long
def test_every_page_shows_what_is_stored_and_saving_it_again_changes_nothing(
    app: Flask, ada: Browser
) -> None:
    for page in PAGES:
        ada.get(f"/staff/settings{page}")
        assert ada.status == 200
        html5lib.HTMLParser(strict=True).parse(ada.page)
    for part in (*PARTS, "letters/estimate"):
        assert send(ada, part).heading == "Settings"
    assert stored(app) == Clinic()
    with app.app_context():
        changes = select(AuditEntry).where(AuditEntry.action == "settings.changed")
        assert db.session.scalars(changes).all() == []


def test_values_are_changed_and_shown(app: Flask, ada: Browser) -> None:
    send(ada, "days", weekend=["4", "5"], holidays="2026-12-25\n\n ٢٠٢٥-٠١-٠١ \n2026-12-25", reply_days="2")
    assert ada.says("Saved: Business days.")
    assert ada.says("Friday, Saturday")
    assert ada.says("2 days (next: 25 December 2026)")
    send(ada, "quotes", reflection_days="14", adjustment_limit="7.5 %")
    send(ada, "kept", requests_kept_days="200", quotes_kept_years="6")
    assert stored(app) == Clinic(
        weekend=(4, 5),
        holidays=(date(2025, 1, 1), date(2026, 12, 25)),
        reply_days=2,
        reflection_days=14,
        adjustment_limit=Decimal("7.5"),
        requests_kept_days=200,
        quotes_kept_years=6,
    )
    ada.get("/staff/settings/days")
    assert fields(ada)["holidays"].strip() == "2025-01-01\n2026-12-25"
    ada.get("/staff/settings/quotes")
    assert fields(ada)["adjustment_limit"] == "7.5"


@pytest.mark.long
@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        ("days", {"weekend": list("0123456")}, "Leave at least one day of the week for business."),
        ("days", {"holidays": "2026-12-25\n24.13.2026"}, "Line 2, “24.13.2026”: Enter a day like this"),
        ("days", {"holidays": "2026-02-30"}, "Line 1, “2026-02-30”: Enter a day like this"),
        ("days", {"holidays": "1999-01-01"}, "“1999-01-01”: holidays lie between the years 2000 and 2100."),
        ("days", {"holidays": "Christmas\n2026-12-25\nEaster"}, "Line 3, “Easter”: Enter a day like this"),
        ("days", {"holidays": "x\n" * 9}, "4 more lines are no days either."),
        ("days", {"reply_days": ""}, "Enter a number in digits."),
        ("days", {"reply_days": "three"}, "Enter a number in digits."),
        ("days", {"reply_days": "2.5"}, "Enter a whole number."),
        ("days", {"reply_days": "9" * 500}, "Enter a number in digits."),
        ("days", {"reply_days": "0"}, "Enter a whole number from 1 to 60."),
        ("quotes", {"reflection_days": "-1"}, "Enter a whole number from 0 to 90."),
        ("quotes", {"adjustment_limit": "100.5"}, "Enter a number from 0 to 100."),
        (
            "quotes",
            {"adjustment_limit": "1.005"},
            "“1.005” can be read in two ways. Write 1005 or 1.0050.",
        ),
        ("quotes", {"adjustment_limit": "0.005"}, "Enter at most two decimals."),
        ("kept", {"requests_kept_days": "29"}, "Enter a whole number from 30 to 3650."),
        ("kept", {"quotes_kept_years": "31"}, "Enter a whole number from 1 to 30."),
        ("letters/estimate", {"before-en": "x" * 1001}, "Enter at most 1000 characters; there are 1001."),
        ("letters/estimate", {"after-en": "http://example.org"}, "Links must begin with https://."),
        (
            "letters/estimate",
            {"after-en": "a\N{RIGHT-TO-LEFT OVERRIDE}b"},
            "It contains an invisible character",
        ),
    ],
)
def test_what_is_refused_stays_in_its_field_with_a_sentence_beside_it(
    app: Flask, ada: Browser, part: str, typed: dict[str, Any], sentence: str
) -> None:
    send(ada, part, **typed)
    assert ada.status == 422
    assert [one[: len(sentence)] for one in beside(ada)] == [sentence]
    assert {
        name: fields(ada)[name].lstrip("\n") if isinstance(text, str) else fields(ada)[name]
        for name, text in typed.items()
    } == typed
    assert ">Error: " in ada.page
    target = re.search(r'<a href="#([^"]+)">', ada.page[ada.page.index("error-summary") :])
    assert target is not None
    assert f'id="{target.group(1)}"' in ada.page
    assert stored(app) == Clinic()


def test_a_language_that_is_not_offered_is_refused(app: Flask, ada: Browser) -> None:
    send(ada, "language", default_language="ar")
    assert (ada.status, beside(ada)) == (422, ["Choose one of the languages."])
    assert stored(app) == Clinic()


def test_one_wrong_value_saves_none_of_the_others(app: Flask, ada: Browser) -> None:
    send(ada, "days", weekend=["4"], reply_days="x", holidays="2026-12-25")
    assert stored(app) == Clinic()
    assert fields(ada)["weekend"] == ["4"]


@pytest.mark.long
def test_of_two_administrators_at_once_the_second_is_told_and_can_still_save(
    app: Flask, ada: Browser, eve: Browser
) -> None:
    eve.get("/staff/settings/days")
    late = {**fields(eve), "reply_days": "9"}
    send(ada, "days", reply_days="5")
    eve.post(data=late)
    assert eve.status == 409
    assert beside(eve)[0].startswith("Somebody else changed this while you had the page open.")
    assert fields(eve)["reply_days"] == "9"
    assert eve.says("Stored at the moment: 5")
    assert stored(app).reply_days == 5
    eve.post(data=fields(eve))
    assert (eve.heading, stored(app).reply_days) == ("Settings", 9)


def test_two_administrators_can_change_different_settings_of_one_page(
    app: Flask, ada: Browser, eve: Browser
) -> None:
    eve.get("/staff/settings/days")
    late = {**fields(eve), "holidays": "2026-12-25"}
    send(ada, "days", weekend=["4", "5"])
    eve.post(data={**late, "weekend": ["4", "5"]})
    assert eve.heading == "Settings"
    assert (stored(app).weekend, stored(app).holidays) == ((4, 5), (date(2026, 12, 25),))


def test_who_is_slower_with_a_letter_sees_the_words_of_the_other(
    app: Flask, ada: Browser, eve: Browser
) -> None:
    eve.get("/staff/settings/letters/estimate")
    late = {**fields(eve), "before-en": "Mine."}
    send(ada, "letters/estimate", **{"before-en": "Theirs."})
    eve.post(data=late)
    assert eve.status == 409
    assert eve.says("Theirs.")
    assert fields(eve)["before-en"].strip() == "Mine."
    eve.post(data=fields(eve))
    assert stored(app).letters == {"estimate": {"before": {"en": "Mine."}}}


def test_whoever_signed_in_long_ago_writes_the_password_again_and_loses_no_words(
    app: Flask, ada: Browser, later: Callable[..., None]
) -> None:
    ada.get("/staff/settings/letters/estimate")
    typed = {**fields(ada), "before-en": "A long text that took its time."}
    later(minutes=20)
    ada.post(data=typed)
    assert (ada.status, ada.heading) == (401, "Enter your password again")
    assert ada.says("A long text that took its time.")
    assert stored(app).letters == {}
    for page in PAGES:
        ada.get(f"/staff/settings{page}")
        assert ("password-again" in ada.path) == (page != "")


@pytest.mark.long
def test_words_in_a_language_that_is_not_offered_any_more_stay(
    make_app: Callable[..., Flask], clock: object
) -> None:
    both = make_app(LANGUAGES="en,ar")
    ada = Person(both, "ada@example.org", ["administrator"])
    browser = ada.put(datetime.now(UTC)).sign_in(Browser(both))
    send(browser, "letters/estimate", **{"before-ar": "مرحبا", "before-en": "Hello"})
    one = make_app(LANGUAGES="en")
    again = Person(one, "eve@example.org", ["administrator"]).put(datetime.now(UTC)).sign_in(Browser(one))
    send(again, "letters/estimate", **{"before-en": "Good day"})
    assert stored(one).letters == {"estimate": {"before": {"ar": "مرحبا", "en": "Good day"}}}


def test_what_the_server_sets_is_shown_with_its_name(ada: Browser) -> None:
    ada.get("/staff/settings")
    for name, value in (
        ("KEPT_DAYS", "90"),
        ("DOCUMENTS_KEPT_DAYS", "7"),
        ("ADDRESSES_KEPT_DAYS", "7"),
        ("LANGUAGES", "English"),
    ):
        assert re.search(rf"set on the server as {name}</span></dt><dd>{value}<", ada.page)


def test_the_logo_is_taken_shown_and_removed(app: Flask, ada: Browser) -> None:
    send(ada, "logo", picture=file(picture(1200, 400)))
    assert ada.says("This is the logo now.")
    found = stored(app).logo
    assert found is not None
    assert (found.width, found.height) == (600, 200)
    answer = app.test_client().get(f"/logo/{found.sha256}.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    page = app.test_client().get("/").get_data(as_text=True)
    assert re.search(
        rf'<img class="logo" src="/logo/{found.sha256}.png" width="600" height="200" alt="', page
    )
    ada.get("/staff/settings/logo")
    ada.post(data={"act": "remove", "basis-logo": fields(ada)["basis-logo"]})
    assert ada.says("The logo was removed.")
    assert stored(app) == Clinic()
    assert app.test_client().get(f"/logo/{found.sha256}.png").status_code == 404
    assert "<img" not in app.test_client().get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "logo.png", "Choose a file."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.png", "SVG"),
        (b"GIF89a..", "logo.png", "neither a PNG nor a JPEG"),
        (picture()[:60], "logo.png", "broken"),
        (picture(kind="JPEG")[:300], "../../logo.jpg", "broken"),
        (picture() + b"x" * 1_000_001, "logo.png", "larger than one megabyte"),
    ],
)
def test_a_file_that_is_no_logo_is_refused(
    app: Flask, ada: Browser, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str, words: str
) -> None:
    # as WeasyPrint sets it in the process that draws
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    send(ada, "logo", picture=file(content, name))
    assert ada.status == 422
    assert words in beside(ada)[0]
    assert stored(app) == Clinic()


def test_far_too_large_a_file_is_refused_before_it_is_read(app: Flask, ada: Browser) -> None:
    send(ada, "logo", picture=file(b"x" * 5_000_000))
    assert (ada.status, ada.heading) == (413, "Too much was sent at once")
    assert "This form takes 4 MB at most, with all files" in ada.page


def test_of_two_logos_at_once_the_second_is_told(app: Flask, ada: Browser, eve: Browser) -> None:
    eve.get("/staff/settings/logo")
    late = fields(eve)
    send(ada, "logo", picture=file(picture()))
    eve.post(data={**late, "picture": file(picture(60, 60))})
    assert eve.status == 409
    found = stored(app).logo
    assert found is not None
    assert found.width == 120


def test_a_rate_is_entered_listed_replaced_and_removed(app: Flask, ada: Browser) -> None:
    known = {"base": "USD", "quoted": "INR", "rate": "83.25", "day": "2026-03-10", "source": "Reserve Bank"}
    for rate in ("83.25", "83.5"):
        ada.get("/staff/settings/rates")
        ada.post(data={**known, "rate": rate})
        assert ada.says("The rate was entered.")
    assert ada.says("1 USD = 83.5 INR")
    assert ada.says("Reserve Bank")
    with app.app_context():
        row = db.session.scalars(select(Rate)).one()
        assert row.rate == "83.5"
        number = str(row.id)
    ada.post(data={"act": "remove", "number": number})
    assert ada.says("The rate was removed.")
    with app.app_context():
        assert exchange_rates.everything() == []


def test_all_rates_of_a_day_are_entered_in_one_form(app: Flask, ada: Browser) -> None:
    ada.get("/staff/settings/rates/all")
    named = {name for name in fields(ada) if name.startswith("rate_")}
    assert len(named) == 12
    day = {"day": "2026-03-10", "source": "Reserve Bank"}
    ada.post(data={**fields(ada), **day, "rate_INR": "83.25", "rate_BDT": "১২১.৫", "rate_EUR": ""})
    assert ada.says("2 rates were entered.")
    with app.app_context():
        found = {row.quoted: (row.rate, row.source) for row in exchange_rates.everything()}
    assert found == {"INR": ("83.25", "Reserve Bank"), "BDT": ("121.5", "Reserve Bank")}
    ada.get("/staff/settings/rates/all")
    assert ada.says("1 USD = 83.25 INR")


def test_of_several_rates_all_are_entered_or_none(app: Flask, ada: Browser) -> None:
    ada.get("/staff/settings/rates/all")
    empty = fields(ada)
    ada.post(data={**empty, "rate_INR": "83.25", "source": ""})
    assert ada.status == 422
    assert beside(ada) == ["Say who says so, like this: European Central Bank."]
    ada.get("/staff/settings/rates/all")
    ada.post(data={**empty, "source": "Reserve Bank", "rate_INR": "83.25", "rate_BDT": "0"})
    assert beside(ada) == ["Enter a number above zero."]
    ada.get("/staff/settings/rates/all")
    ada.post(data={**empty, "source": "Reserve Bank"})
    assert ada.says("Enter at least one rate.")
    with app.app_context():
        assert exchange_rates.everything() == []


def test_rates_from_a_currency_that_no_list_has_any_more_are_not_entered_as_those_of_another(
    app: Flask, ada: Browser
) -> None:
    ada.get("/staff/settings/rates/all")
    typed = {"base": "INR", "source": "Reserve Bank", "rate_EUR": "0.011", "rate_USD": "0.012"}
    ada.post(data={**fields(ada), **typed})
    assert ada.status == 422
    assert ada.says("No price list in force is in INR any more, so nothing was entered.")
    assert {**fields(ada), **typed} == fields(ada)
    with app.app_context():
        assert exchange_rates.everything() == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({"rate": "0"}, ["Enter a number above zero."]),
        ({"rate": "-1"}, ["Enter a number above zero."]),
        ({"rate": "eighty"}, ["Enter a number in digits, for example 83.25."]),
        ({"rate": "9" * 400}, ["Enter a number in digits, for example 83.25."]),
        ({"rate": "1.12345678901"}, ["Enter at most 14 digits, 10 of them decimals."]),
        ({"quoted": "USD"}, ["Choose another currency than the one of the price."]),
        ({"base": ""}, ["Choose a currency."]),
        ({"day": "2026-03-12"}, ["This day has not come yet."]),
        ({"day": "yesterday"}, ["Enter a day like this: 2026-12-25."]),
        ({"source": "x" * 201}, ["Enter at most 200 characters."]),
        (
            {"rate": "x", "day": "x", "source": ""},
            [
                "Enter a number in digits, for example 83.25.",
                "Enter a day like this: 2026-12-25.",
                "Say who says so, like this: European Central Bank.",
            ],
        ),
    ],
)
def test_a_rate_that_is_none_is_refused_beside_its_fields_and_stays_there(
    app: Flask, ada: Browser, typed: dict[str, str], sentences: list[str]
) -> None:
    known = {"base": "USD", "quoted": "INR", "rate": "83.25", "day": "2026-03-10", "source": "Reserve Bank"}
    ada.get("/staff/settings/rates")
    ada.post(data={**known, **typed})
    assert ada.status == 422
    assert beside(ada) == sentences
    shown = fields(ada)
    assert {name: shown[name] for name in known} == {**known, **typed}
    with app.app_context():
        assert exchange_rates.everything() == []


def test_what_a_clinic_types_is_text_wherever_it_is_shown(app: Flask, ada: Browser) -> None:
    sign = "<b>&\"'{{7*7}}"
    ada.get("/staff/settings/rates")
    ada.post(data={"base": "USD", "quoted": "INR", "rate": "1", "day": "2026-03-10", "source": sign})
    assert "<b>" not in ada.page
    assert ada.says(sign)


def test_the_trail_says_what_was_changed(app: Flask, join: Callable[..., Person], ada: Browser) -> None:
    send(ada, "days", reply_days="5")
    ada.get("/staff/audit")
    assert ada.says("changed a setting: Setting “Business days until a request is answered”")


@pytest.mark.long
def test_a_browser_that_asks_for_no_language_of_ours_gets_the_clinics(
    make_app: Callable[..., Flask], clock: object
) -> None:
    app = make_app(LANGUAGES="en,ar,de")

    def language(asked: str | None) -> str:
        headers = {} if asked is None else {"Accept-Language": asked}
        page = app.test_client().get("/", headers=headers).get_data(as_text=True)
        found = re.search(r'<html lang="([^"]+)"', page)
        assert found is not None
        return found.group(1)

    assert [language(asked) for asked in (None, "fr", "de")] == ["en", "en", "de"]
    with app.app_context():
        clinic.change(acting(actor="user:1", now=datetime.now(UTC)), "default_language", "ar")
        db.session.commit()
    assert [language(asked) for asked in (None, "fr", "de")] == ["ar", "ar", "de"]
    other = make_app(LANGUAGES="en,de")
    page = other.test_client().get("/", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert '<html lang="en"' in page, "a language that is not offered any more"


def test_no_page_fails_because_logo_and_language_cannot_be_asked_for(
    make_app: Callable[..., Flask], clock: object
) -> None:
    app = make_app(LANGUAGES="en,ar")
    with app.app_context():
        db.session.execute(text("DROP TABLE clinic_setting"))
        db.session.commit()
    for path, status in (("/nothing", 404), ("/", 200)):
        answer = app.test_client().get(path, headers={"Accept-Language": "fr"})
        assert answer.status_code == status
        assert '<html lang="en"' in answer.get_data(as_text=True)


def test_a_letter_that_is_not_written_has_no_page(ada: Browser) -> None:
    for name in ("farewell", "staff_notice", "../estimate", "ESTIMATE"):
        ada.get(f"/staff/settings/letters/{name}")
        assert ada.status == 404


def test_no_form_is_sent_from_another_site(app: Flask, ada: Browser) -> None:
    for part, data in (
        ("days", {"reply_days": "9"}),
        ("letters/estimate", {"before-en": "x"}),
        ("logo", {"act": "remove"}),
        ("rates", {"act": "remove", "number": "1"}),
    ):
        ada.post(f"/staff/settings/{part}", data, token=False)
        assert ada.status == 400
    assert stored(app) == Clinic()


def test_when_the_desk_is_told_can_be_chosen(app: Flask, ada: Browser) -> None:
    send(ada, "mail", desk_mail="hourly")
    assert stored(app).desk_mail == "hourly"
    assert "once an hour, in one mail" in ada.get("/staff/settings").text


def test_a_name_for_mails_is_set_and_one_that_is_too_long_is_refused(app: Flask, ada: Browser) -> None:
    send(ada, "mail", mail_name="  Riverside   House ")
    assert stored(app).mail_name == "Riverside House"
    send(ada, "mail", mail_name="R" * 61)
    (sentence,) = beside(ada)
    assert "60" in sentence
    assert stored(app).mail_name == "Riverside House"


RULE = {"0-by": "400", "0-currency": "usd", "0-source": "45 CFR 149.620"}


def test_rules_of_overruns_are_set_and_shown_in_words(app: Flask, ada: Browser) -> None:
    ada.get("/staff/settings/overruns")
    second = {
        "2-percent": "15",
        "2-currency": "EUR",
        "2-beyond": "1,000.00",
        "2-source": "GOZ, section 9 (2)",
    }
    answer = ada.post("/staff/settings/overruns", {**fields(ada), **RULE, **second})
    assert answer.status_code == 200
    assert stored(app).overrun_rules == (
        Rule("45 CFR 149.620", "USD", by=Decimal(400)),
        Rule("GOZ, section 9 (2)", "EUR", percent=Decimal(15), beyond=Decimal(1000)),
    )
    ada.get("/staff/settings")
    said = unescape(ada.page).replace("\xa0", " ")
    assert "USD 400 above, or more (45 CFR 149.620)" in said
    assert "more than 15 % above, where more than EUR 1,000 was expected (GOZ, section 9 (2))" in said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"0-source": ""}, "Say where the rule comes from"),
        ({"0-by": ""}, "Enter either an amount or a share in per cent."),
        ({"0-percent": "15"}, "Enter either an amount or a share in per cent."),
        ({"0-by": "a lot"}, "Enter a number in digits."),
        ({"0-by": "-400"}, "Enter an amount above 0"),
        ({"0-by": "400.0005"}, "Enter an amount above 0"),
        ({"0-currency": "XXX"}, "Enter the currency of the amounts"),
        ({"0-currency": ""}, "Enter the currency of the amounts"),
        ({"0-currency": "Dollar"}, "as three letters, such as USD."),
        ({"0-by": "", "0-percent": "0"}, "Enter a number above 0"),
        ({"0-source": "x" * 201}, "Shorten it"),
    ],
)
def test_a_rule_that_says_nothing_certain_is_refused_at_its_field(
    app: Flask, ada: Browser, typed: dict[str, str], sentence: str
) -> None:
    ada.get("/staff/settings/overruns")
    answer = ada.post("/staff/settings/overruns", {**fields(ada), **RULE, **typed})
    assert answer.status_code == 422
    assert sentence in unescape(ada.page)
    assert {**RULE, **typed}.items() <= fields(ada).items()
    assert stored(app).overrun_rules == ()
