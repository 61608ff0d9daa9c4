"""The third step to a first list: the notices that every list needs, and those of the country."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from wtforms import Field

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing import ready
from estimator.price_lists.editing.columns import NOTICES
from estimator.price_lists.editing.starting import needed_notices
from estimator.web.desk.price_lists.guide_step import form_of
from estimator.web.fields import AreaField, TicksField
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.validators import NotTooLong
from pricing.reading import LONGEST_TEXT

_SOURCE = Markup('<a href="{0}" rel="external">{0}</a>')


class Notices:
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
        self.form = form_of(fields)

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
