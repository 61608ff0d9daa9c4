"""Begin a list: from nothing with a short form, or as a copy of another list under a name of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale, localedata
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import TableVersion
from estimator.price_lists import drafts, editing, obstacles
from estimator.price_lists.editing.starting import first_list
from estimator.web.desk.price_lists.blueprint import pages, the_version, to
from estimator.web.desk.price_lists.first_day import FirstDayField
from estimator.web.desk.price_lists.in_forms import entry_in_words, in_a_form
from estimator.web.desk.price_lists.of_country import all_usual, usual_in
from estimator.web.desk.price_lists.problems import in_words
from estimator.web.fields import ChoiceField, TextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.request_context import now, settings
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled
from pricing import PriceTable, Problem
from pricing.currencies import COUNTRIES, MINOR_UNIT

NEEDED = lazy_gettext("This is needed.")
FIGURE: dict[str, Any] = {"class": "figure", "dir": "ltr"}


def _text(label: str, hint: str = "", *, needed: bool = True, **attributes: Any) -> TextField:
    return TextField(
        label,
        [Filled(NEEDED)] if needed else [],
        description=hint,
        render_kw={"spellcheck": False, **attributes},
    )


def _choice(label: str, hint: str = "") -> ListedField:
    return ListedField(label, description=hint, empty="–", refusal=lazy_gettext("Choose one from the list."))


class ListedField(ChoiceField):
    """One of a long list, which has to be chosen."""

    def pre_validate(self, form: BaseForm) -> None:
        """Say of nothing that it is needed, and of what is not in the list that it is not."""
        if not self.data:
            raise StopValidation(str(NEEDED))
        super().pre_validate(form)


class ListForm(Form):
    """What a list cannot do without, in this form or another: its name, its title and its first day.

    A field whose part of the form begins with it has a heading in HEADINGS.
    """

    HEADINGS: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        for field in self:
            field.place = f"{field.label.text}:"

    def typed(self) -> dict[str, str]:
        """Return what was typed into each field."""
        return {field.name: field.data or "" for field in self if field.type != "CSRFTokenField"}


def _slug() -> TextField:
    return _text(
        lazy_gettext("Name of the list in addresses"),
        lazy_gettext(
            "Small letters from a to z, digits and hyphens, at most 80, such as knee-mumbai. It never changes later."
        ),
        **FIGURE,
    )


def _title() -> TextField:
    return _text(lazy_gettext("Title"), lazy_gettext("What patients read above the questions."))


def _first_day() -> FirstDayField:
    return FirstDayField(
        lazy_gettext("In force from"),
        [Filled(NEEDED)],
        description=lazy_gettext(
            "Pick a day, or type it, such as 2027-03-01 or 31.12.2027. You can change it until you publish."
        ),
        render_kw={"spellcheck": False, **FIGURE},
    )


class NewForm(ListForm):
    """A list from nothing."""

    HEADINGS: ClassVar[Mapping[str, Any]] = {
        "slug": lazy_gettext("The list"),
        "provider": lazy_gettext("Who charges the prices, and in what money"),
    }

    slug = _slug()
    title = _title()
    language = _choice(
        lazy_gettext("Language"),
        lazy_gettext(
            "The main language of its texts, at most 100 with those added later. Sentences that come with the list "
            "are in English where these pages are not in that language."
        ),
    )
    valid_from = _first_day()
    provider = _text(lazy_gettext("Provider"), lazy_gettext("Who charges the prices."))
    country = _choice(lazy_gettext("Country"))
    currency = _choice(lazy_gettext("Currency"), lazy_gettext("All prices of the list are in it."))
    time_zone = _choice(lazy_gettext("Time zone"), lazy_gettext("Where its days begin and end."))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        for name in ("language", "country", "currency", "time_zone"):
            self[name].choices = _options(name)


class CopyForm(ListForm):
    """A list that is copied under a name of its own."""

    slug = _slug()
    title = _title()
    valid_from = _first_day()


@pages.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask for what a list cannot be without, and begin a draft of it."""
    if request.method != "POST":
        filled = {"valid_from": _next_month(), "language": current_reader().tag}
        return _page(NewForm(data=filled))
    form = NewForm()
    form.validate()
    _fill_in_usual(form)
    typed = form.typed()
    tag = typed["language"] if typed["language"] in dict(_languages()) else "en"
    data, places = first_list({**typed, "language": tag})
    text = editing.written(data)
    # What the list does not have yet is asked on the pages that follow.
    _say(form, places, [one for one in editing.look(text).problems if _is_typed_here(one, places)], data)
    _say_unusable(form, form.slug.data, data)
    if summary(form):
        return _page(form), 422
    try:
        with committing():
            draft = drafts.begin_list(act(), form.slug.data, text=text)
    except drafts.ListTaken:
        _say_taken(form)
        return _page(form), 422
    return to("guide", draft_id=draft.id, step="questions")


def _fill_in_usual(form: NewForm) -> None:
    """Fill what goes with the country into fields that were left empty, and ask whether that is right."""
    country = form.country.data
    for name, usual in usual_in(country, now().date())._asdict().items():
        if usual and not form[name].data:
            form[name].data = usual
            form[name].errors = []
            form.refuse(
                _("This is filled in from the country. If it is right, press the button again."), form[name]
            )


