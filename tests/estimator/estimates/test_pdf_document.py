"""The documents of estimates: what stands in them, what can never get into them, and how they look."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import html5lib
import pikepdf
import pytest
from PIL import Image

import pricing
from estimator import estimates, wording
from estimator.cli import main
from estimator.clinic import Logo
from estimator.estimates import other_currency, pdf_cache, pdf_document
from estimator.i18n import reader, speaking
from estimator.models import TableVersion
from estimator.pdf import images, renderer
from pricing import PriceTable
from tests.support import open_list
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.example_papers import (
    DELHI,
    FIVE_SCRIPTS,
    LANGUAGES,
    MADE,
    TABLES,
    html_of,
    largest,
    pdf_of,
    plainest,
    plan,
    structure,
    table_of,
    text_of,
    unnamed_tables,
)
from tests.support.profile import sampled

PLANS = (*DELHI, *LANGUAGES)


def squeezed(text: str) -> str:
    return "".join(text.split())


def embedded(document: pikepdf.Pdf) -> list[pikepdf.Stream]:
    streams = [entry for entry in document.objects if isinstance(entry, pikepdf.Stream)]
    return [stream for stream in streams if stream.get("/Type") == "/EmbeddedFile"]


def pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


# Records ------------------------------------------------------------------------------------------------------


def test_a_record_and_its_document_have_the_same_data_byte_for_byte(version: TableVersion) -> None:
    token = estimates.make(
        acting(now=NOW, link_key="l" * 32), version, {"sessions": 3}, language="en", submission=""
    )
    record = estimates.find(acting(now=NOW, kept_days=90), token)
    assert record is not None
    content = pdf_document.pdf_of(record)
    assert pdf_document.pdf_of(record) == content
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.attachments["estimate.json"].get_file().read_bytes() == record.breakdown.encode()
        assert str(document.docinfo["/Title"]) == f"Cost estimate {record.reference}"
        assert str(document.docinfo["/CreationDate"]) == f"D:{NOW:%Y%m%d%H%M%S}+00'00"
    text = text_of(content)
    assert record.reference in text
    assert "is not saved" not in text
    assert "the end of 9 April 2026 (UTC)" in text


def test_a_document_is_kept_by_its_key_and_found_again(version: TableVersion) -> None:
    token = estimates.make(
        acting(now=NOW, link_key="l" * 32), version, {"sessions": 3}, language="en", submission=""
    )
    record = estimates.find(acting(now=NOW, kept_days=90), token)
    assert record is not None
    key = pdf_cache.key_of(token, pdf_document.fingerprint())
    assert pdf_cache.find(key, made_after=NOW - timedelta(days=90)) is None
    pdf_cache.keep(key, record, b"first", NOW)
    pdf_cache.keep(key, record, b"second", NOW)
    assert pdf_cache.find(key, made_after=NOW - timedelta(days=90)) == (record.reference, b"first")
    assert pdf_cache.find(key, made_after=NOW) is None
    assert (
        pdf_cache.find(pdf_cache.key_of(token, "another renderer"), made_after=NOW - timedelta(days=90))
        is None
    )


def test_a_document_that_is_not_saved_says_so(tmp_path: Path) -> None:
    table, answers, out = tmp_path / "list.toml", tmp_path / "answers.json", tmp_path / "out.pdf"
    table.write_text(table_text())
    answers.write_text(json.dumps({"sessions": 3}))
    with pytest.raises(SystemExit) as ended:
        main(["price", str(table), "--answers", str(answers), "--pdf", str(out)])
    assert ended.value.code == 0
    text = text_of(out.read_bytes())
    assert "This estimate is not saved: it has no link and cannot be looked up." in text
    assert "not saved" in text_of(
        out.read_bytes(), "-y", "780", "-x", "0", "-W", "595", "-H", "62"
    )  # the foot


# The HTML that goes in ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=PLANS)
def markup(request: pytest.FixtureRequest) -> str:
    """Return the HTML of one plan after the other."""
    return html_of(*plan(request.param))


def test_headings_leave_out_no_level(markup: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", markup)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}


def test_every_table_has_a_name_and_headed_columns_and_rows(markup: str) -> None:
    page = html5lib.parse(markup, namespaceHTMLElements=False)
    found = list(page.iter("table"))
    assert len(found) >= 4
    assert unnamed_tables(page) == []
    for table in found:
        assert all(cell.get("scope") == "col" for cell in table.findall("thead/tr/th"))
        width = len(table.findall("thead/tr/th"))
        for row in table.iter("tr"):
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            assert sum(int(cell.get("colspan", 1)) for cell in cells) == width
            for cell in cells:
                assert cell.tag == "td" or cell.get("scope") in ("col", "row", "rowgroup")
                assert "".join(cell.itertext()).strip()


def test_there_is_no_picture_that_archives_forbid(markup: str) -> None:
    assert not re.search(r"<(img|image|object|embed|iframe|script|form|input)\b", markup)
    assert not re.search(r"opacity:|url\(|@import|@font-face", markup)
    pictures = re.findall(r"<svg.*?</svg>", markup)
    assert pictures
    # Without width and height the renderer fails from right to left.
    assert all(re.match(r'<svg width="\d+" height="\d+" .*<title>[^<]+</title>', one) for one in pictures)


def test_bars_grow_from_the_side_where_reading_starts() -> None:
    table, answers, _language = plan("en")
    bars = {
        language: re.findall(r'<rect x="(\d+)" width="(\d+)"', html_of(table, answers, language))
        for language in ("en", "ar")
    }
    assert {x for x, _width in bars["en"]} == {"0"}
    assert [(str(1000 - int(width)), width) for _x, width in bars["en"]] == bars["ar"]


def test_the_foot_of_a_page_has_its_number_where_reading_ends() -> None:
    def place(language: str) -> tuple[float, float]:
        boxes = text_of(pdf_of(*plan(language)), "-bbox", "-l", "1")
        found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>(\S+)</word>', boxes)
        foot = {word: float(x) for x, y, word in found if float(y) > 790}
        return foot["Page"], foot["Example"]

    number, whose = place("en")
    assert whose < 100
    assert number > 400
    number, whose = place("ar")
    assert number < 100
    assert whose > 400


# What a price list cannot do ------------------------------------------------------------------------------------


class Listener:
    """A server on this machine that only counts who knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.knocks += 1
            connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Return a server that must not hear anything."""
    found = Listener()
    yield found
    found.socket.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a file of this machine that no document may show."""
    path = tmp_path / "secret.txt"
    path.write_text("TOPSECRET")
    return path


