"""The forms of the steps to a first list: what each offers, and what becomes of the draft by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import url_for
from markupsafe import Markup
from wtforms import Field

from estimator import figures
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing import ready
from estimator.price_lists.editing.fields import AMOUNT_HELP, EVIDENCE, NOTICES
from estimator.price_lists.editing.kinds import Around, value_of
from estimator.price_lists.editing.ready import CELLS, NIGHTS, QUESTIONS, REHAB, ROOM, SESSIONS
from estimator.price_lists.editing.starting import needed_notices
from estimator.web.fields import AreaField, ChoiceField, TextField, TickField, TicksField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings
from estimator.web.validators import NotTooLong
from pricing.reading import LONGEST_TEXT

MOST_OWN = 20
"""Maximum number of answers of somebody's own to one question, that are taken at once."""

OPEN_TO_MORE = (CELLS, ROOM, REHAB)
"""The questions to which one can write answers of one's own; there is a charge suggested for each."""


class Step:
    """One page of the way: its form, and what becomes of the draft."""

    form: Any

    @property
    def is_sent(self) -> bool:
        """Whether the form was sent."""
        return bool(self.form.is_submitted())

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with what was said; None, and the errors are at their fields, if something is wrong."""
        raise NotImplementedError

    def shown(self, draft: Draft, data: editing.Data) -> dict[str, Any]:
        """Return what the page shows beside the form."""
        raise NotImplementedError


def _form(fields: Mapping[str, Field]) -> Form:
    """Return a form of these fields, filled with what was sent."""
    made = cast("type[Form]", type("GuideForm", (Form,), dict(fields)))()
    for field in made:
        field.place = f"{field.label.text}:"
    return made


# Questions


class Questions(Step):
    """Ready questions, with answers to take and others to write.

    A type of cells is taken by saying what is known about it, which patients read above the price.
    """

    def __init__(self, data: editing.Data) -> None:
        self.tag = editing.languages(data)[0]
        self.choices = [code for code in QUESTIONS if code != CELLS and ready.ready_answers(code)]
        self.plain = [
            code
            for code in QUESTIONS
            if code not in (*self.choices, CELLS, SESSIONS, NIGHTS)
            and editing.get(data, ("driver", code)) is None
        ]
        self.cells = self._offered(CELLS, data)
        fields: dict[str, Field] = {f"known_{code}": _evidence(said) for code, said in self.cells.items()}
        fields |= {
            "own_cells": _own(_("Other types of cells")),
            "known_own": _evidence(_("What is known about them"), "–"),
        }
        for code in self.choices:
            label = ready.question_label(code, self.tag)
            fields[f"answers_{code}"] = TicksField(label, choices=list(self._offered(code, data).items()))
            if code in OPEN_TO_MORE:
                fields[f"own_{code}"] = _own(_("%(question)s: other answers", question=label))
        labels = [(code, ready.question_label(code, self.tag)) for code in self.plain]
        fields["more"] = TicksField(_("More questions"), choices=labels)
        self.form = _form(fields)

    def _offered(self, code: str, data: editing.Data) -> dict[str, str]:
        """The ready answers to a question that are not in the list, with what they are called."""
        there = editing.entries(data, ("driver", code, "choice"))
        return {
            answer: editing.entry_label(part, [self.tag, "en"])
            for answer, part in ready.ready_answers(code).items()
            if answer not in there
        }

    def chosen(self, code: str) -> list[str]:
        """Return the ready answers that were chosen."""
        if code == CELLS:
            return [answer for answer in self.cells if self.form[f"known_{answer}"].data]
        ticked: list[str] = self.form[f"answers_{code}"].ticked
        return ticked

    def own(self, code: str) -> list[str]:
        """Return the answers that somebody wrote, each once."""
        if code not in OPEN_TO_MORE:
            return []
        lines = (" ".join(line.split()) for line in self.form[f"own_{code}"].data.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with these questions."""
        form = self.form
        form.validate()
        first = form[f"known_{next(iter(self.cells))}"] if self.cells else form["own_cells"]
        for code, said, field in (
            (CELLS, _("Choose what is known about one type of cells at least, or write your own."), first),
            (
                REHAB,
                _("Choose at least one answer, such as that there is no programme, or write your own."),
                form[f"answers_{REHAB}"],
            ),
        ):
            if not (editing.entries(data, ("driver", code, "choice")) or self.chosen(code) or self.own(code)):
                form.refuse(said, field)
        if self.own(CELLS) and not form["known_own"].data:
            form.refuse(
                _("Choose what is known about them. Patients read it above the price."), form["known_own"]
            )
        for code in OPEN_TO_MORE:
            if len(self.own(code)) > MOST_OWN:
                said = _("At most %(most)s answers can be added at once.", most=str(MOST_OWN))
                form.refuse(said, form[f"own_{code}"])
        return None if summary(form) else self._added(data)

    def _added(self, data: editing.Data) -> editing.Data:
        for code in (CELLS, *self.choices):
            data = self._with_answers(data, code)
        for code in self.form["more"].ticked:
            data = ready.with_question(data, code)
        for code, role in ((SESSIONS, "sessions"), (NIGHTS, "hospital_stay")):
            is_needed = code == NIGHTS and editing.get(data, ("driver", ROOM)) is not None
            if is_needed or not _has_role(data, role):
                data = ready.with_question(data, code)
        return data

    def _with_answers(self, data: editing.Data, code: str) -> editing.Data:
        chosen, own = self.chosen(code), self.own(code)
        if chosen or own:
            data = ready.with_question(data, code, chosen)
        known = {answer: f"known_{answer}" for answer in chosen}
        there = {
            editing.entry_label(part, [self.tag]).casefold()
            for part in editing.entries(data, ("driver", code, "choice")).values()
        }
        for label in own:
            if label.casefold() not in there:
                data, answer = ready.with_answer(data, code, label)
                known[answer] = "known_own"
        for answer, name in known.items() if code == CELLS else ():
            data = editing.put(data, ("driver", code, "choice", answer, "evidence"), self.form[name].data)
        return data

    def shown(self, draft: Draft, data: editing.Data) -> dict[str, Any]:
        """Return the questions that are there, and the groups of fields."""
        return {
            "there": [
                {
                    "label": editing.entry_label(part, [self.tag]) or code,
                    "answers": [
                        editing.entry_label(answer, [self.tag]) or own
                        for own, answer in editing.entries(data, ("driver", code, "choice")).items()
                    ],
                    "address": url_for("price_lists.entry", draft_id=draft.id, path=f"driver/{code}"),
                }
                for code, part in editing.entries(data, ("driver",)).items()
            ],
            "cells": [self.form[f"known_{code}"] for code in self.cells],
            "cells_label": ready.question_label(CELLS, self.tag),
            "needed": self._block(REHAB, data),
            "others": [self._block(code, data) for code in self.choices if code != REHAB],
        }

    def _block(self, code: str, data: editing.Data) -> dict[str, Any]:
        return {
            "label": ready.question_label(code, self.tag),
            "answers": self.form[f"answers_{code}"],
            "own": self.form[f"own_{code}"] if code in OPEN_TO_MORE else None,
            "is_there": editing.get(data, ("driver", code)) is not None,
        }


