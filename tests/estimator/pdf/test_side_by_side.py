"""A document in two languages: every line of both, figures once, the second one marked as what it is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pikepdf
import pytest
from flask import Flask

from estimator.estimates import pdf_document
from estimator.i18n import reader
from estimator.pdf import side_by_side
from pricing import canonical_json, estimate
from pricing.table import PriceTable
from tests.support.example_papers import DELHI, TABLES, pair_of, side_of, structure, table_of, text_of
from tests.support.profile import sampled

OTHERS = ["ar", "fr", "es", "ru", "hi", "bn"]


def laid(first: str, second: str, tag: str = "en") -> str:
    """Return what stands in the body of two documents that are laid over each other."""
    one, other = (f"<html><head></head><body>{body}</body></html>" for body in (first, second))
    made = side_by_side.paired(one, other, reader(tag))
    found = re.search("<body>(.*)</body>", made, re.DOTALL)
    assert found is not None
    return found[1].strip()


@pytest.mark.parametrize(
    ("first", "second", "comes_to"),
    [
        ("<p>Oui</p>", "<p>Yes</p>", '<p>Oui <span class="second" lang="en" dir="ltr">Yes</span></p>'),
        ("<p>Taxes</p>", "<p>Taxes</p>", "<p>Taxes</p>"),
        ("<td>USD\u00a02\u202f950,00</td>", "<td>USD\u00a02,950.00</td>", "<td>USD\u00a02\u202f950,00</td>"),
        (
            '<td class="money">au moins USD\u00a02\u202f950,00</td>',
            '<td class="money">at least USD\u00a02,950.00</td>',
            '<td class="money">au moins USD\u00a02\u202f950,00 '
            '<span class="second" lang="en" dir="ltr">at least</span></td>',
        ),
        (
            '<td class="count">3 nuits</td>',
            '<td class="count">3 nights</td>',
            '<td class="count">3 nuits <span class="second" lang="en" dir="ltr">nights</span></td>',
        ),
        (
            "<td>3 nuits</td>",
            "<td>3 nights</td>",
            '<td>3 nuits <span class="second" lang="en" dir="ltr">3 nights</span></td>',
        ),
        (
            '<td class="range"><bdi>1,00 à 2,00</bdi></td>',
            '<td class="range"><bdi>1.00 to 2.00</bdi></td>',
            '<td class="range"><bdi dir="ltr">1,00 – 2,00</bdi></td>',
        ),
        (
            '<td class="range"><bdi>\N{MINUS SIGN}80,00 à \N{MINUS SIGN}40,00</bdi></td>',
            '<td class="range"><bdi>\N{MINUS SIGN}80.00 to \N{MINUS SIGN}40.00</bdi></td>',
            '<td class="range"><bdi dir="ltr">\N{MINUS SIGN}80,00 \N{EN DASH} \N{MINUS SIGN}40,00</bdi></td>',
        ),
        (
            '<td class="range">\N{MINUS SIGN}80,00 à 40,00</td>',
            '<td class="range">\N{MINUS SIGN}80.00 to \N{MINUS SIGN}40.00</td>',
            '<td class="range">\N{MINUS SIGN}80,00 à 40,00 '
            '<span class="second" lang="en" dir="ltr">\N{MINUS SIGN}80.00 to \N{MINUS SIGN}40.00</span></td>',
        ),
        (
            '<td class="money">moins \N{MINUS SIGN}5,00</td>',
            '<td class="money">less 5.00</td>',
            '<td class="money">moins \N{MINUS SIGN}5,00 '
            '<span class="second" lang="en" dir="ltr">less 5.00</span></td>',
        ),
        (
            '<td class="money">Палата на 4 места</td>',
            '<td class="money">Ward of 4 beds</td>',
            '<td class="money">Палата на 4 места '
            '<span class="second" lang="en" dir="ltr">Ward of 4 beds</span></td>',
        ),
        (
            '<td class="count">Chambre à 4 lits</td>',
            '<td class="count">4-bed ward</td>',
            '<td class="count">Chambre à 4 lits <span class="second" lang="en" dir="ltr">4-bed ward</span></td>',
        ),
        (
            '<li><span>Un</span> <a href="https://a.example">a.example</a></li>',
            '<li><span>One</span> <a href="https://a.example">a.example</a></li>',
            '<li><div><span>Un</span> <a href="https://a.example">a.example</a> '
            '<span class="second" lang="en" dir="ltr"><span>One</span> </span></div></li>',
        ),
        (
            '<p><span class="name">Jour</span> <span class="said">1er mai</span></p>',
            '<p><span class="name">Day</span> <span class="said">1 May</span></p>',
            '<p><span class="name">Jour <span class="second" lang="en" dir="ltr">Day</span></span>'
            '<span class="said">1er mai <span class="second" lang="en" dir="ltr">1 May</span></span></p>',
        ),
        ("<p>a &lt; b &amp; c</p>", "<p>a &lt; b &amp; c</p>", "<p>a &lt; b &amp; c</p>"),
    ],
    ids=[
        *("text", "same", "figure", "money", "count", "answer", "range", "range below nothing"),
        *("signs that differ", "a sign in one only", "a figure within", "a figure in a word"),
        *("link", "head", "escaped"),
    ],
)
def test_each_line_has_the_other_below_it_and_figures_stand_once(
    first: str, second: str, comes_to: str
) -> None:
    assert laid(first, second) == comes_to


def test_what_only_one_language_says_is_lost_in_neither() -> None:
    first = '<th>Un<div class="note">note</div></th>'
    second = '<th>One<div class="steps">steps &amp; more</div></th>'
    below = '<span class="second" lang="en" dir="ltr">{}</span>'
    assert laid(first, second) == (
        f'<th>Un {below.format("One")}<div class="note">note</div>'
        f'<div class="steps"> {below.format("steps &amp; more")}</div></th>'
    )


BELOW = ' <span class="second" lang="en" dir="ltr">{}</span>'


@pytest.mark.parametrize(
    ("first", "second", "comes_to"),
    [
        (
            "<tbody><tr><th>Un</th><td>1,00</td></tr></tbody>",
            "<tbody><tr><th>New</th><td>7.00</td></tr><tr><th>One</th><td>1.00</td></tr></tbody>",
            f"<tbody><tr><th>{BELOW.format('New')}</th><td>{BELOW.format('7.00')}</td></tr>"
            f"<tr><th>Un{BELOW.format('One')}</th><td>1,00</td></tr></tbody>",
        ),
        (
            "<tbody><tr><th>Neuf</th><td>7,00</td></tr><tr><th>Un</th><td>1,00</td></tr></tbody>",
            "<tbody><tr><th>One</th><td>1.00</td></tr></tbody>",
            "<tbody><tr><th>Neuf</th><td>7,00</td></tr>"
            f"<tr><th>Un{BELOW.format('One')}</th><td>1,00</td></tr></tbody>",
        ),
        (
            "<ul><li>Un</li></ul>",
            "<ul><li>One</li><li>Two <b>and</b> more<p>Also</p></li></ul>",
            f"<ul><li><div>Un{BELOW.format('One')}</div></li>"
            f"<li><div>{BELOW.format('Two <b>and</b> more')}<p>{BELOW.format('Also')}</p></div></li></ul>",
        ),
        (
            "<h1>Un</h1>",
            '<h1>One</h1><h2>New</h2><table><colgroup><col class="a"></colgroup><tr><td>7</td></tr></table>',
            f"<h1>Un{BELOW.format('One')}</h1><h2>{BELOW.format('New')}</h2>"
            f'<table><colgroup><col class="a"></colgroup><tr><td>{BELOW.format("7")}</td></tr></table>',
        ),
    ],
    ids=["a row too many below", "a row too many above", "a point of a list", "a whole table"],
)
def test_what_only_one_language_has_keeps_its_place_in_tables_and_lists(
    first: str, second: str, comes_to: str
) -> None:
    assert laid(first, second) == comes_to


def test_a_second_language_from_right_to_left_says_so() -> None:
    assert laid("<p>Yes</p>", "<p>نعم</p>", "ar") == (
        '<p>Yes <span class="second" lang="ar" dir="rtl">نعم</span></p>'
    )


@pytest.fixture
def table() -> PriceTable:
    """Return the price list of Delhi."""
    return table_of(next(path for path in TABLES if path.stem == "delhi"))


@pytest.mark.parametrize("language", sampled(["ar"], OTHERS))
def test_every_word_of_both_languages_stands_in_the_document(
    language: str, app: Flask, table: PriceTable
) -> None:
    answers = DELHI["typical"]
    breakdown = estimate(table, answers).as_dict()
    ours, others = (
        pdf_document.page(breakdown, table, side_of(table, tag), list(answers)) for tag in (language, "en")
    )
    both = html5lib.parse(side_by_side.paired(ours, others, reader("en")), namespaceHTMLElements=False)
    below = [element for element in both.iter("span") if element.get("class") == "second"]
    assert len(below) > 150
    assert {(element.get("lang"), element.get("dir")) for element in below} == {("en", "ltr")}
    for single in (ours, others):
        parsed = html5lib.parse(single, namespaceHTMLElements=False)
        assert words(parsed) - words(both) == set()
        assert figures(parsed) - figures(both) == set()


def words(page: Element) -> set[str]:
    """Return the words of a document, without those between the ends of a range, which become a dash."""
    return set(re.findall(r"[^\W\d]{2,}", " ".join(texts(page, without="range"))))


def figures(page: Element) -> set[str]:
    """Return the digits of every figure in a document."""
    return {re.sub(r"\D", "", one) for one in re.findall(r"\d(?:[\d\s.,]*\d)?", "|".join(texts(page)))}


def texts(element: Element, without: str | None = None) -> Iterator[str]:
    """Yield the texts below the body of a page, without those of one class and of pictures."""
    if element.tag in ("head", "svg") or (without and element.get("class") == without):
        return
    yield element.text or ""
    for child in element:
        yield from texts(child, without)
        yield child.tail or ""


@pytest.mark.long
def test_what_a_document_in_two_languages_carries_is_what_the_one_in_one_language_does(
    app: Flask, table: PriceTable
) -> None:
    answers = DELHI["package"]
    first, again = (pair_of(table, answers, "ru", "en") for _time in range(2))
    assert first == again, "the same to the byte"
    with pikepdf.open(io.BytesIO(first)) as document:
        assert str(document.Root.Lang) == "ru"
        assert str(document.docinfo.Title) == "Расчёт стоимости EST-2222-3333"
        carried = document.attachments["estimate.json"].get_file().read_bytes()
        assert carried == canonical_json(estimate(table, answers).as_dict())
        marked = [element for element in structure(document) if element.get("/Lang") == "en"]
        assert len(marked) > 150
    for sheet in text_of(first, "-bbox").split("<page ")[1:]:
        width, height = (float(re.search(f'{name}="([0-9.]+)"', sheet)[1]) for name in ("width", "height"))  # type: ignore[index]
        assert max(map(float, re.findall('xMax="([0-9.]+)"', sheet))) < width - 30
        assert max(map(float, re.findall('yMax="([0-9.]+)"', sheet))) < height - 11, (
            "4 mm, which printers need"
        )
    text = " ".join(text_of(first).split())
    assert re.search(r"\b([5-9])/\1$", text)
    for said in ("Расчёт стоимости", "Cost estimate · not a firm price", "Where the money goes"):
        assert said in text
