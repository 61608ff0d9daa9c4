"""The structure of a document, for whoever has it read aloud: what WeasyPrint's tags leave out or say wrongly.

WeasyPrint 70 builds the tags of PDF/UA, and a validator passes most of them. What a reader hears is another matter:

- A foot of a page was neither a part of the text nor marked as none of it.
- An element inside a link became a second link, outside of it.
- A header had no scope, and a cell with two pairs in a row was said to belong to the headers of both.
- An anonymous block in a caption became a caption in the caption.
- A block in an entry of a list was not its body.
- A table of which only the caption is on a page has no headers there to be named.
- A text in another language was said to be in that of the document.
- What a line that breaks leaves of a text at its end, which is nothing, became an element with nothing in it.

This uses parts of WeasyPrint that are not public; its version is pinned and tests look at what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import pdf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import tags

FOOT = {"Type": "/Pagination", "Subtype": "/Footer"}
"""What the text in the margin of a page is, to who reads the text of the document."""

SCOPES = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}
"""The scope of a header in HTML, and in a PDF."""

_LEAVES = ("/Caption", "/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
"""What is never inside of its own kind; a box that seems so is an anonymous one."""


def is_foot(box: Any) -> bool:
    """Whether the box of a text is in the margin of a page: it belongs to no element."""
    return getattr(box, "element", None) is None


def correct() -> None:
    """Make this process write right tags in every document from now on."""
    tags._build_box_tree = _tree
    pdf.add_links = _own_links


def _own_links(links_and_anchors: Any, *arguments: Any) -> None:
    """Write the links of link elements, without those that elements inside inherited from them."""
    links, anchors = links_and_anchors
    _add_links(([link for link in links if link[3].link], anchors), *arguments)


def _tree(box: Any, parent: Any, *arguments: Any) -> Iterator[Any]:
    """Yield the elements of a box as WeasyPrint does, and correct them."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox):
        return
    passed_through = isinstance(box, boxes.PageBox) or box.element_tag in ("html", "body")
    for element in _build(box, parent, *arguments):
        if not passed_through:
            _corrected(element, box, parent)
        if element["K"] or element["S"] != "/Span":
            yield element


def _corrected(element: Any, box: Any, parent: Any) -> None:
    if element["S"] in _LEAVES and element["S"] == parent["S"]:
        element["S"] = "/NonStruct"
    if element["S"] == "/Div" and parent["S"] == "/LI":
        element["S"] = "/LBody"
    if box.element is None:
        return
    language = box.element.attrib.get("lang")
    if language:
        element["Lang"] = pydyf.String(language)
    if element["S"] == "/TH":
        element["A"]["Scope"] = SCOPES.get(box.element.attrib.get("scope"), "/Column")
    if element["S"] == "/Table" and box.is_table_wrapper and (table := box.get_wrapped_table()):
        _name_headers(table)  # there is none where only the caption is on this page


def _name_headers(table: Any) -> None:
    """Name the headers of each cell as HTML finds them: those of its column, and the nearest ones in its row."""
    columns: dict[int, list[Any]] = {}
    for group in table.children:
        of_group: list[Any] = []
        for row in group.children:
            _name_in_row(row, columns, of_group)


def _name_in_row(row: Any, columns: dict[int, list[Any]], of_group: list[Any]) -> None:
    of_row: list[Any] = []
    after_cell = False
    for cell in row.children:
        spanned = range(cell.grid_x, cell.grid_x + cell.colspan)
        if not hasattr(cell, "mark"):
            continue
        if cell.element_tag == "th":
            name, scope = cell.mark["ID"], cell.element.attrib.get("scope")
            if scope == "row":
                of_row = [name] if after_cell else [*of_row, name]
                after_cell = False
            elif scope == "rowgroup":
                of_group.append(name)
            else:
                for column in spanned:
                    columns.setdefault(column, []).append(name)
        elif cell.element_tag == "td":
            of_column = (name for column in spanned for name in columns.get(column, []))
            cell.mark["A"]["Headers"] = pydyf.Array(dict.fromkeys([*of_group, *of_row, *of_column]))
            after_cell = True


_build = tags._build_box_tree
_add_links = pdf.add_links