SNIPPETS = (
    '<img alt="" src="{url}">',
    '<img alt="" src="{url}" style="display:block">',
    '<link rel="stylesheet" href="{url}">',
    '<link rel="attachment" href="{url}">',
    '<link rel="attachment" href="{url}" title="estimate.json">',
    '<a rel="attachment" href="{url}">a</a>',
    "<style>@import url({url});</style>",
    "<style>@font-face {{ font-family: f; src: url({url}) }} p {{ font-family: f }}</style><p>p</p>",
    '<p style="background: url({url})">p</p>',
    '<p style="border-image: url({url}) 1">p</p>',
    "<style>p::before {{ content: url({url}) }}</style><p>p</p>",
    '<ul style="list-style-image: url({url})"><li>l</li></ul>',
    '<object data="{url}">o</object>',
    '<embed src="{url}">',
    '<iframe src="{url}"></iframe>',
    '<svg width="9" height="9"><image width="9" height="9" xlink:href="{url}"/></svg>',
    '<svg width="9" height="9"><image width="9" height="9" href="{url}"/></svg>',
    '<svg width="9" height="9"><use href="{url}#a"/></svg>',
    '<base href="{url}"><img alt="" src="a.png">',
    '<meta http-equiv="refresh" content="0; url={url}">',
    '<img alt=\'\' src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image width="9" height="9" href="{url}"/></svg>\'>',
)


def addresses(listener: Listener, secret: Path) -> list[str]:
    return [
        f"http://127.0.0.1:{listener.port}/a",
        f"HTTP://127.0.0.1:{listener.port}/a",
        f"http://localhost:{listener.port}/a",
        f"//127.0.0.1:{listener.port}/a",
        f"ftp://127.0.0.1:{listener.port}/a",
        "http://169.254.169.254/latest/meta-data/",
        secret.as_uri(),
        "data:text/html,TOPSECRET",
        "data:image/png,TOPSECRET",
    ]


