"""Begin a list: from nothing with a short form, or as a copy of another list under a name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale, localedata
from flask import render_template, request, url_for

from estimator import price_lists
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, reader, speaking
from estimator.models import TableVersion
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing.schema import EVIDENCE
from estimator.price_lists.editing.starting import first_list
from estimator.web.desk.price_lists.blueprint import Answer, pages, sentence, to
from estimator.web.desk.price_lists.draft import obstacle_sentence
from estimator.web.desk.price_lists.entry import in_a_form
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing import PriceTable, Problem
from pricing.currencies import COUNTRIES, MINOR_UNIT


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: under which heading, what it is called, and which words can be chosen."""

    name: str
    label: Any
    help: Any = ""
    heading: Any = ""
    required: bool = True
    chosen: bool = False


_SLUG = Asked(
    "slug",
    lazy_gettext("Name of the list in addresses"),
    lazy_gettext(
        "Small letters from a to z, digits and hyphens, at most 80, such as knee-mumbai. It never changes later."
    ),
)
_TITLE = Asked("title", lazy_gettext("Title"), lazy_gettext("What patients read above the questions."))
_DAY = Asked(
    "valid_from",
    lazy_gettext("In force from"),
    lazy_gettext("Year, month and day, such as 2027-03-01. You can change it until you publish."),
)

NEW = (
    replace(_SLUG, heading=lazy_gettext("The list")),
    _TITLE,
    Asked(
        "language",
        lazy_gettext("Language"),
        lazy_gettext(
            "The main language of its texts, at most 100 with those added later. Sentences that come with the list "
            "are in English where these pages are not in that language."
        ),
        chosen=True,
    ),
    _DAY,
    Asked("provider", lazy_gettext("Provider"), lazy_gettext("Who charges the prices.")),
    Asked("country", lazy_gettext("Country"), chosen=True),
    Asked(
        "currency", lazy_gettext("Currency"), lazy_gettext("All prices of the list are in it."), chosen=True
    ),
    Asked("time_zone", lazy_gettext("Time zone"), lazy_gettext("Where its days begin and end."), chosen=True),
    Asked(
        "answer",
        lazy_gettext("Type of cells"),
        lazy_gettext("The first one that is offered, such as: own bone marrow cells."),
        lazy_gettext("The first question and the first charge"),
    ),
    Asked(
        "evidence",
        lazy_gettext("What is known about it"),
        lazy_gettext("Patients read a sentence about it above the price, unless it is established."),
        chosen=True,
    ),
    Asked("charge", lazy_gettext("Charge"), lazy_gettext("What is paid for each session.")),
    Asked(
        "price",
        lazy_gettext("Price of a session"),
        lazy_gettext("One number such as 310, or low, likely and high such as 280 | 310 | 360."),
    ),
    Asked(
        "source",
        lazy_gettext("Source"),
        lazy_gettext("Where the price comes from. Patients do not see it."),
        required=False,
    ),
)
COPY = (_SLUG, _TITLE, _DAY)


