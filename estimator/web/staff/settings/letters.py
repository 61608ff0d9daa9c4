"""What the clinic writes in its letters, before and after what they tell, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import clinic
from estimator.clinic import LETTERS, LONGEST_TEXT, PLACES, Clinic
from estimator.folders import templates_folder
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, reader
from estimator.web import errors, forms, request_context
from estimator.web.staff.settings.blueprint import MEANWHILE, change, done, pages, summary

NAMES: Mapping[str, Any] = {
    "estimate": lazy_gettext("The estimate by mail"),
    "request_received": lazy_gettext("A request has arrived"),
    "quote_issued": lazy_gettext("A quote is ready"),
}
"""What each letter is called."""


@pages.route("/letters/<name>", methods=["GET", "POST"])
def letter(name: str) -> ResponseReturnValue:
    """Show what stands in a letter besides what it tells, and change it."""
    if name not in written():
        raise errors.Missing
    if request.method != "POST":
        return _form(name, request_context.clinic().letters.get(name, {}))
    typed = {
        place: {
            tag: forms.printable(request.form.get(f"{place}-{tag}", "").replace("\r\n", "\n"))
            for tag in request_context.settings().languages
        }
        for place in PLACES
    }
    stored = {key: dict(places) for key, places in clinic.current().letters.items()}
    # What was written in a language that is not offered at the moment stays.
    hidden = {
        place: {tag: text for tag, text in texts.items() if tag not in request_context.settings().languages}
        for place, texts in stored.get(name, {}).items()
    }
    stored[name] = {place: {**hidden.get(place, {}), **typed[place]} for place in PLACES}
    status, problems = change({"letters": stored})
    if problems:
        return _form(name, typed, problems, status)
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


def _form(
    name: str,
    typed: Mapping[str, Mapping[str, str]],
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    wrong = {_field(where): text for where, text in (problems or {}).items()}
    theirs = clinic.current().letters.get(name, {}) if status == MEANWHILE else {}
    page = render_template(
        "staff/settings/letter.html",
        title=NAMES[name],
        typed=typed,
        theirs=theirs,
        meanwhile=wrong.pop("letters", None) if status == MEANWHILE else None,
        languages_here=[reader(tag) for tag in request_context.settings().languages],
        basis=clinic.bases()["letters"],
        most=LONGEST_TEXT,
        wrong=wrong,
        errors=summary({_field(where): text for where, text in (problems or {}).items()}),
    )
    return page, status


def _field(where: str) -> str:
    """Return the name of the field of "letters.estimate.before.en", which is "before-en"."""
    parts = where.split(".")
    return "-".join(parts[2:]) or where
