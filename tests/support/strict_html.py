"""Parses pages strictly: the first mistake in one is an error.

html5lib reads HTML as the standard says, mistakes included, but takes tens of milliseconds for a page. Pages of one
app are much alike. So what a parser does at a tag or a text depends, in a page that closes whatever it opens, on
nothing but what is open there. What html5lib has accepted somewhere is accepted wherever the same is open; a page
that has only that is built directly, as html5lib would build it. Any other page, and any that is written in an
unusual way, is left to html5lib.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, TreeBuilder

import html5lib

_START = re.compile(r"<!doctype html>[ \t\n]*(?=<html[ >])", re.IGNORECASE)
_ATTRIBUTE = r'[ \t\n]+[A-Za-z][A-Za-z0-9-]*(?:="[^"]*")?'
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)((?:{_ATTRIBUTE})*)[ \t\n]*(/?)>([^<]*)")
_ATTRIBUTES = re.compile(r'[ \t\n]+([A-Za-z][A-Za-z0-9-]*)(?:="([^"]*)")?')
_UNUSUAL = re.compile(
    # Controls, surrogates and what is no character; references besides those that escaping writes.
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0001ffff\U0002fffe-\U0010ffff]"
    r"|&(?!(?:amp|lt|gt|quot|nbsp|#39|#34);)"
)
_EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
_RAW = {name: re.compile(rf"((?:[^<]|<(?![!/]))*)</{name}>([^<]*)") for name in ("script", "style")}
_WITHOUT_FIRST_LINE_END = frozenset(("pre", "textarea", "listing"))
_END = re.compile(r"([ \t\n]*)</html>([ \t\n]*)")
_SVG = "{http://www.w3.org/2000/svg}"


class _Place:
    """What is open somewhere, from <html> on, and what html5lib has accepted there."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.accepted: set[object] = set()
        self.inside: dict[str, _Place] = {}

    def within(self, name: str) -> _Place:
        """Return the place inside of an element that is opened here."""
        if name not in self.inside:
            self.inside[name] = _Place(name)
        return self.inside[name]


_document = _Place()


def parsed(html: str) -> Element:
    """Return the tree of a page; the first mistake in it is an error."""
    page = _Page()
    built = page.built(html)
    if built is not None and all(what in place.accepted for place, what in page.met):
        return built
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    if built is not None and _equal(built, tree):
        for place, what in page.met:
            place.accepted.add(what)
    return tree


class _Unusual(Exception):
    """A page is not written so plainly that it can be built directly."""


class _Page:
    """A page that is built directly; `met` is what it has, each with the place where it stands."""

    def __init__(self) -> None:
        self.met: list[tuple[_Place, object]] = []
        self._builder = TreeBuilder()
        self._open = [_document]
        self._in_svg = False
        self._after_head = False

    def built(self, html: str) -> Element | None:
        """Return the tree of a page that closes whatever it opens; None where it is not as plain as that."""
        start = _START.match(html)
        if start is None or _UNUSUAL.search(html):
            return None
        at = start.end()
        with suppress(_Unusual):
            while tag := _TAG.match(html, at):
                at = tag.end()
                closing, name, attributes, slash, text = tag.groups()
                if closing:
                    self._close(name, bool(attributes or slash))
                    if name == "body":
                        return self._ended(html[tag.start(5) :])
                elif name in _RAW:
                    raw = _RAW[name].match(html, tag.start(5))
                    if raw is None:
                        return None
                    self._begin(name, attributes, slash)
                    self._builder.data(raw[1])
                    self._builder.end(name)
                    at, text = raw.end(), raw[2]
                elif self._begin(name, attributes, slash):
                    self._open.append(self._open[-1].within(name))
                    if name in _WITHOUT_FIRST_LINE_END:
                        text = text.removeprefix("\n")
                if text:
                    self._say(text)
        return None

    def _begin(self, name: str, written: str, slash: str) -> bool:
        """Begin an element, and return whether something may stand in it."""
        attributes = _attributes(written)
        is_empty = name in _EMPTY
        if attributes is None or (name in ("head", "body") and self._after_head != (name == "body")):
            raise _Unusual
        if self._in_svg or name == "svg":
            self.met.append((self._open[-1], (name, *attributes)))
            self._builder.start(f"{_SVG}{name}", dict(attributes))
            self._in_svg = name != "svg" or not slash
            if slash:
                self._builder.end(f"{_SVG}{name}")
            return not slash
        if (slash and not is_empty) or not all(key == key.lower() for key in attributes):
            raise _Unusual
        self.met.append((self._open[-1], (name, attributes.get("type"))))
        self._builder.start(name, dict(attributes))
        if is_empty:
            self._builder.end(name)
        return not is_empty

    def _close(self, name: str, has_more: bool) -> None:
        if name != self._open.pop().name or has_more:
            raise _Unusual
        if name != "body":
            self._builder.end(f"{_SVG}{name}" if self._in_svg else name)
        self._in_svg = self._in_svg and name != "svg"
        self._after_head = name == "head"

    def _say(self, text: str) -> None:
        place = self._open[-1]
        self.met.append((place, not text.strip(" \t\n")))
        if place.name != "html" or self._after_head:
            self._builder.data(unescape(text))

    def _ended(self, rest: str) -> Element:
        """Return the tree at the end of the body, to which the space belongs that follows."""
        end = _END.fullmatch(rest)
        if end is None or len(self._open) != 2:
            raise _Unusual
        self._builder.data(end[1] + end[2])
        self._builder.end("body")
        self._builder.end("html")
        return self._builder.close()


@lru_cache(maxsize=4096)
def _attributes(written: str) -> dict[str, str] | None:
    """Return the attributes of a tag; None if one is there twice. They are shared, and not changed."""
    found = _ATTRIBUTES.findall(written)
    attributes = {name: unescape(value) for name, value in found}
    return attributes if len(attributes) == len(found) else None


def _equal(one: Element, other: Element) -> bool:
    """Whether two trees are the same."""
    return (
        one.tag == other.tag
        and one.attrib == other.attrib
        and (one.text or "") == (other.text or "")
        and (one.tail or "") == (other.tail or "")
        and len(one) == len(other)
        and all(map(_equal, one, other))
    )