def _evidence(label: str, empty: str | None = None) -> ChoiceField:
    return ChoiceField(
        label,
        choices=[(word, str(said)) for word, said in EVIDENCE.items()],
        empty=empty or _("not offered here"),
        optional=True,
        refusal=_("Choose one from the list."),
    )


def _own(label: str) -> AreaField:
    return AreaField(label, [NotTooLong(LONGEST_TEXT)], render_kw={"rows": 2})


def _has_role(data: editing.Data, role: str) -> bool:
    return any(
        isinstance(part, dict) and part.get("role") == role
        for part in editing.entries(data, ("driver",)).values()
    )


# Charges


class Charges(Step):
    """Suggested charges for the questions, each with a price to fill in; without one it is on request."""

    def __init__(self, data: editing.Data) -> None:
        self.currency = editing.currency_of(data)
        self.offered = ready.ready_charges(data)
        self.waiting = [
            code
            for code, entry in editing.entries(data, ("charge",)).items()
            if isinstance(entry, dict) and entry.get("on_request") is True
        ]
        tags = editing.languages(data)
        fields: dict[str, Field] = {}
        for code in self.waiting:
            label = editing.entry_label(editing.get(data, ("charge", code)), tags) or code
            fields[f"price_of_{code}"] = _price(label)
        for one in self.offered:
            fields[f"take_{one.code}"] = TickField(_("Take “%(charge)s”", charge=one.label))
            if "price" not in one.entry:
                fields[f"price_{one.code}"] = _price(one.label)
        fields["source"] = TextField(
            _("Source of these prices"),
            [NotTooLong(LONGEST_TEXT)],
            description=_("Where they come from. Patients do not see it."),
        )
        self.form = _form(fields)

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with these charges and prices."""
        form = self.form
        form.validate()
        source = form.source.data.strip()
        for code in self.waiting:
            price = self._read(form[f"price_of_{code}"])
            if price is not None:
                place = ("charge", code)
                data = editing.put(editing.put(data, (*place, "on_request"), None), (*place, "price"), price)
                if source:
                    data = editing.put(data, (*place, "source"), source)
        for one in self.offered:
            typed = None if "price" in one.entry else form[f"price_{one.code}"]
            price = None if typed is None else self._read(typed)
            if form[f"take_{one.code}"].data or price is not None:
                data = ready.with_charge(data, one, price, source)
        if not editing.entries(data, ("charge",)) and not summary(form):
            form.refuse(_("Tick at least one charge, or write its price."))
        return None if summary(form) else data

    def _read(self, field: Field) -> Any:
        """Return the price that was typed; None if there is none, or it cannot be read, which is then said."""
        typed = field.data.strip()
        value = value_of("amount", typed, Around(currency=self.currency))
        parts = value.values() if isinstance(value, dict) else (value,)
        if not typed or not any(isinstance(part, str) for part in parts):
            return value
        both = figures.both(typed, self.currency)
        said = _("“%(typed)s” cannot be read here. %(help)s", typed=typed[:60], help=AMOUNT_HELP)
        self.form.refuse(said if both is None else two_readings(typed, both), field)
        return None

    def shown(self, draft: Draft, data: editing.Data) -> dict[str, Any]:
        """Return the rows of the table by group."""
        tags = editing.languages(data)
        rows: dict[str, list[dict[str, Any]]] = {}
        for code in self.waiting:
            entry = editing.get(data, ("charge", code))
            price = self.form[f"price_of_{code}"]
            rows.setdefault(str(entry.get("group")), []).append(self._row(data, entry, None, price))
        for one in self.offered:
            price = None if "price" in one.entry else self.form[f"price_{one.code}"]
            row = self._row(data, one.entry, self.form[f"take_{one.code}"], price)
            rows.setdefault(str(one.entry["group"]), []).append(row)
        there = editing.entries(data, ("charge",))
        return {
            "groups": [(ready.group_label(data, group), found) for group, found in rows.items()],
            "currency": self.currency,
            "help": AMOUNT_HELP,
            "priced": [
                editing.entry_label(entry, tags) or code
                for code, entry in there.items()
                if code not in self.waiting
            ],
            "all_address": url_for("price_lists.section", draft_id=draft.id, path="charge"),
        }

    def _row(self, data: editing.Data, entry: Any, take: Field | None, price: Field | None) -> dict[str, Any]:
        tags = editing.languages(data)
        per = entry.get("per")
        return {
            "label": editing.entry_label(entry, tags),
            "take": take,
            "price": price,
            "per": editing.entry_label(editing.get(data, ("driver", per)), tags)
            if isinstance(per, str)
            else "",
        }


def _price(label: str) -> TextField:
    return TextField(_("Price of “%(charge)s”", charge=label), render_kw={"class": "figure", "dir": "ltr"})


# Notices


class Notices(Step):
    """The notices that every list needs, to be put into one's own words, and what the law of the country says."""

    def __init__(self, data: editing.Data) -> None:
        self.tag = editing.languages(data)[0]
        country = editing.get(data, ("provider", "country"))
        self.country = country if isinstance(country, str) else ""
        there = {
            str(text)
            for entry in editing.entries(data, ("notice",)).values()
            if isinstance(entry, dict) and isinstance(entry.get("text"), dict)
            for text in entry["text"].values()
        }
        self.offered = [one for one in ready.notices_of(self.country, self.tag) if one.text not in there]
        try:
            reader = reader_of(self.tag)
        except ValueError:
            reader = current_reader()
        with speaking(reader):
            self.needed = needed_notices(data)
        fields: dict[str, Field] = {
            f"text_{kind}": AreaField(
                str(NOTICES[kind]),
                [NotTooLong(LONGEST_TEXT)],
                default=text,
                render_kw={"rows": 3, "lang": self.tag},
            )
            for kind, text in self.needed.items()
        }
        fields["law"] = TicksField(
            lazy_gettext("Notices with their source"), choices=[(one.code, one.text) for one in self.offered]
        )
        self.form = _form(fields)

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with these notices."""
        form = self.form
        form.validate()
        for kind in self.needed:
            text = form[f"text_{kind}"].data.strip()
            if not text:
                form.refuse(_("This is needed."), form[f"text_{kind}"])
            data = ready.with_notice(data, kind, kind, text)
        for one in self.offered:
            if one.code in form.law.ticked:
                data = ready.with_notice(data, one.code, one.kind, one.text, one.link)
        return None if summary(form) else data

    def shown(self, draft: Draft, data: editing.Data) -> dict[str, Any]:
        """Return the fields, and what is said of the country."""
        tags = editing.languages(data)
        territory = current_reader().locale.territories.get(self.country, self.country)
        return {
            "needed": [self.form[f"text_{kind}"] for kind in self.needed],
            "country": territory,
            "notes": {one.code: _SOURCE.format(one.link) for one in self.offered},
            "knows_law": any(one.kind == "legal" and one.code != "fda" for one in self.offered),
            "there": [
                editing.entry_label(entry, tags) for entry in editing.entries(data, ("notice",)).values()
            ],
            "all_address": url_for("price_lists.section", draft_id=draft.id, path="notice"),
        }


_SOURCE = Markup('<a href="{0}" rel="external">{0}</a>')

STEPS: Mapping[str, Callable[[editing.Data], Step]] = {
    "questions": Questions,
    "charges": Charges,
    "notices": Notices,
}
"""The steps in their order."""
