"""Ready parts of a first list: questions with their answers, charges for them without prices, notices of a country.

They are those of the demonstration lists, in each of their languages, without what is true of the demonstration alone:
no price, no source of a price, no remark. Of what an entry says, only the main language of the new list is taken, or
English where the demonstration has none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from estimator.i18n import lazy_gettext as _
from estimator.price_lists.editing.demonstrations import DEMONSTRATIONS, demonstration
from estimator.price_lists.editing.document import (
    Data,
    Path,
    add,
    code_from,
    entries,
    free_code,
    get,
    languages,
    put,
)
from estimator.price_lists.editing.forms import entry_label

CELLS, SESSIONS, ROOM, NIGHTS, REHAB, REHAB_DAYS = (
    "cells",
    "sessions",
    "room",
    "nights",
    "rehab",
    "rehab_days",
)
EVERY_LIST = (CELLS, SESSIONS, NIGHTS, REHAB)
"""The ready questions for what every list has to ask."""

QUESTIONS = (
    CELLS,
    SESSIONS,
    ROOM,
    NIGHTS,
    "icu_nights",
    REHAB,
    REHAB_DAYS,
    "attendant",
    "hotel_nights",
    "transfer",
    "interpreter",
    "flights",
    "own_mri",
)
"""The ready questions, in the order of the form."""

_HELPFUL = (REHAB, "attendant", "hotel_nights", "flights", "own_mri")
"""Those whose help is as true elsewhere."""

_CHARGES = (
    "review",
    "consultation",
    "blood_tests",
    "mri",
    "cells_umbilical",
    "cells_marrow",
    "cells_adipose",
    "theatre",
    "medicines",
    "ward",
    "semi_private",
    "single",
    "deluxe",
    "icu",
    "rounds",
    "attendant",
    "physio",
    "rehab_day",
    "rehab_intensive",
    "robot",
    "airport_car",
    "airport_van",
    "interpreter_talks",
    "interpreter_all_day",
    "flight_tickets",
    "hotel_nights",
)
_PASSED_ON = ("flight_tickets",)
"""What patients type themselves and is passed on as it is: its price is 1 for each."""

_OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    SESSIONS: {"most": 10},
    REHAB_DAYS: {"least": 1, "default": None},
    "flights": {"most": 10_000_000},
}
"""Limits and defaults of the demonstration that are too narrow for other clinics and currencies."""

_OF_ANSWERS = {CELLS: (SESSIONS, "treatment"), ROOM: (NIGHTS, "stay"), REHAB: (REHAB_DAYS, "rehabilitation")}
"""The questions of whose every answer there is a charge: for each of what, and in which group."""

_QUESTION_KEYS = ("kind", "role", "unit", "money", "least", "most", "step", "default", "open")


class ReadyNotice(NamedTuple):
    """A notice of a country: its code, its kind, what it says in the language of a list, and its source."""

    code: str
    kind: str
    text: str
    link: str


class ReadyCharge(NamedTuple):
    """A charge that a list may take, without a price unless patients type it: its code, its entry, its name."""

    code: str
    entry: Data
    label: str


def _said(texts: Any, tag: str) -> dict[str, Any]:
    """What something says in the main language of a list, else in English."""
    return {tag: texts[tag if tag in texts else "en"]}


# Questions


def with_question(data: Data, code: str, answers: Iterable[str] = ()) -> Data:
    """Return data with a ready question, or with more of its ready answers; what is there already stays as it is."""
    tag = languages(data)[0]
    ready = get(demonstration("delhi"), ("driver", code))
    if not isinstance(get(data, ("driver", code)), dict):
        limits = {**ready, **_OTHERWISE.get(code, {})}
        entry = {key: limits[key] for key in _QUESTION_KEYS if limits.get(key) is not None}
        entry["label"] = _said(ready["label"], tag)
        if code == NIGHTS and get(data, ("driver", ROOM)) is None:
            entry["label"] = _said(get(demonstration("japan"), ("driver", NIGHTS, "label")), tag)
            entry["least"] = 0  # somebody may come for the day
        if code in _HELPFUL and "help" in ready:
            entry["help"] = _said(ready["help"], tag)
        if "unit" in entry:
            entry["unit"] = _said(entry["unit"], tag)
        data = add(data, ("driver",), code, entry)
        data = put(data, ("driver",), _in_order(entries(data, ("driver",))))
    for answer in answers:
        if answer in ready_answers(code) and get(data, ("driver", code, "choice", answer)) is None:
            one = ready["choice"][answer]
            kept = {"label": _said(one["label"], tag), **({"no_charge": True} if "no_charge" in one else {})}
            data = add(data, ("driver", code, "choice"), answer, kept)
    return _days_without_programme(data)


def _in_order(found: Mapping[str, Any]) -> dict[str, Any]:
    """Questions in the order of the form; others stay at the end."""
    rank = {code: number for number, code in enumerate(QUESTIONS)}
    return {code: found[code] for code in sorted(found, key=lambda code: rank.get(code, len(rank)))}


def _days_without_programme(data: Data) -> Data:
    """Ask for days of rehabilitation only of those who take a programme."""
    days, none = get(data, ("driver", REHAB_DAYS)), get(data, ("driver", REHAB, "choice", "none"))
    if isinstance(days, dict) and none is not None and "unless" not in days:
        return put(data, ("driver", REHAB_DAYS, "unless"), {REHAB: "none"})
    return data


def ready_answers(code: str) -> dict[str, Any]:
    """Return the ready answers to a question by their codes; empty for one that is no choice."""
    found = entries(demonstration("delhi"), ("driver", code, "choice"))
    return {answer: part for answer, part in found.items() if part.get("offered") is not False}


def question_label(code: str, tag: str) -> str:
    """Return what a ready question is called in a language."""
    return entry_label(get(demonstration("delhi"), ("driver", code)), [tag, "en"])


def with_answer(data: Data, question: str, label: str) -> tuple[Data, str]:
    """Return data with an answer of somebody's own to a question that is there, and the code of it."""
    section: Path = ("driver", question, "choice")
    code = free_code(data, section, code_from(label) or "answer")
    return add(data, section, code, {"label": {languages(data)[0]: label}}), code


