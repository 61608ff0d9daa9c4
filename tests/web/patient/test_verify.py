"""Check a document: four words for a number, and for a PDF what can be said of it; nothing more, and nothing kept."""

from __future__ import annotations

import io
import logging
import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from estimator import logs, quotes, verification
from estimator.db import db
from estimator.quotes import pdf_document
from estimator.web.patient import verify
from pricing import canonical_json
from tests.support.acts import acting
from tests.support.clinic import ANSWERS
from tests.support.database import statement_on_each_connection
from tests.support.quote_clinic import ADDRESS, NAME, TOTAL, Desk, list_text, now
from tests.support.visitor import Page, Visitor, words

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

TELLS = (
    NAME,
    "Quill",
    ADDRESS,
    TOTAL,
    "4,211",
    "Treatment with cells",
    "Example clinic",
    "accept the firm quote",
)
"""What a number must not tell."""

KEPT = "Your file has already been deleted. We kept nothing of it."


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list quotes can be issued from."""
    return start(list_text())


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk, which has issued a quote."""
    desk = Desk(app)
    desk.issue()
    return desk


@pytest.fixture
def document(desk: Desk) -> bytes:
    """Return the document of that quote."""
    return desk.draw()


def sent(visitor: Visitor, content: bytes, **more: Any) -> Page:
    """Send a file through the form, as a browser does."""
    page = visitor.open("/verify")
    (form,) = page.all("form", method="post")
    (token,) = [field.get("value", "") for field in form.iter("input") if field.get("name") == "csrf_token"]
    return visitor.post(
        form.get("action") or "", body(token, content), content_type="multipart/form-data; boundary=x", **more
    )