@pytest.mark.long
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_renderer_reaches_nothing_whatever_the_html_says(
    snippet: str, listener: Listener, secret: Path
) -> None:
    def drawn(*urls: str) -> bool:
        body = "".join(snippet.format(url=url) for url in urls)
        html = f"<html lang=en><title>t</title><body><p>One</p>{body}"
        try:
            content = renderer.document(html, attachment=b"{}", attachment_name="estimate.json", created=MADE)
        except renderer.RenderingFailed:
            return False
        with pikepdf.open(io.BytesIO(content)) as document:
            assert [file.read_bytes() for file in embedded(document)] == [b"{}"]
        assert "TOPSECRET" not in text_of(content)
        return True

    every = addresses(listener, secret)
    if not drawn(*every):  # one that is refused must not hide the others
        for url in every:
            drawn(url)
    assert listener.knocks == 0


def everywhere(text: str) -> str:
    """Return a price list that has a text wherever its author may write one."""
    assert "'''" not in text
    free = f"'''{text}'''"
    words = table_text()
    for plain in (
        "Treatment",
        "Type of cells",
        "Own bone marrow cells",
        "Sessions",
        "Nights",
        "Rehabilitation",
        "Session",
        "Flights are not included.",
        "This is an estimate.",
        "The benefit is unproven.",
        "Made for the tests.",
    ):
        words = words.replace(f'"{plain}"', free)
    words = words.replace(
        'country = "IN"', f'country = "IN"\naddress = {free}\nregistration = {free}\nphone = {free}'
    )
    words = words.replace(
        'evidence = "unproven"', f'evidence = "unproven"\nnote.en = {free}\nbasis.en = {free}'
    )
    words = words.replace('name = "Example clinic"', f"name = {free}")
    words = words.replace('role = "sessions"', f'role = "sessions"\nunit.en = {free}\nhelp.en = {free}')
    words = words.replace(
        'group = "treatment"\nper', f'group = "treatment"\nstage = "s"\nnote.en = {free}\nper'
    )
    return (
        words
        + f"""
[group.others]
label.en = {free}
payee.en = {free}
total = "others"

[charge.other]
label.en = {free}
group = "others"
stage = "s"
price = {{ low = 1, likely = 2, high = 3 }}
source = {free}

[charge.unknown]
label.en = {free}
group = "others"
stage = "s"
on_request = true
source = {free}

[stage.s]
label.en = {free}

[tax.t]
label.en = {free}
percent = 5
of = ["session"]

[payment.p]
label.en = {free}
due.en = {free}
percent = 100
"""
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        '<img src="{url}">',
        '"><link rel=attachment href="{file}"><a href="',
        "</style><style>@import url({url});</style>",
        "<svg><image xlink:href='{url}'/></svg>",
        "\\22 }} @page {{ @top-left {{ content: url({url}) }} }} /*",
        "{{{{ 7 * 7 }}}} {{% include '{file}' %}}",
        "&lt;img src={url}&gt; <!-- <script>",
    ],
)
def test_markup_in_a_price_list_is_only_text(text: str, listener: Listener, secret: Path) -> None:
    hostile = text.format(url=f"http://127.0.0.1:{listener.port}/a", file=secret.as_uri())
    content = pdf_of(table_of(everywhere(hostile)), {"sessions": 2})
    found = squeezed(text_of(content, "-raw"))
    assert found.count(squeezed(hostile)) >= 20
    assert "TOPSECRET" not in found
    with pikepdf.open(io.BytesIO(content)) as document:
        assert list(document.attachments) == ["estimate.json"]
        assert len(embedded(document)) == 1
        assert not any("/Annots" in page for page in document.pages)
    assert listener.knocks == 0


@pytest.mark.long
@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1:{port}/a",
        "https://127.0.0.1:{port}/'onmouseover='a()",
        "https://127.0.0.1:{port}/&quot;&gt;&lt;img/src=a",
    ],
)
def test_a_link_in_a_price_list_is_shown_and_not_followed(link: str, listener: Listener) -> None:
    address = link.format(port=listener.port)
    text = table_text().replace('kind = "evidence"', f"kind = \"evidence\"\nlink = '''{address}'''")
    content = pdf_of(table_of(text), {"sessions": 2})
    with pikepdf.open(io.BytesIO(content)) as document:
        links = [annotation.A.URI for page in document.pages for annotation in page.get("/Annots", [])]
    assert len(links) == 1
    assert str(links[0]).startswith("https://")
    assert listener.knocks == 0


