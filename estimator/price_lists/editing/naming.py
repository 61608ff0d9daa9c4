"""Fields that name other entries, as people read them: with labels in place of codes, both ways.

What is written with labels is read back exactly; where that could not be, the codes stay. Codes are always understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from estimator.i18n import gettext as _
from estimator.price_lists.editing.columns import Field
from estimator.price_lists.editing.document import Data, entries, languages
from estimator.price_lists.editing.forms import listed_label

WORDED = ("condition", "covers", "factors", "names")

_SEPARATING = re.compile(r"""[,;:=<>|×"“”„\n]""")
_QUOTED = re.compile(r"""["“”„]([^"“”„\n]*)["“”„]""")
_CODE = re.compile(r"[^\s=<>:,;×]+")
_BETWEEN = re.compile(r"[,;×\n]\s*")
_AFTER = re.compile(r"\s*(?:\Z|[,;:=<>×\n]|(?:month|from|until|to)\b|[0-9])", re.IGNORECASE)


def is_worded(field: Field) -> bool:
    """Whether a field names other entries, and not languages."""
    return field.kind in WORDED and field.key != "languages"


def labelled(data: Data, *sections: tuple[str, ...]) -> dict[str, str]:
    """Return what entries are called, by code; of several with one name, each with its code."""
    tags = languages(data)
    found = {
        code: " ".join(listed_label(part, tags).split()) or code
        for section in sections
        for code, part in entries(data, section).items()
    }
    return told_apart(found)


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels of which no two are the same: of several alike, each has its code behind it."""
    times = Counter(labels.values())
    return {code: label if times[label] == 1 else f"{label} ({code})" for code, label in labels.items()}


class _Labels:
    """The labels of some entries by code, and what is needed to find one at the beginning of a text."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = said
        self.codes: dict[str, str] = {}
        for code, label in said.items():
            self.codes.setdefault(label.casefold(), code)
        self.lengths = sorted({len(label) for label in self.codes}, reverse=True)

    def longest(self, text: str) -> tuple[str, int] | None:
        """Return the code of the longest label with which a text begins, and where it ends; None for none."""
        begun = text[: self.lengths[0]] if self.lengths else ""
        folded = begun.casefold()
        if len(folded) != len(begun):
            return None
        for length in self.lengths:
            if folded[:length] in self.codes and _AFTER.match(text, length):
                return self.codes[folded[:length]], length
        return None


_NONE = _Labels({})


class Names:
    """What the entries of a list are called in its fields."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._known: dict[tuple[str, str], str] = {}
        drivers = entries(data, ("driver",))
        self._kinds = {code: part.get("kind") for code, part in drivers.items() if isinstance(part, dict)}
        self._questions = _Labels(labelled(data, ("driver",)))

    @property
    def numbers(self) -> dict[str, str]:
        """What the questions for a number are called, by code."""
        return {
            code: label for code, label in self._questions.said.items() if self._kinds.get(code) == "number"
        }

    @cached_property
    def _answers(self) -> dict[str, _Labels]:
        drivers = entries(self._data, ("driver",))
        return {code: _Labels(labelled(self._data, ("driver", code, "choice"))) for code in drivers}

    @cached_property
    def _charges(self) -> _Labels:
        return _Labels(labelled(self._data, ("charge",)))

    @cached_property
    def _costs(self) -> _Labels:
        return _Labels(labelled(self._data, ("group",), ("charge",), ("package",)))

    def worded(self, kind: str, text: str) -> str:
        """Return the text of a field with labels; the text itself if that could not be read back."""
        if (kind, text) not in self._known:
            ways = (self._through(kind, text, way) for way in (_said, _quoted))
            self._known[kind, text] = next((said for said in ways if self.coded(kind, said) == text), text)
        return self._known[kind, text]

    def coded(self, kind: str, text: str) -> str:
        """Return the text of a field with codes; what is no name of the list stays as it is."""
        return self._through(kind, text, _code)

    def _through(self, kind: str, text: str, each: Callable[[str, _Labels], tuple[str, int]]) -> str:
        match kind:
            case "factors":
                return ", ".join(_listed(text, self._questions, each))
            case "names":
                return ", ".join(_listed(text, self._costs, each))
            case "covers":
                return "\n".join(self._cover(line, each) for line in text.splitlines() if line.strip())
        return "\n".join(self._test(line, each) for line in text.splitlines() if line.strip())

    def _cover(self, line: str, each: Callable[[str, _Labels], tuple[str, int]]) -> str:
        name, end = each(line.strip(), self._charges)
        units = line.strip()[end:].strip().removeprefix(":").strip()
        is_all = units.casefold() in ("all", _("all").casefold())
        return f"{name}: {'all' if is_all else units}"

    def _test(self, line: str, each: Callable[[str, _Labels], tuple[str, int]]) -> str:
        name, end = each(line.strip(), self._questions)
        rest = line.strip()[end:].strip()
        code = name if each is _code else _code(line.strip(), self._questions)[0]
        if self._kinds.get(code) == "choice" and rest.startswith("="):
            rest = f"= {', '.join(_listed(rest[1:], self._answers.get(code, _NONE), each))}"
        elif self._kinds.get(code) == "yes_no" and rest.startswith("="):
            word = rest[1:].strip()
            rest = f"= {({_('Yes').casefold(): 'yes', _('No').casefold(): 'no'}).get(word.casefold(), word)}"
        return f"{name} {rest}".strip()


def _listed(text: str, labels: _Labels, each: Callable[[str, _Labels], tuple[str, int]]) -> Iterator[str]:
    """Yield the names that stand in a text with something between them."""
    left = text.strip()
    while left:
        name, end = each(left, labels)
        if end == 0:  # nothing that could be a name: what stands there up to the next one
            following = _BETWEEN.search(left, 1)
            end = len(left) if following is None else following.start()
            name = left[:end].strip()
        yield name
        left = left[end:].lstrip()
        between = _BETWEEN.match(left)
        left = left[between.end() :] if between else left


def _said(text: str, labels: _Labels) -> tuple[str, int]:
    """Return the label of the code at the beginning of a text, and where the code ends."""
    found = _CODE.match(text)
    if found is None:
        return "", 0
    label = labels.said.get(found[0])
    if label is None:
        return found[0], found.end()
    return (f"“{label}”" if _SEPARATING.search(label) else label), found.end()


def _quoted(text: str, labels: _Labels) -> tuple[str, int]:
    """Return the same in quotation marks, whatever stands in it."""
    said, end = _said(text, labels)
    return (f"“{said}”" if said.casefold() in labels.codes else said), end


def _code(text: str, labels: _Labels) -> tuple[str, int]:
    """Return the code of the name at the beginning of a text, a code or a label, and where the name ends."""
    quoted = _QUOTED.match(text)
    if quoted:
        code = labels.codes.get(" ".join(quoted[1].split()).casefold())
        if code is not None:
            return code, quoted.end()
    found = labels.longest(text)
    plain = _CODE.match(text)
    if plain and plain[0] in labels.said and (found is None or plain.end() >= found[1]):
        return plain[0], plain.end()
    if found is not None:
        return found
    return ("", 0) if plain is None else (plain[0], plain.end())
