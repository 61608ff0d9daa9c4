"""The first step to a first list: ready questions, with answers to take and others to write."""

from __future__ import annotations

from typing import Any

from flask import url_for
from wtforms import Field

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing import ready
from estimator.price_lists.editing.columns import EVIDENCE
from estimator.price_lists.editing.ready import CELLS, NIGHTS, QUESTIONS, REHAB, ROOM, SESSIONS
from estimator.web.desk.price_lists.guide_step import form_of
from estimator.web.fields import AreaField, ChoiceField, TicksField
from estimator.web.forms import summary
from estimator.web.validators import NotTooLong
from pricing.reading import LONGEST_TEXT

MOST_OWN = 20
"""Maximum number of answers of somebody's own to one question, that are taken at once."""

OPEN_TO_MORE = (CELLS, ROOM, REHAB)
"""The questions to which one can write answers of one's own; there is a charge suggested for each."""


class Questions:
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
        self.form = form_of(fields)

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