# Charges


def ready_charges(data: Data) -> list[ReadyCharge]:
    """Return the charges that a list may take for its questions, without those that it has."""
    found = [*_of_demonstration(data)]
    names = {(question, answer) for one in found for question, answer in _named(one.entry)}
    names |= {pair for entry in entries(data, ("charge",)).values() for pair in _named(entry)}
    names |= {pair for entry in entries(data, ("package",)).values() for pair in _named(entry)}
    found += _of_answers(data, names)
    if get(data, ("driver", ROOM)) is None and get(data, ("driver", NIGHTS)) is not None:
        label = get(demonstration("japan"), ("charge", "hospital_nights", "label"))
        found.append(_charge(data, "hospital_nights", label, "stay", per=NIGHTS))
    there = entries(data, ("charge",))
    return [one for one in found if one.code not in there]


def without_charge(data: Data) -> list[str]:
    """Return what the answers are called that need a charge and have none, of the questions that every list asks."""
    costs = [*entries(data, ("charge",)).values(), *entries(data, ("package",)).values()]
    named = {pair for entry in costs for pair in _named(entry)}
    return [
        entry_label(part, languages(data)) or answer
        for question in _OF_ANSWERS
        for answer, part in entries(data, ("driver", question, "choice")).items()
        if isinstance(part, dict)
        and part.get("no_charge") is not True
        and part.get("offered") is not False
        and (question, answer) not in named
    ]


def with_charge(data: Data, charge: ReadyCharge, price: Any, source: str) -> Data:
    """Return data with a ready charge, on request if it has no price, and with the group that it stands in."""
    tag = languages(data)[0]
    group = str(charge.entry["group"])
    if get(data, ("group", group)) is None:
        ready = get(demonstration("delhi"), ("group", group))
        kept = {key: ready[key] for key in ("total",) if key in ready}
        kept |= {key: _said(ready[key], tag) for key in ("label", "payee") if key in ready}
        data = add(data, ("group",), group, kept)
    entry = dict(charge.entry)
    if price is not None:
        entry["price"] = price
    if "price" in charge.entry:
        entry["source"] = str(_("The amount that the patient types"))
    elif price is None:
        entry["on_request"] = True
    elif source:
        entry["source"] = source
    return add(data, ("charge",), charge.code, entry)