def body(token: str, content: bytes) -> bytes:
    """Return the form as a browser sends it; the test client would write a large one to the disk."""
    return (
        (
            f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="my own quote.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        + content
        + b"\r\n--x--\r\n"
    )


def word(visitor: Visitor, path: str) -> str:
    """Return the word that a page says of a number."""
    return visitor.open(path).text("h1").split()[0]


def changed(document: bytes, data: bytes | None = None, page: bytes = b"") -> bytes:
    """Return a document with other data in it, or with something else on its page, saved by another program."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        if data is not None:
            (name,) = opened.attachments
            opened.attachments[name] = pikepdf.AttachedFileSpec(opened, data, filename=name)
        if page:
            opened.pages[0].contents_add(page)
        written = io.BytesIO()
        opened.save(written)
    return written.getvalue()


def rows(page: Page) -> list[str]:
    """Return the lines that differ."""
    return [words(line) for table in page.all("table") for line in table.iter("tr")][1:]


@BOTH
def test_a_number_that_was_typed_leads_to_its_page(app: Flask, desk: Desk, visitor: Visitor) -> None:
    answer = visitor.open("/verify?number=q+2026+1,+revision+1&revision=")
    assert (answer.status, answer.location) == (303, "/verify/Q-2026-00001/1")
    assert visitor.open(answer.location).text("h1") == "Current Q-2026-00001, revision 1"
    assert visitor.open("/verify?number=Q-2026-00001&revision=1").location == "/verify/Q-2026-00001/1"


@BOTH
def test_the_four_words(app: Flask, desk: Desk, visitor: Visitor, clock: time_machine.Traveller) -> None:
    assert word(visitor, "/verify/Q-2026-00001") == "Current"
    desk.issue(("-100.00", "Kept for longer"))
    assert word(visitor, "/verify/Q-2026-00001/1") == "Replaced"
    assert word(visitor, "/verify/Q-2026-00001/2") == word(visitor, "/verify/Q-2026-00001") == "Current"
    assert word(visitor, "/verify/Q-2026-00001/3") == word(visitor, "/verify/Q-2026-00002") == "Unknown"
    clock.shift(timedelta(days=40))
    assert word(visitor, "/verify/Q-2026-00001/2") == "Expired"
    assert word(visitor, "/verify/Q-2026-00001/1") == "Replaced"


def test_the_same_word_is_the_same_page_whatever_was_decided(app: Flask, visitor: Visitor) -> None:
    """Accepted looks like open; declined and withdrawn look like expired: bytes are compared, without the number."""
    shown: dict[str, str] = {}
    for name in ("open", "accepted", "declined", "withdrawn"):
        desk = Desk(app)
        link = desk.issue(pdf=b"%PDF-1.7 kept " + name.encode())
        if name == "withdrawn":
            desk.withdraw()
        elif name == "accepted":
            desk.patient(link).accept()
        elif name == "declined":
            decline(desk)
        page = visitor.open(f"/verify/{desk.number}/1")
        shown[name] = page.html.replace(desk.number, "Q")
    assert "Current" in shown["open"]
    assert shown["open"] == shown["accepted"]
    assert "Expired" in shown["declined"]
    assert shown["declined"] == shown["withdrawn"]


def decline(desk: Desk) -> None:
    """Decline the quote, as its page does."""
    with desk.revision() as revision:
        quotes.decline(
            acting(now=now(), settings=desk.settings),
            revision,
            reason="price",
            words="Too much for us.",
            agreed_to="I decline this quote.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )


@BOTH
def test_a_number_tells_nothing_else(app: Flask, desk: Desk, visitor: Visitor) -> None:
    page = visitor.open("/verify/Q-2026-00001/1")
    assert page.status == 200
    assert not [tells for tells in TELLS if tells in page.html]
    assert "2026-0" not in re.sub(r"Q-2026-00001", "", page.text())  # no day of anything


def test_a_number_alone_asks_which_revision_is_meant(app: Flask, desk: Desk, visitor: Visitor) -> None:
    desk.issue(("-100.00", "Kept for longer"))
    page = visitor.open("/verify/Q-2026-00001")
    assert "the newest revision" in page.text("h1")
    assert page.one("input", name="revision") is not None
    assert visitor.open("/verify?number=Q-2026-00001&revision=1").location == "/verify/Q-2026-00001/1"


@pytest.mark.parametrize("path", ["/verify/Q-2026-00009", "/verify/hello", "/verify/Q-2026-00001/x"])
@BOTH
def test_what_was_never_issued_is_unknown(app: Flask, desk: Desk, visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    assert (page.status, page.text("h1").split()[0]) == (404, "Unknown")


@pytest.mark.parametrize("typed", ["", "+", "17", "my+quote", "Q-2026-00001%00"])
def test_what_is_no_number_is_said_beside_the_field(app: Flask, visitor: Visitor, typed: str) -> None:
    page = visitor.open(f"/verify?number={typed}")
    assert page.status == 422
    assert len(page.problems) == 1
    assert page.one("input", id="number").get("aria-invalid") == "true"
    assert page.title.startswith("Error:")


def test_the_reference_of_an_estimate_is_no_number_of_a_quote(app: Flask, visitor: Visitor) -> None:
    visitor.estimate(ANSWERS)
    answer = visitor.open("/verify?number=EST-7K3M-92QF")
    page = visitor.open(answer.location)
    assert "An estimate is not a firm quote, and cannot be checked here by its reference." in page.text()
    assert "7K3M" not in page.html + answer.location
    assert "belongs to a request" in visitor.open("/verify/REQ-7K3M-92QF").text()


def test_the_address_in_the_document_of_an_estimate_is_where_its_file_is_checked(
    document: bytes, visitor: Visitor
) -> None:
    page = visitor.open("/verify/EST")
    assert page.text("h1") == "Check a cost estimate"
    form = page.one("form", class_="by-file")
    assert form.get("action") == "/verify"
    assert "file" in page.typed() or page.one("input", type="file").get("name") == "file"


@BOTH
def test_after_many_numbers_that_nobody_issued_none_is_told_for_a_while(
    app: Flask, desk: Desk, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    for number in range(verify.MOST_MISSES):
        assert visitor.open("/verify/Q-2026-00001").status == 200, number
        assert visitor.open(f"/verify/Q-2026-{number + 100:05d}").status == 404, number
    for path in ("/verify/Q-2026-00777", "/verify/Q-2026-00001"):  # so that neither is told apart
        page = visitor.open(path)
        assert page.status == 429
        assert int(page.headers["Retry-After"]) == 15 * 60
    assert Visitor(app, environ_base={"REMOTE_ADDR": "127.0.0.9"}).open("/verify/Q-2026-00001").status == 200
    clock.shift(timedelta(minutes=16))
    assert word(visitor, "/verify/Q-2026-00001") == "Current"


@pytest.mark.long
@BOTH
def test_what_was_issued_is_genuine(app: Flask, document: bytes, visitor: Visitor) -> None:
    page = sent(visitor, document)
    assert page.status == 200
    assert page.text("h1") == "Genuine: we issued exactly this file Q-2026-00001, revision 1"
    assert "What we issued under this number: current" in page.text()
    assert (
        page.text("dl", class_="totals") == f"Total written in its data {TOTAL} Total computed again {TOTAL}"
    )
    assert not rows(page)
    assert KEPT in page.text()
    assert NAME not in page.html


@pytest.mark.long
def test_what_was_replaced_is_genuine_and_replaced(desk: Desk, document: bytes, visitor: Visitor) -> None:
    desk.issue(("-100.00", "Kept for longer"))
    page = sent(visitor, document)
    assert "Genuine" in page.text("h1")
    assert "What we issued under this number: replaced" in page.text()


@pytest.mark.long
@BOTH
def test_figures_changed_in_the_data_are_told(app: Flask, document: bytes, visitor: Visitor) -> None:
    with pikepdf.open(io.BytesIO(document)) as opened:
        data = opened.attachments["quote.json"].get_file().read_bytes()
    assert data.count(b'"4211.05"') > 1
    page = sent(visitor, changed(document, data.replace(b'"4211.05"', b'"1211.05"')))
    assert "Not ours: we issued something else under this number" in page.text("h1")
    assert "Total written in its data USD\N{NO-BREAK SPACE}1,211.05" in page.text("dl", class_="totals")
    assert f"Total computed again {TOTAL}" in page.text("dl", class_="totals")
    assert "These parts of the data differ as well: The payments" in page.text()
    assert rows(page)[0] == f"Total of the quote Written: USD\N{NO-BREAK SPACE}1,211.05 Computed: {TOTAL}"


@pytest.mark.long
def test_figures_changed_on_a_page_are_not_taken_for_ours(document: bytes, visitor: Visitor) -> None:
    page = sent(visitor, changed(document, page=b"0 0 600 600 re f"))
    assert "Not the file that we issued, though its data are" in page.text("h1")
    assert "If its pages show another total than this one, the pages were changed." in page.text()


@pytest.mark.long
def test_a_quote_that_nobody_issued_is_not_ours(document: bytes, visitor: Visitor) -> None:
    with pikepdf.open(io.BytesIO(document)) as opened:
        data = opened.attachments["quote.json"].get_file().read_bytes()
    page = sent(visitor, changed(document, data.replace(b"Q-2026-00001", b"Q-2026-00777")))
    assert page.text("h1") == "Not ours: we never issued this quote"
    assert "Pay nothing for it." in page.text()


@pytest.mark.long
def test_an_estimate_is_computed_again(visitor: Visitor) -> None:
    estimate = visitor.estimate(ANSWERS)
    pdf = visitor.open(f"{estimate.path}/estimate.pdf").body
    page = sent(visitor, pdf)
    assert page.text("h1") == "The figures of this estimate follow from our price list"
    assert "we cannot say whether we made this very file" in page.text()
    data = canonical_json({"table_sha256": "0" * 64, "answers": {}})
    page = sent(visitor, changed(pdf, data))
    assert page.text("h1") == "The figures of this estimate do not follow from our price list"
    assert "a price list that was never published here" in page.text()


FILES = {
    "a text": (b"hello", "This is not a PDF."),
    "half a PDF": (b"%PDF-1.7\n1 0 obj\n<<", "It is damaged, or not whole"),
}


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_what_cannot_be_read_has_a_sentence(visitor: Visitor, content: bytes, sentence: str) -> None:
    page = sent(visitor, content)
    assert page.status == 200
    assert page.text("h1") == "We cannot tell what this file is"
    assert sentence in page.text()


@pytest.mark.parametrize("content", [b""])
def test_without_a_file_it_is_asked_for(visitor: Visitor, content: bytes) -> None:
    page = sent(visitor, content)
    assert page.status == 422
    assert page.problems == ["Choose the PDF first, then press the button."]


@pytest.mark.long
def test_a_file_of_ten_million_bytes_is_looked_at_and_one_byte_more_is_not(visitor: Visitor) -> None:
    most = b"%PDF-1.7\n" + bytes(verification.LARGEST - 9)
    assert sent(visitor, most).status == 200
    page = sent(visitor, most + b"\n")
    assert (page.status, page.text("h1")) == (413, "This file is too large to be one of ours")


def test_what_is_sent_in_place_of_a_file_is_no_longer_than_any_other_form(visitor: Visitor) -> None:
    text = b"a=" + b"%41" * 300_000
    page = visitor.post("/verify", data=text, content_type="application/x-www-form-urlencoded")
    assert page.status == 413


class Endless(io.RawIOBase):
    """A request that goes on and on, and counts how much of it was read."""

    def __init__(self, beginning: bytes) -> None:
        self.left, self.read_so_far = beginning, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.left[: len(buffer)] or b"a" * len(buffer)
        self.left = self.left[len(part) :]
        buffer[: len(part)] = part
        self.read_so_far += len(part)
        return len(part)


@pytest.mark.parametrize("length", [100_000_000, None], ids=["announced", "not announced"])
def test_a_hundred_megabytes_are_refused_before_they_are_read(visitor: Visitor, length: int | None) -> None:
    endless = Endless(
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
    )
    environment: dict[str, Any] = {"wsgi.input_terminated": True, "wsgi.input": endless}
    if length is None:
        environment["HTTP_TRANSFER_ENCODING"] = "chunked"
    else:
        environment["CONTENT_LENGTH"] = str(length)
    page = visitor.post(
        "/verify", content_type="multipart/form-data; boundary=x", environ_overrides=environment
    )
    assert (page.status, page.text("h1")) == (413, "This file is too large to be one of ours")
    assert endless.read_so_far <= verification.LARGEST + verify.ROUND_IT + 100_000
    assert length is None or endless.read_so_far == 0


def test_nothing_is_sent_without_the_token_of_the_form(app: Flask, visitor: Visitor) -> None:
    data = {"file": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}
    assert visitor.post("/verify", data).status == 400


def test_after_many_files_there_is_a_pause(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    for _number in range(verify.MOST_FILES):
        assert sent(visitor, b"no PDF").status == 200
    assert sent(visitor, b"no PDF").status == 429
    clock.shift(timedelta(minutes=16))
    assert sent(visitor, b"no PDF").status == 200


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    with app.app_context():
        return {
            table.name: [tuple(row) for row in db.session.execute(text(f'SELECT * FROM "{table.name}"'))]
            for table in db.metadata.sorted_tables
        }


@pytest.mark.long
@BOTH
def test_nothing_of_a_file_or_a_number_is_kept_or_written_down(
    app: Flask,
    document: bytes,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No file is opened for it, no row has it, and no log names it."""

    def no_file(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a file was made")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, no_file)
    before = everything(app)
    with caplog.at_level(logging.DEBUG):
        page = sent(visitor, changed(document, page=b"0 0 9 9 re f") + b"%" + bytes(2_000_000))
        visitor.open("/verify/Q-2026-00001/1")
    assert page.status == 200
    after = everything(app)
    counted = after.pop("staff_attempts")
    before.pop("staff_attempts")
    assert before == after
    assert "Q-2026" not in str(counted)
    assert not [record for record in caplog.records if "Q-2026" in record.getMessage()]
    entry = logging.LogRecord("", logging.INFO, "", 1, '"GET /verify/Q-2026-00001/1" 200', (), None)
    assert "00001" not in logs.MaskedLine(None).format(entry)


def test_with_the_database_busy_a_number_is_still_told(app: Flask, desk: Desk, visitor: Visitor) -> None:
    """Counting is for strangers who guess; it never keeps anybody from checking a document."""
    with statement_on_each_connection(app, "PRAGMA query_only = 1"):
        assert word(visitor, "/verify/Q-2026-00001/1") == "Current"
        assert visitor.open("/verify/Q-2026-00999").status == 404


def test_public_pages_lead_there(visitor: Visitor) -> None:
    assert "/verify" in list(visitor.open("/").links())


def test_what_the_code_on_the_paper_says_is_the_page_of_its_revision(desk: Desk) -> None:
    with desk.revision() as revision:
        address = pdf_document.check_address(revision.quote.number, revision.number, desk.settings)
    assert address == f"{desk.settings.public_url}/verify/Q-2026-00001/1"


def test_the_pages_hold_without_scripts(visitor: Visitor) -> None:
    page = visitor.open("/verify")
    assert not page.all("script")
    assert {form.get("method") for form in page.all("form")} == {"get", "post"}
    assert page.one("form", method="post").get("enctype") == "multipart/form-data"