# The clinic's logo and the reader's currency ---------------------------------------------------------------------


def with_everything(table: PriceTable, answers: Mapping[str, Any], language: str) -> bytes:
    """Return a plan's document with a logo and its totals in another currency, at a rate of long ago."""
    picture = Image.new("RGBA", (600, 200), (10, 90, 112, 128))
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    rate = other_currency.Chosen(
        table.currency, "INR", "89.2541", "Reserve Bank of India, reference rate", MADE.date(), True
    )
    breakdown, reading = pricing.estimate(table, answers).as_dict(), reader(language)
    with speaking(reading):
        head = wording.head(table, reading, reference="EST-2222-3333", created=MADE, valid_until=MADE.date())
        beside = other_currency.beside(breakdown, table, rate, reading)
    logo = images.as_png(drawn.getvalue()).content
    return pdf_document.document(breakdown, table, head, reading, list(answers), MADE, logo, beside)


@pytest.mark.long
@pytest.mark.parametrize("name", sampled(["request", "ar"], PLANS))
def test_with_logo_and_another_currency_a_document_keeps_to_its_pages_and_to_the_rules(name: str) -> None:
    table, answers, language = plan(name)
    content = with_everything(table, answers, language)
    assert pages(content) == pages(pdf_of(table, answers, language)) <= 4
    with pikepdf.open(io.BytesIO(content)) as document:
        found = [
            picture
            for page in document.pages
            for picture in page.resources.get("/XObject", {}).values()
            if picture.get("/Subtype") == "/Image"
        ]
        assert found
        assert not any(picture.get("/Interpolate") for picture in found), "PDF/A forbids smoothing"
        described = [str(element["/Alt"]) for element in structure(document) if "/Alt" in element]
        assert described[0] == table.provider.name
    assert "INR" in text_of(content)


def test_a_look_that_shows_nothing_has_the_key_of_a_plain_document() -> None:
    assert pdf_document.key_of("token", pdf_document.PLAIN) == pdf_cache.key_of(
        "token", pdf_document.fingerprint()
    )
    logos = [pdf_document.Look(Logo(letter * 64, 10, 10)) for letter in "ab"]
    rates = [
        pdf_document.Look(rate=other_currency.Chosen("USD", "INR", rate, source, MADE.date(), old))
        for rate, source, old in (
            ("89", "x", False),
            ("90", "x", False),
            ("89", "y", False),
            ("89", "x", True),
        )
    ]
    assert len({pdf_document.key_of("token", look) for look in (pdf_document.PLAIN, *logos, *rates)}) == 7


# How it looks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("choose", sampled([largest], [plainest, largest]))
def test_a_document_has_one_to_four_pages(path: Path, choose) -> None:  # type: ignore[no-untyped-def]
    table = table_of(path)
    assert pages(pdf_of(table, choose(table))) <= 4


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_page_begins_with_one_row_of_a_group_or_with_the_total_alone(path: Path) -> None:
    table = table_of(path)
    answers = largest(table)
    content = pdf_of(table, answers)
    breakdown = pricing.estimate(table, answers).as_dict()
    last = {}
    for item in breakdown["items"]:
        last[item["group"]] = item["label"]["en"]
    for page in range(2, pages(content) + 1):
        head, row, *_ = text_of(content, "-layout", "-f", str(page), "-l", str(page)).strip().splitlines()
        assert "All together" not in row
        if head.startswith("Description"):  # the columns are said again above what goes on
            assert not any(row.startswith(label[:25]) for label in last.values()), row


def test_sentences_of_steps_are_joined_as_sentences() -> None:
    table, answers, language = plan("request")
    assert ".;" not in html_of(table, answers, language)


@pytest.mark.long
@pytest.mark.parametrize("name", DELHI)
def test_a_plan_in_delhi_has_one_to_four_pages(name: str) -> None:
    assert pages(pdf_of(*plan(name))) <= 4