def group_label(data: Data, code: str) -> str:
    """Return what a group is called, in the list or in the ready parts."""
    there = entry_label(get(data, ("group", code)), languages(data))
    return (
        there or entry_label(get(demonstration("delhi"), ("group", code)), [languages(data)[0], "en"]) or code
    )


def _of_demonstration(data: Data) -> Iterator[ReadyCharge]:
    for code in _CHARGES:
        ready = get(demonstration("delhi"), ("charge", code))
        when = _when(data, ready.get("when", {}))
        per = ready.get("per")
        if when is None or (per is not None and get(data, ("driver", per)) is None and per != REHAB_DAYS):
            continue
        if per == REHAB_DAYS and get(data, ("driver", per)) is None:
            per = None
        extra = {"price": 1} if code in _PASSED_ON else {}
        yield _charge(data, code, ready["label"], ready["group"], per=per, when=when, **extra)


def _when(data: Data, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """A condition of the demonstration, as far as a list can have it; None if it can have none of it."""
    kept: dict[str, Any] = {}
    for question, test in wanted.items():
        if get(data, ("driver", question)) is None:
            return None
        if isinstance(test, bool):
            kept[question] = test
            continue
        there = entries(data, ("driver", question, "choice"))
        answers = [answer for answer in (test if isinstance(test, list) else [test]) if answer in there]
        if not answers:
            return None
        kept[question] = answers[0] if len(answers) == 1 else answers
    return kept


def _of_answers(data: Data, named: set[tuple[str, str]]) -> Iterator[ReadyCharge]:
    """A charge for every answer of somebody's own that no other names."""
    for question, (per, group) in _OF_ANSWERS.items():
        for answer, part in entries(data, ("driver", question, "choice")).items():
            if not isinstance(part, dict) or part.get("no_charge") is True or (question, answer) in named:
                continue
            counted = per if get(data, ("driver", per)) is not None else None
            label = {languages(data)[0]: entry_label(part, languages(data)) or answer}
            yield _charge(data, f"{question}_{answer}", label, group, per=counted, when={question: answer})


def _charge(
    data: Data, code: str, label: Mapping[str, str], group: str, *, per: str | None = None, **more: Any
) -> ReadyCharge:
    tag = languages(data)[0]
    said = _said(label, tag)
    entry: dict[str, Any] = {"label": said, "group": group}
    if more.get("when"):
        entry["when"] = more["when"]
    if per is not None:
        entry["per"] = per
    if "price" in more:
        entry["price"] = more["price"]
    # A group of the list may have the code already; charges, packages and groups share theirs.
    taken = code in entries(data, ("group",)) or code in entries(data, ("package",))
    return ReadyCharge(free_code(data, ("charge",), f"{code}_charge") if taken else code, entry, said[tag])


def _named(entry: Any) -> Iterator[tuple[str, str]]:
    """The answers that the condition of an entry names."""
    when = entry.get("when") if isinstance(entry, dict) else None
    for question, test in when.items() if isinstance(when, dict) else ():
        for answer in test if isinstance(test, list) else [test]:
            if isinstance(answer, str):
                yield question, answer


# Notices


def notices_of(country: str, tag: str) -> list[ReadyNotice]:
    """Return what the law of a country says, and what is known of such treatments, each with its source.

    Only notices that are said whatever somebody answers. None of the law for a country of which there is none.
    """
    found: dict[str, ReadyNotice] = {}
    for name in DEMONSTRATIONS:
        data = demonstration(name)
        own = get(data, ("provider", "country")) == country
        for code, entry in entries(data, ("notice",)).items():
            is_of_all = code in ("unproven", "fda")
            if "link" in entry and ((own and entry["kind"] == "legal") or is_of_all):
                text = str(_said(entry["text"], tag)[tag])
                if not any(one.text == text for one in found.values()):
                    found[code] = ReadyNotice(code, entry["kind"], text, entry["link"])
    return list(found.values())


def with_notice(data: Data, wanted: str, kind: str, text: str, link: str = "") -> Data:
    """Return data with one more notice."""
    entry: dict[str, Any] = {"kind": kind, "text": {languages(data)[0]: text}}
    if link:
        entry["link"] = link
    return add(data, ("notice",), free_code(data, ("notice",), wanted), entry)