def _is_typed_here(problem: Problem, places: Mapping[str, str]) -> bool:
    """Whether a problem is about something that this page asks for."""
    return any(problem.place == place or problem.place.startswith(f"{place}.") for place in places)


@pages.route("/versions/<whole:version_id>/copy", methods=["GET", "POST"])
def copy(version_id: int) -> ResponseReturnValue:
    """Ask under which name a list is to be copied, and begin a draft of the copy."""
    version = the_version(version_id)
    old = price_lists.parsed(version)
    main = old.main_language
    if request.method != "POST":
        return _page(CopyForm(data={"title": old.title[main], "valid_from": _next_month()}), source=version)
    form = CopyForm()
    form.validate()
    data = editing.look(version.text).data or {}
    asked = {
        "table": form.slug.data,
        f"title.{main}": form.title.data,
        "valid_from": form.valid_from.data,
        "version": form.valid_from.data[:7],
    }
    text = editing.written(editing.typed_into(data, ("header",), asked))
    look = editing.look(text)
    places = {"table": "slug", "title": "title", "valid_from": "valid_from", "version": "valid_from"}
    _say(form, places, look.problems, look.data or {})
    return _begun(form, text, look.table, source=version)


def _begun(form: ListForm, text: str, table: PriceTable | None, source: TableVersion) -> ResponseReturnValue:
    """Begin the draft of a copy if nothing is wrong, else show again what was typed."""
    _say_unusable(form, form.slug.data, editing.look(text).data or {})
    if summary(form) or table is None:
        return _page(form, source), 422
    try:
        with committing():
            draft = drafts.begin_list(act(), table.table, text=text, examples=source.examples)
    except drafts.ListTaken:
        _say_taken(form)
        return _page(form, source), 422
    return to("overview", draft_id=draft.id)


def _say_unusable(form: ListForm, slug: str, data: editing.Data) -> None:
    """Say what keeps a list from being begun: its name is taken, or its first day is past."""
    if drafts.is_taken(slug):
        _say_taken(form)
    try:
        zone = ZoneInfo(str(data.get("time_zone")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _say_once(form, "time_zone", obstacles.sentence("no_time_zone"))
        return
    day = data.get("valid_from")
    if isinstance(day, date) and day < now().astimezone(zone).date():
        _say_once(form, "valid_from", obstacles.sentence("date_past"))


def _say_taken(form: ListForm) -> None:
    said = _("There is a list of this name already, or a draft of one. Choose another name.")
    _say_once(form, "slug", said)


def _say(form: ListForm, places: Mapping[str, str], problems: Sequence[Problem], data: editing.Data) -> None:
    """Say what is wrong at the field in which it was typed; what stands at none is said above the form."""
    for problem in problems:
        place = problem.place
        while place and place not in places:
            place = place.rpartition(".")[0] or place.partition("[")[0] if "." in place else ""
        name = places.get(place, "")
        if name in form:
            _say_once(form, name, in_a_form(problem, form[name].description))
        elif not form.form_errors:
            form.refuse(f"{entry_in_words(problem, data)}: {in_words(problem, data)}")


def _say_once(form: ListForm, name: str, said: str) -> None:
    """Say something at a field at which nothing else is wrong."""
    if name not in form:
        form.refuse(said)
    elif not form[name].errors:
        form.refuse(said, form[name])


def _page(form: ListForm, source: TableVersion | None = None) -> str:
    return render_template(
        "desk/new.html",
        heading=_("A new list") if source is None else _("Copy “%(slug)s” as a new list", slug=source.slug),
        about=_(
            "Five steps lead to a list that can be published: this page, questions, charges, notices, and a look at "
            "what it comes to. You can leave after each and go on later. Nothing is published by this."
        )
        if source is None
        else _(
            "The draft begins with everything that version “%(version)s” says, its worked examples included. "
            "The list that is copied stays as it is. Nothing is published by this.",
            version=source.version,
        ),
        address=request.path,
        fields=[field for field in form if field.type != "CSRFTokenField"],
        headings=form.HEADINGS,
        usual=json.dumps(all_usual(now().date()), separators=(",", ":")) if source is None else "",
        errors=summary(form),
        back=url_for("price_lists.index"),
    )


def _options(name: str) -> Sequence[tuple[str, str]]:
    locale = current_reader().locale
    match name:
        case "language":
            return _languages_in_use_first()
        case "country":
            named = {code: locale.territories.get(code, code) for code in COUNTRIES}
            return _sorted(named)
        case "currency":
            return [(code, f"{code} – {locale.currencies.get(code, code)}") for code in sorted(MINOR_UNIT)]
        case "time_zone":
            return [(zone, zone) for zone in _zones()]
    raise ValueError(name)


def _sorted(named: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(named.items(), key=lambda pair: pair[1].casefold())


def _languages_in_use_first() -> list[tuple[str, str]]:
    """Every language: first those in which the pages are, then those of the lists in force, then all others."""
    named = dict(_languages())
    of_lists = [tag for one in price_lists.all_in_force(now()) for tag in price_lists.parsed(one).languages]
    first = [tag for tag in dict.fromkeys((*settings().languages, *of_lists)) if tag in named]
    return [(tag, named[tag]) for tag in dict.fromkeys((*first, *named))]


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
