"""What a document tells who has it read aloud, as other programs find it: headers, links, feet of pages, languages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from estimator.pdf import renderer
from tests.support.example_papers import structure

MADE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)

TEXT = """
<!doctype html><html lang="en"><head><title>One</title>
<style>@page { @bottom-left { content: "whose it is" } @bottom-right { content: counter(page) } }
caption .below { display: block }</style></head><body>
<h1>One</h1>
<p lang="fr">Bonjour <a href="https://example.org/"><bdi>https://example.org/</bdi></a></p>
<table>
<caption>Pairs <span class="below">in two columns</span></caption>
<thead><tr><th scope="col">Part</th><th scope="col">Sum</th>
<th scope="col">Part</th><th scope="col">Sum</th></tr></thead>
<tbody><tr><th scope="row">first</th><td>1</td><th scope="row">second</th><td>2</td></tr></tbody>
<tbody><tr><th scope="rowgroup" colspan="4">group</th></tr>
<tr><th scope="row">third</th><td colspan="3">3</td></tr></tbody>
<tbody><tr><th scope="row">fourth</th><td>4</td></tr></tbody>
</table></body></html>
"""


@pytest.fixture(scope="module")
def document() -> Iterator[pikepdf.Pdf]:
    """Return a small document, opened."""
    with pikepdf.open(io.BytesIO(renderer.document(TEXT, created=MADE))) as opened:
        yield opened


def kinds(document: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    return [element for element in structure(document) if element.get("/S") == kind]


def marked(document: pikepdf.Pdf) -> list[tuple[str, Any]]:
    """Return what each piece of the first page is marked with, and how."""
    found = []
    for instruction in pikepdf.parse_content_stream(document.pages[0]):
        if str(instruction.operator) in ("BDC", "BMC"):
            name, *more = instruction.operands
            found.append((str(name), more[0] if more else None))
    return found


def test_every_piece_of_text_is_in_the_structure_and_the_foot_is_an_artifact(document: pikepdf.Pdf) -> None:
    pieces = marked(document)
    numbers = {int(how.MCID) for _name, how in pieces if how is not None and "/MCID" in how}
    named = set()
    for element in structure(document):
        kids: Any = element.get("/K", [])
        named |= {
            int(kid) for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if isinstance(kid, int)
        }
    assert numbers == named
    feet = [how for name, how in pieces if name == "/Artifact" and how is not None]
    assert [(str(how.Type), str(how.Subtype)) for how in feet] == [("/Pagination", "/Footer")] * 2


def test_an_element_in_a_link_is_no_second_link(document: pikepdf.Pdf) -> None:
    assert len(document.pages[0].Annots) == 1
    (link,) = kinds(document, "/Link")
    assert [str(kid.get("/Type")) for kid in link.K if isinstance(kid, pikepdf.Dictionary)].count(
        "/OBJR"
    ) == 1


def test_a_header_says_whose_header_it_is(document: pikepdf.Pdf) -> None:
    scopes = [str(cell.A.Scope) for cell in kinds(document, "/TH")]
    assert scopes == ["/Column"] * 4 + ["/Row"] * 5


def test_a_cell_belongs_to_the_nearest_header_of_its_row_and_to_that_of_its_group(
    document: pikepdf.Pdf,
) -> None:
    names = {bytes(cell.ID): number for number, cell in enumerate(kinds(document, "/TH"))}
    part, money, other_part, other_money, first, second, group, third, fourth = range(9)
    assert [[names[bytes(name)] for name in cell.A.Headers] for cell in kinds(document, "/TD")] == [
        [first, money],
        [second, other_money],
        [group, third, money, other_part, other_money],
        [fourth, money],
    ]
    assert part == 0


def test_there_is_no_caption_in_a_caption(document: pikepdf.Pdf) -> None:
    (caption,) = kinds(document, "/Caption")
    assert str(caption.P.S) == "/Table"


def test_a_text_in_another_language_says_so(document: pikepdf.Pdf) -> None:
    assert [str(element.Lang) for element in kinds(document, "/P")] == ["fr"]


def test_a_table_whose_caption_is_alone_on_a_page_has_its_headers_on_the_next() -> None:
    caption = "<br>".join(["What it is about"] * 60)
    page = TEXT.replace("Pairs <span", f"{caption} <span").replace(
        "<h1>One</h1>", "<h1>One</h1>" + "<p>one</p>" * 20
    )
    with pikepdf.open(io.BytesIO(renderer.document(page, created=MADE))) as document:
        assert len(document.pages) == 3
        assert len(kinds(document, "/TD")) == 4


def test_a_block_in_an_entry_of_a_list_is_its_body() -> None:
    entry = "<li><div>" + "one <br>" * 90 + "</div></li>"
    page = TEXT.replace("<table>", f"<ul>{entry}</ul><table>")
    with pikepdf.open(io.BytesIO(renderer.document(page, created=MADE))) as document:
        bodies = [[str(kid.S) for kid in entry.K].count("/LBody") for entry in kinds(document, "/LI")]
        assert bodies == [1] * len(document.pages), "one on each page"


def test_what_a_broken_line_leaves_empty_is_no_element() -> None:
    text = """<!doctype html><html lang="en"><head><title>One</title></head><body>
    <p style="width: 40mm"><span>Demonstrations</span><span> demonstrations</span></p>
    <p>Tick <span style="display: inline-block; width: 3mm; height: 3mm"></span> <span>this</span></p></body></html>"""
    with pikepdf.open(io.BytesIO(renderer.document(text, created=MADE))) as opened:
        spans = kinds(opened, "/Span")
    assert spans
    assert [span for span in spans if not len(span.get("/K", []))] == []
