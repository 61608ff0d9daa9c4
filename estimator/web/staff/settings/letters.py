"""What the clinic writes in its letters, before and after what they tell, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import clinic
from estimator.clinic import LETTERS, LONGEST_TEXT, PLACES, Clinic
from estimator.folders import templates_folder
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, reader
from estimator.web import errors, request_context
from estimator.web.fields import AreaField
from estimator.web.forms import Form, summary
from estimator.web.staff.paid_elsewhere import NotPaidElsewhere
from estimator.web.staff.settings.blueprint import MEANWHILE, change, done, pages

NAMES: Mapping[str, Any] = {
    "estimate": lazy_gettext("The estimate by mail"),
    "request_received": lazy_gettext("A request has arrived"),
    "quote_issued": lazy_gettext("A quote is ready"),
}
"""What each letter is called."""


@lru_cache(maxsize=4)
def form_class(languages: tuple[str, ...]) -> type[Form]:
    """Return the form with a field for each place in a letter and each language: before-en."""
    labels = {
        "before": lazy_gettext("Before the text of the letter"),
        "after": lazy_gettext("After the text of the letter"),
    }
    fields = {
        f"{place}-{tag}": AreaField(labels[place], [NotPaidElsewhere()])
        for tag in languages
        for place in PLACES
    }
    return type("LetterForm", (Form,), fields)


@pages.route("/letters/<name>", methods=["GET", "POST"])
def letter(name: str) -> ResponseReturnValue:
    """Show what stands in a letter besides what it tells, and change it."""
    if name not in written():
        raise errors.Missing
    languages = request_context.settings().languages
    letter_form = form_class(tuple(languages))
    if request.method != "POST":
        shown = request_context.clinic().letters.get(name, {})
        data = {f"{place}-{tag}": text for place, texts in shown.items() for tag, text in texts.items()}
        return _form(name, letter_form(None, data=data))
    form = letter_form()
    form.validate()
    typed = {place: {tag: form[f"{place}-{tag}"].data for tag in languages} for place in PLACES}
    stored = {key: dict(places) for key, places in clinic.current().letters.items()}
    # What was written in a language that is not offered at the moment stays.
    hidden = {
        place: {tag: text for tag, text in texts.items() if tag not in request_context.settings().languages}
        for place, texts in stored.get(name, {}).items()
    }
    stored[name] = {place: {**hidden.get(place, {}), **typed[place]} for place in PLACES}
    status = change(form, {"letters": stored})
    if status != 303:
        return _form(name, form, status)
    return done(_("Saved: %(what)s.", what=NAMES[name]))


def written() -> list[str]:
    """Return the letters that this version writes."""
    return [name for name in LETTERS if (templates_folder() / "email" / name).is_dir()]


class LetterRow(TypedDict):
    """One letter, and the languages in which the clinic has words in it."""

    name: str
    label: str
    languages: list[str]


def overview(stored: Clinic) -> list[LetterRow]:
    """Say of each letter in which languages the clinic has words in it."""
    found: list[LetterRow] = []
    for name in written():
        tags = {tag for texts in stored.letters.get(name, {}).values() for tag in texts}
        languages = [reader(tag).name for tag in request_context.settings().languages if tag in tags]
        found.append({"name": name, "label": NAMES[name], "languages": languages})
    return found


def _form(name: str, form: Form, status: int = 200) -> ResponseReturnValue:
    theirs = clinic.current().letters.get(name, {}) if status == MEANWHILE else {}
    page = render_template(
        "staff/settings/letter.html",
        title=NAMES[name],
        form=form,
        theirs=theirs,
        languages_here=[reader(tag) for tag in request_context.settings().languages],
        basis=clinic.bases()["letters"],
        most=LONGEST_TEXT,
        errors=summary(form),
    )
    return page, status
