"""The second step to a first list: charges for its questions, whose prices are written here or later."""

from __future__ import annotations

from typing import Any

from flask import url_for
from wtforms import Field

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing import ready
from estimator.price_lists.editing.columns import AMOUNT_HELP, SOURCE_HELP
from estimator.price_lists.editing.kinds import Around, value_of
from estimator.web.desk.price_lists.guide_step import form_of
from estimator.web.desk.price_lists.in_forms import in_a_form
from estimator.web.desk.price_lists.no_amount import not_an_amount
from estimator.web.fields import TextField, TickField
from estimator.web.forms import summary
from estimator.web.validators import NotTooLong
from pricing.reading import LONGEST_TEXT


class Charges:
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
            description=SOURCE_HELP,
        )
        self.form = form_of(fields)

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with these charges and prices."""
        form = self.form
        form.validate()
        source = form.source.data.strip()
        priced: dict[str, Field] = {}
        for code in self.waiting:
            price = self._read(form[f"price_of_{code}"])
            if price is not None:
                priced[code] = form[f"price_of_{code}"]
                place = ("charge", code)
                data = editing.put(editing.put(data, (*place, "on_request"), None), (*place, "price"), price)
                if source:
                    data = editing.put(data, (*place, "source"), source)
        for one in self.offered:
            typed = None if "price" in one.entry else form[f"price_{one.code}"]
            price = None if typed is None else self._read(typed)
            if form[f"take_{one.code}"].data or price is not None:
                data = ready.with_charge(data, one, price, source)
                if typed is not None and price is not None:
                    priced[one.code] = typed
        problems = editing.look(editing.written(data)).problems if priced else ()
        for code, field in priced.items():
            for problem in editing.below(problems, f"charge.{code}.price"):
                form.refuse(in_a_form(problem, AMOUNT_HELP), field)
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
        self.form.refuse(not_an_amount(typed, self.currency), field)
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