@pytest.mark.long
@pytest.mark.parametrize("first", [1, 2, 3])
def test_no_heading_is_left_alone_at_the_end_of_a_page(first: int) -> None:
    groups = "".join(
        f"""
[group.g{number}]
label.en = "Heading {number}"

[charge.a{number}]
label.en = "First of {number}"
group = "g{number}"
price = 10
source = "Made for the tests."

[charge.b{number}]
label.en = "Second of {number}"
group = "g{number}"
price = 10
source = "Made for the tests."
"""
        for number in range(30)
    )
    more = "".join(
        f"""
[charge.more{number}]
label.en = "One more"
group = "treatment"
price = 10
source = "Made for the tests."
"""
        for number in range(first)
    )
    text = table_text().replace("[notice.left_out]", more + groups + "[notice.left_out]")
    content = pdf_of(table_of(text), {"sessions": 2})
    sheets = text_of(content, "-layout").split("\f")[:-1]
    assert len(sheets) >= 3
    for sheet in sheets:
        lines = [line for line in sheet.splitlines() if line.strip()]
        assert "Page" in lines[-1]
        assert "Heading" not in lines[-2]
        assert "Description" not in lines[-2]
        assert lines[-2].strip() != "Taxes"
    assert any("All together" in sheet or "To Example clinic" in sheet for sheet in sheets)


def test_it_can_be_read_in_grey() -> None:
    colours = set(re.findall(r"#[0-9a-f]{6}", html_of(*plan("typical"))))

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    contrasts = {colour: 1.05 / (luminance(colour) + 0.05) for colour in colours}
    # Every colour is ink that can be read on white, or so pale that it is nothing but a line or a ground.
    assert {colour: c for colour, c in contrasts.items() if 1.8 < c < 4.5} == {}


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_script_is_drawn_without_a_complaint(language: str) -> None:
    assert pages(pdf_of(table_of(FIVE_SCRIPTS), {"cells": "own", "sessions": 1, "nights": 2}, language)) <= 2


@pytest.mark.long
def test_notices_go_on_in_a_second_column_without_a_second_heading() -> None:
    table, answers, language = plan("typical")
    markup = html_of(table, answers, language)
    assert "continued" not in markup
    assert markup.count("Questions to ask any provider before you pay") == 1
    sheets = text_of(pdf_of(table, answers, language), "-layout").split("\f")
    (sheet,) = [sheet for sheet in sheets if "Questions to ask any provider before you pay" in sheet]
    beside = [line for line in sheet.splitlines() if re.search(r"\S {3,}\S", line)]
    assert len(beside) > 15


@pytest.mark.long
def test_the_same_code_has_one_fingerprint() -> None:
    script = "from estimator.estimates import pdf_document; print(pdf_document.fingerprint())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    pdf_document.fingerprint.cache_clear()
    assert done.stdout.strip() == pdf_document.fingerprint()


# What was left open -----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_document_says_what_is_not_counted_and_what_nobody_answered() -> None:
    table = pricing.read(open_list.OPEN)
    content = pdf_of(table, {**open_list.PLAN, "flights": "1849.50", "infection": True})
    text = squeezed(text_of(content))
    assert squeezed("Likely total, so far") in text
    assert squeezed("Not counted yet: People who come with you; Attendant day and night; Hotel") in text
    assert squeezed("Not answered") in text
    first = squeezed(text_of(content, "-raw", "-l", "1"))
    assert first.index(squeezed("First this must heal.")) < first.index("USD")
    assert squeezed("USD 1,849.50") in text
    assert squeezed("1,849.5 ×") not in text
    with pikepdf.open(io.BytesIO(content)) as document:
        attached = json.loads(document.attachments["estimate.json"].get_file().read_bytes())
    assert "hotel_nights" in attached["not_counted"]
    assert attached["answers"]["flights"] == "1849.5"


@pytest.mark.long
def test_a_line_that_a_package_pays_in_part_says_so_on_paper() -> None:
    table = pricing.read(open_list.OPEN)
    plan = {**open_list.PLAN, "room": "semi_private", "nights": 14, "rehab_days": 12}
    text = squeezed(text_of(pdf_of(table, plan), "-raw"))
    assert squeezed("2 sessions, 1 in the package, 1 to pay") in text
    assert squeezed("paid by “Umbilical") not in text, "it stands in the package already"
