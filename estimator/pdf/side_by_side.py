"""A document in two languages: each line with the same line in the other language below it, figures once.

The document is drawn twice, from the same template and the same record, and the two are laid over each other element
by element. So nothing is said in one of the languages only because somebody forgot it: the words of rows, of messages
and of templates all arrive in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Protocol

from markupsafe import Markup, escape

_VOID = {"br", "col", "img"}

_INLINE = {"a", "b", "bdi", "em", "span", "strong"}

_OWN_LINE = {"name", "said", "more"}
"""Classes of inline elements that are drawn as cells or blocks: each has its own line in the other language."""

_KEPT = {"svg", "img"}
"""Pictures: they are there once, and what is said about them is in the document's language."""

_FIGURE = re.compile(r"[0-9](?:[0-9\s.,'’]*[0-9])?")
_AMOUNT = re.compile(rf"(?:(?<!\w)[+\N{{MINUS SIGN}}-])?(?:[A-Z]{{3}}\s)?{_FIGURE.pattern}")

_SIGNS = re.compile("[\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\u2066-\u2069\u202a-\u202e]")


class Language(Protocol):
    """The language of the lines that are put below the others."""

    @property
    def tag(self) -> str:
        """Its tag."""

    @property
    def direction(self) -> str:
        """Return "ltr" or "rtl"."""


@dataclass(frozen=True)
class Element:
    """An element of a document: its start as it was written, its classes, and what is inside."""

    tag: str
    start: str
    classes: str = ""
    inside: list[Node] = field(default_factory=list)


Node = Element | str


def paired(first: str, second: str, language: Language) -> str:
    """Return the first of two documents with each line of the second one below its own, marked with its language.

    A line that says the same, or differs only in how figures are grouped, stands once. One template has made both.
    """
    head, body = first.split("<body>", 1)
    lines = _children(_parsed(body), _parsed(second.split("<body>", 1)[1]), language)
    return f"{head}<body>{_written(lines)}</body>\n</html>\n"