@pages.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Ask for what a list cannot be without, and begin a draft of it."""
    if request.method != "POST":
        return _page(NEW, {"valid_from": _next_month(), "language": current_reader().tag})
    typed = _typed(NEW)
    wrong = _missing(NEW, typed)
    tag = typed["language"] if typed["language"] in dict(_languages()) else "en"
    with speaking(reader(tag)):
        data, places = first_list({**typed, "language": tag})
    text = editing.written(data)
    look = editing.look(text)
    wrong |= {name: said for name, said in _said(NEW, places, look.problems).items() if name not in wrong}
    return _begun(NEW, typed, wrong, text, look.table)


@pages.route("/versions/<int:version_id>/copy", methods=["GET", "POST"])
def copy(version_id: int) -> Answer:
    """Ask under which name a list is to be copied, and begin a draft of the copy."""
    version = db.session.get(TableVersion, version_id)
    if version is None:
        raise price_lists.UnknownTable(version_id)
    old = price_lists.parsed(version)
    main = old.main_language
    if request.method != "POST":
        typed = {"slug": "", "title": old.title[main], "valid_from": _next_month()}
        return _page(COPY, typed, source=version)
    typed = _typed(COPY)
    wrong = _missing(COPY, typed)
    data = editing.look(version.text).data or {}
    asked = {
        "table": typed["slug"],
        f"title.{main}": typed["title"],
        "valid_from": typed["valid_from"],
        "version": typed["valid_from"][:7],
    }
    text = editing.written(editing.typed_into(data, ("header",), asked))
    look = editing.look(text)
    places = {"table": "slug", "title": "title", "valid_from": "valid_from", "version": "valid_from"}
    wrong |= {name: said for name, said in _said(COPY, places, look.problems).items() if name not in wrong}
    return _begun(COPY, typed, wrong, text, look.table, source=version)


def _begun(
    asked: Sequence[Asked],
    typed: Mapping[str, str],
    wrong: dict[str, str],
    text: str,
    table: PriceTable | None,
    source: TableVersion | None = None,
) -> Answer:
    """Begin the draft if nothing is wrong, else show again what was typed."""
    taken = {one.slug for one in price_lists.lists()} | {one.slug for one in drafts.all_drafts()}
    if "slug" not in wrong and typed["slug"] in taken:
        wrong["slug"] = _("There is a list of this name already, or a draft of one. Choose another name.")
    if table is not None:
        wrong = {**_unusable(table), **wrong}
    if wrong or table is None:
        return _page(asked, typed, wrong, source), 422
    examples = "[]" if source is None else source.examples
    with committing():
        draft = drafts.begin(act(), table.table, text=text, examples=examples, based_on=None)
    return to("overview", draft_id=draft.id)


def _unusable(table: PriceTable) -> dict[str, str]:
    try:
        zone = price_lists.zone_of(table)
    except price_lists.UnknownTimeZone:
        return {"time_zone": obstacle_sentence("no_time_zone")}
    if table.valid_from < now().astimezone(zone).date():
        return {"valid_from": obstacle_sentence("date_past")}
    return {}


def _typed(asked: Sequence[Asked]) -> dict[str, str]:
    return {one.name: printable(request.form.get(one.name, "")).strip() for one in asked}


def _missing(asked: Sequence[Asked], typed: Mapping[str, str]) -> dict[str, str]:
    wrong = {one.name: _("This is needed.") for one in asked if one.required and not typed[one.name]}
    for one in asked:
        if one.chosen and typed[one.name] and typed[one.name] not in dict(_options(one.name)):
            wrong[one.name] = _("Choose one from the list.")
    return wrong


def _said(asked: Sequence[Asked], places: Mapping[str, str], problems: Sequence[Problem]) -> dict[str, str]:
    """Say what is wrong at the control in which it was typed; what stands at none is said without one."""
    helps = {one.name: one.help for one in asked}
    wrong: dict[str, str] = {}
    for problem in problems:
        place = problem.place
        while place and place not in places:
            place = place.rpartition(".")[0] or place.partition("[")[0] if "." in place else ""
        name = places.get(place, "")
        said = in_a_form(problem, helps[name]) if name else f"{problem.place}: {sentence(problem)}"
        wrong.setdefault(name, said)
    return wrong


def _page(
    asked: Sequence[Asked],
    typed: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    source: TableVersion | None = None,
) -> str:
    told = wrong or {}
    return render_template(
        "desk/new.html",
        heading=_("A new list") if source is None else _("Copy “%(slug)s” as a new list", slug=source.slug),
        about=_(
            "Only what a list cannot be without. Everything can be changed, and more added, in the draft that "
            "begins with it. Nothing is published by this."
        )
        if source is None
        else _(
            "The draft begins with everything that version “%(version)s” says, its worked examples included. "
            "The list that is copied stays as it is. Nothing is published by this.",
            version=source.version,
        ),
        address=request.path,
        fields=[
            {
                "name": one.name,
                "label": one.label,
                "help": one.help,
                "heading": one.heading,
                "required": one.required,
                "options": [("", "–"), *_options(one.name)] if one.chosen else None,
                "typed": typed.get(one.name, ""),
                "problem": told.get(one.name),
                "ltr": one.name in ("slug", "valid_from", "price"),
            }
            for one in asked
        ],
        errors=[
            {
                "target": one.name if one is not None else None,
                "sentence": f"{one.label}: {told[one.name]}" if one is not None else told[""],
            }
            for one in (*asked, None)
            if (one.name if one is not None else "") in told
        ],
        back=url_for("price_lists.index"),
    )


def _options(name: str) -> Sequence[tuple[str, str]]:
    locale = current_reader().locale
    match name:
        case "language":
            return _languages()
        case "country":
            named = {code: locale.territories.get(code, code) for code in COUNTRIES}
            return _sorted(named)
        case "currency":
            return [(code, f"{code} – {locale.currencies.get(code, code)}") for code in sorted(MINOR_UNIT)]
        case "time_zone":
            return [(zone, zone) for zone in _zones()]
    return [(word, str(label)) for word, label in EVIDENCE.items()]


def _sorted(named: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(named.items(), key=lambda pair: pair[1].casefold())


@lru_cache(maxsize=1)
def _languages() -> Sequence[tuple[str, str]]:
    """Every language that days and numbers can be written in, by its own name."""
    named = {}
    for tag in localedata.locale_identifiers():
        if tag.isalpha() and tag != "root":
            name = Locale.parse(tag).get_display_name() or tag
            named[tag] = f"{name[0].upper()}{name[1:]} ({tag})"
    return _sorted(named)


@lru_cache(maxsize=1)
def _zones() -> Sequence[str]:
    """The time zones that are called after a place."""
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return [*sorted(zone for zone in available_timezones() if zone.startswith(places)), "UTC"]


def _next_month() -> str:
    """The first of next month, as it is typed."""
    today = now().date()
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1).isoformat()