class _Parser(HTMLParser):
    """Reads our own templates, in which every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("body", "")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, self.get_starttag_text() or "", dict(attrs).get("class") or "")
        self.open[-1].inside.append(made)
        if tag not in _VOID and not made.start.endswith("/>"):
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("body", "html"):
            return
        closed = self.open.pop()
        if closed.tag != tag:
            raise ValueError(f"<{closed.tag}> is ended by </{tag}>")

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def _parsed(body: str) -> list[Node]:
    parser = _Parser()
    parser.feed(body)
    parser.close()
    return parser.open[0].inside


def _written(nodes: Iterable[Node]) -> str:
    return "".join(map(_node, nodes))


def _node(node: Node) -> str:
    if isinstance(node, str):
        return str(escape(node))
    if node.tag in _VOID or node.start.endswith("/>"):
        return node.start
    return f"{node.start}{_written(node.inside)}</{node.tag}>"


def _text(nodes: Iterable[Node]) -> str:
    return "".join(node if isinstance(node, str) else _text(node.inside) for node in nodes)


def _said(nodes: Iterable[Node]) -> str:
    """Return what a line says, the same for every way of grouping figures."""
    text = _FIGURE.sub(lambda found: re.sub("[^0-9]", "", found[0]), _SIGNS.sub("", _text(nodes)))
    return " ".join(text.split())


def _children(
    first: Sequence[Node], second: Sequence[Node], language: Language, classes: str = ""
) -> list[Node]:
    """Return what is inside one of two elements that belong together, with the lines of the other."""
    ours, theirs = _pieces(first), _pieces(second)
    made: list[Node] = []
    for mine, other in _aligned(ours, theirs):
        if isinstance(mine, Element):
            made.append(mine if other is None else _element(mine, other, language))
        elif mine is not None:
            made += mine if other is None else _line(mine, other, language, classes)
        elif other is not None:
            made += _alone(other, language)
    return made


def _alone(other: Piece, language: Language) -> list[Node]:
    """Return what only the other language says: elements stay what they are, so that tables and lists stay whole."""
    if not isinstance(other, Element):
        return _marked(other, language)
    if other.tag in _KEPT:
        return [other]
    inside = [node for piece in _pieces(other.inside) for node in _alone(piece, language)]
    return [_with(other, inside)]


def _element(mine: Element, other: Piece, language: Language) -> Element:
    if mine.tag in _KEPT or not isinstance(other, Element):
        return mine
    return _with(mine, _children(mine.inside, other.inside, language, mine.classes))


def _with(element: Element, inside: list[Node]) -> Element:
    if element.tag == "li" and inside != element.inside:
        # One body for both lines, also where a page ends between them.
        inside = [Element("div", "<div>", inside=inside)]
    return replace(element, inside=inside)


Piece = Element | list["Node"]
"""A block, or a line: a run of text and of inline elements."""


def _pieces(nodes: Sequence[Node]) -> list[Piece]:
    pieces: list[Piece] = []
    for node in nodes:
        if isinstance(node, Element) and (node.tag not in _INLINE or _OWN_LINE & set(node.classes.split())):
            pieces.append(node)
        elif pieces and isinstance(pieces[-1], list):
            pieces[-1].append(node)
        elif not isinstance(node, str) or node.strip():
            pieces.append([node])
    return pieces


def _aligned(ours: list[Piece], theirs: list[Piece]) -> Iterator[tuple[Piece | None, Piece | None]]:
    """Put together the blocks and lines that belong together; what only one language says has none at its side.

    Where one has more, figures tell which rows are the same: as many as can be are put together, and of the ways to
    do so the one in which the most have the same figures.
    """
    kinds, others = map(_kinds, (ours, theirs))
    if kinds == others:
        yield from zip(ours, theirs, strict=True)
        return
    figures, their_figures = map(_figures, (ours, theirs))

    def alike(at: int, to: int) -> int:
        if kinds[at] != others[to]:
            return 0
        return 3 if figures[at] and figures[at] == their_figures[to] else 2

    best = [[0] * (len(theirs) + 1) for _at in range(len(ours) + 1)]
    for at in reversed(range(len(ours))):
        for to in reversed(range(len(theirs))):
            together = alike(at, to) and alike(at, to) + best[at + 1][to + 1]
            best[at][to] = max(together, best[at + 1][to], best[at][to + 1])
    at = to = 0
    while at < len(ours) and to < len(theirs):
        if (like := alike(at, to)) and best[at][to] == like + best[at + 1][to + 1]:
            yield ours[at], theirs[to]
            at, to = at + 1, to + 1
        elif best[at][to] == best[at + 1][to]:
            yield ours[at], None
            at += 1
        else:
            yield None, theirs[to]
            to += 1
    yield from ((piece, None) for piece in ours[at:])
    yield from ((None, piece) for piece in theirs[to:])


def _kinds(pieces: Iterable[Piece]) -> list[str]:
    """Return what tells blocks and lines apart: element and classes, nothing for a line."""
    return [f"{piece.tag}.{piece.classes}" if isinstance(piece, Element) else "" for piece in pieces]


def _figures(pieces: Iterable[Piece]) -> list[list[str]]:
    """Return the figures in each block and line, the same for every way of grouping them."""
    return [_amounts([piece] if isinstance(piece, Element) else piece)[1] for piece in pieces]


def _line(mine: list[Node], other: Piece, language: Language, classes: str) -> list[Node]:
    """Return a line with the other one below it, as far as that says something else."""
    assert isinstance(other, list)
    if _said(mine) == _said(other):
        return mine
    kinds = set(classes.split())
    if "range" in kinds and (ends := _same_figures(mine, other, 2)):
        return [Element("bdi", '<bdi dir="ltr">', inside=[" \N{EN DASH} ".join(ends)])]
    if kinds & {"money", "count"} and _same_figures(mine, other, 1):
        rest = _without_figure(other)
        if rest is not None:
            return [*mine, *_marked([rest], language)] if rest else mine
    return [*mine, *_marked(_without_links_of(mine, other), language)]


def _without_figure(other: list[Node]) -> str | None:
    """Return a line without the figure that it begins or ends with; None if that stands within the text or a word."""
    text = " ".join(_SIGNS.sub("", _text(other)).split())
    figure = _AMOUNT.search(text)
    assert figure is not None
    before, after = text[: figure.start()], text[figure.end() :]
    if before and after:
        return None
    rest = before or after
    return rest.strip() if not rest or before.endswith(" ") or after.startswith(" ") else None


def _same_figures(mine: list[Node], other: list[Node], number: int) -> list[str]:
    """Return the figures of a line as it writes them, if there are so many and the other has the same ones."""
    (ours, plain), (_theirs, others) = _amounts(mine), _amounts(other)
    return ours if len(ours) == number and plain == others else []


def _amounts(nodes: Iterable[Node]) -> tuple[list[str], list[str]]:
    """Return the figures of a line with their signs, as it writes them and as every language does."""
    written = _AMOUNT.findall(_SIGNS.sub("", _text(nodes)))
    return written, [re.sub("[\\s.,'’]", "", found).replace("-", "\N{MINUS SIGN}") for found in written]


def _without_links_of(mine: list[Node], other: list[Node]) -> list[Node]:
    """Leave out the links that stand beside a text, not in it, and are there already."""
    if any(isinstance(node, str) and node.strip() for node in other):
        return other
    there = {node.start for node in mine if isinstance(node, Element) and node.tag == "a"}
    return [node for node in other if not (isinstance(node, Element) and node.start in there)]


def _marked(nodes: Sequence[Node], language: Language) -> list[Node]:
    start = Markup('<span class="second" lang="{}" dir="{}">').format(language.tag, language.direction)
    return [" ", Element("span", start, "second", list(nodes))]
