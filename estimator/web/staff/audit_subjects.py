"""What the audit trail is about, by the names that staff know: lists, versions, requests, quotes and people.

No patient's data: a request is its reference, a quote its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypedDict

from flask import url_for
from sqlalchemy import select

from estimator import audit, staff
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import (
    Draft,
    Mail,
    PatientRequest,
    PriceList,
    Quote,
    QuoteRevision,
    StaffUser,
    TableVersion,
)
from estimator.web import whole_numbers
from estimator.web.staff import signed_in
from estimator.web.staff.settings import values
from estimator.wording import states_at_desk

KINDS = {
    "lists": (lazy_gettext("Price lists"), ("draft:", "table_version:", "price_list:")),
    "quotes": (lazy_gettext("Quotes"), ("quote:", "quote_revision:", "quotes")),
    "requests": (lazy_gettext("Requests"), ("request:", "REQ-", "requests")),
    "staff": (lazy_gettext("Staff"), ("user:",)),
    "settings": (lazy_gettext("Settings"), ("clinic_setting:", "rate:", "payment_account:")),
    "other": (lazy_gettext("Mail and exports"), ("mail:", "people", "trail", "demonstration")),
}
"""What entries can be filtered by: what it is called, and how its subjects begin."""


class Subject(TypedDict):
    """What an entry is about: its name, and its page if the reader may open it."""

    name: str
    address: str | None


def named(subjects: Collection[str]) -> dict[str, Subject]:
    """Return the name and the page of each subject; a subject that nothing is known of stands as it is."""
    found: dict[str, Subject] = {subject: {"name": subject, "address": None} for subject in subjects}
    for name in (_drafts, _versions, _requests, _quotes, _people, _mails):
        found |= name(subjects)
    settings = _settings() if any(subject.startswith("clinic_setting:") for subject in subjects) else {}
    for subject in subjects:
        kind, _colon, rest = subject.partition(":")
        if kind == "price_list":
            address = url_for("price_lists.index", _anchor=f"list-{rest}") if _may("tables.read") else None
            found[subject] = {"name": _("Price list “%(slug)s”", slug=rest), "address": address}
        elif kind == "clinic_setting":
            address = url_for("settings.overview") if _may("settings.edit") else None
            found[subject] = {
                "name": _("Setting “%(name)s”", name=settings.get(rest, rest)),
                "address": address,
            }
        elif kind == "rate":
            address = url_for("settings.rates") if _may("settings.edit") else None
            found[subject] = {"name": _("Rate of exchange %(number)s", number=rest), "address": address}
        elif kind == "payment_account":
            address = url_for("settings.account") if _may("settings.edit") else None
            found[subject] = {"name": _("Account to pay into %(number)s", number=rest), "address": address}
        elif subject == "trail":
            found[subject] = {"name": _("Audit trail"), "address": None}
        elif (what := subject.partition("-")[0]) in ("quotes", "requests"):
            address = url_for("reports.page") if _may("requests.read") else None
            year = subject.removeprefix(what)[1:]
            named = (
                _("List of quotes %(year)s", year=year)
                if what == "quotes"
                else _("List of requests %(year)s", year=year)
            )
            found[subject] = {"name": named.strip(), "address": address}
    return found


def _settings() -> dict[str, str]:
    """Return what each setting is called where it is set."""
    fields = [field for part in values.PARTS.values() for field in part.form(None)]
    named = {field.name: str(field.label.text) for field in fields}
    return {
        **named,
        "letters": _("Letters"),
        "logo": _("Logo"),
        "overrun_rules": _("Overruns of final bills"),
    }


def searched(text: str) -> set[str] | None:
    """Return the subjects that somebody means with a reference, a number, a list or an address; None for no search.

    A request stands for its quote and the mails about both as well, and a quote for its request. Empty if there is no
    such thing.
    """
    wanted = text.strip()
    if not wanted:
        return None
    return (
        _of_request(PatientRequest.reference == wanted.upper())
        | _of_quote(wanted.upper())
        | _of_list(wanted.lower())
        | _of_person(wanted)
        | _as_written(wanted)
    )


def _of_request(condition: object) -> set[str]:
    rows = db.session.execute(
        select(PatientRequest.id, PatientRequest.reference, Quote.id.label("quote"))
        .outerjoin(Quote, Quote.request_id == PatientRequest.id)
        .where(condition)  # type: ignore[arg-type]
    ).all()
    found = {subject for row in rows for subject in (f"request:{row.id}", row.reference)}
    about = [row.reference for row in rows]
    quotes = [row.quote for row in rows if row.quote is not None]
    if quotes:
        revisions = select(QuoteRevision.id, QuoteRevision.number, Quote.number.label("quote")).join(
            Quote, Quote.id == QuoteRevision.quote_id
        )
        issued = db.session.execute(revisions.where(QuoteRevision.quote_id.in_(quotes))).all()
        found |= {f"quote:{number}" for number in quotes}
        found |= {f"quote_revision:{revision.id}" for revision in issued}
        about += [f"{revision.quote}/{revision.number}" for revision in issued]
    mails = db.session.scalars(select(Mail.id).where(Mail.about.in_(about)))
    return found | {f"mail:{number}" for number in mails}


def _of_quote(number: str) -> set[str]:
    request = db.session.scalar(select(Quote.request_id).filter_by(number=number.partition("/")[0]))
    return set() if request is None else _of_request(PatientRequest.id == request)


def _of_list(slug: str) -> set[str]:
    if db.session.get(PriceList, slug) is None:
        return set()
    versions = db.session.scalars(select(TableVersion.id).filter_by(slug=slug))
    return {f"price_list:{slug}", *(f"table_version:{each}" for each in versions), *audit.drafts_of(slug)}


def _of_person(address: str) -> set[str]:
    user = staff.find(address)
    return set() if user is None else {user.actor}


def _as_written(text: str) -> set[str]:
    """Return a subject as the trail writes it: "draft:3"."""
    beginnings = tuple(each for _label, kinds in KINDS.values() for each in kinds if each.endswith(":"))
    return {text} if text.startswith(beginnings) else set()


def _drafts(subjects: Iterable[str]) -> dict[str, Subject]:
    numbers = _numbers(subjects, "draft")
    if not numbers:
        return {}
    there = set(db.session.scalars(select(Draft.id).where(Draft.id.in_(numbers.values()))))
    lists = audit.lists_of_drafts(numbers)
    return {
        subject: {
            "name": _("Draft %(number)s of “%(slug)s”", number=number, slug=lists.get(subject, "–")),
            "address": url_for("price_lists.overview", draft_id=number)
            if number in there and _may("tables.read")
            else None,
        }
        for subject, number in numbers.items()
    }


def _versions(subjects: Iterable[str]) -> dict[str, Subject]:
    numbers = _numbers(subjects, "table_version")
    rows = select(TableVersion.id, TableVersion.version, TableVersion.slug)
    return {
        f"table_version:{row.id}": {
            "name": _("Version %(version)s of “%(slug)s”", version=row.version, slug=row.slug),
            "address": url_for("price_lists.version", version_id=row.id) if _may("tables.read") else None,
        }
        for row in (db.session.execute(rows.where(TableVersion.id.in_(numbers.values()))) if numbers else ())
    }


def _requests(subjects: Iterable[str]) -> dict[str, Subject]:
    numbers = _numbers(subjects, "request")
    references = {subject: subject for subject in subjects if subject.startswith("REQ-")}
    if numbers:
        rows = select(PatientRequest.id, PatientRequest.reference)
        for row in db.session.execute(rows.where(PatientRequest.id.in_(numbers.values()))):
            references[f"request:{row.id}"] = row.reference
    return {
        subject: {
            "name": _("Request %(reference)s", reference=reference),
            "address": url_for("desk.request", reference=reference) if _may("requests.read") else None,
        }
        for subject, reference in references.items()
    }


def _quotes(subjects: Iterable[str]) -> dict[str, Subject]:
    found: dict[str, Subject] = {}
    quotes, revisions = _numbers(subjects, "quote"), _numbers(subjects, "quote_revision")
    rows = select(Quote.id, Quote.number, PatientRequest.reference).join(
        PatientRequest, PatientRequest.id == Quote.request_id
    )
    for row in db.session.execute(rows.where(Quote.id.in_(quotes.values()))) if quotes else ():
        name = _("Quote %(number)s", number=row.number)
        found[f"quote:{row.id}"] = {"name": name, "address": _quote_page(row.reference)}
    issued = (
        select(
            QuoteRevision.id, QuoteRevision.number.label("revision"), Quote.number, PatientRequest.reference
        )
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .join(PatientRequest, PatientRequest.id == Quote.request_id)
    )
    for one in (
        db.session.execute(issued.where(QuoteRevision.id.in_(revisions.values()))) if revisions else ()
    ):
        name = _("Quote %(number)s, revision %(revision)s", number=one.number, revision=one.revision)
        found[f"quote_revision:{one.id}"] = {"name": name, "address": _quote_page(one.reference)}
    return found


def _quote_page(reference: str) -> str | None:
    return url_for("quotes_desk.prepare", reference=reference) if _may("requests.read") else None


def _people(subjects: Iterable[str]) -> dict[str, Subject]:
    numbers = _numbers(subjects, "user")
    rows = select(StaffUser.id, StaffUser.email, StaffUser.demonstration)
    return {
        f"user:{row.id}": {
            "name": row.email,
            "address": url_for("staff.someone", number=row.id)
            if _may("staff.manage") and not row.demonstration
            else None,
        }
        for row in (db.session.execute(rows.where(StaffUser.id.in_(numbers.values()))) if numbers else ())
    }


def _mails(subjects: Iterable[str]) -> dict[str, Subject]:
    """Return mails by what they are about, as long as that is there."""
    numbers = _numbers(subjects, "mail")
    rows = select(Mail.id, Mail.template, Mail.options, Mail.about).where(Mail.id.in_(numbers.values()))
    kept = {row.id: row for row in (db.session.execute(rows.where(Mail.about != "")) if numbers else ())}
    found: dict[str, Subject] = {}
    for subject, number in numbers.items():
        name, address = _("Email %(number)s", number=number), None
        if number in kept:
            mail = kept[number]
            letter = states_at_desk.mail_at_desk(mail.template, mail.options)
            name = f"{name}: {letter}, {mail.about}"
            address = url_for("outbox.page", q=mail.about) if _may("requests.work") else None
        found[subject] = {"name": name, "address": address}
    return found


def _numbers(subjects: Iterable[str], kind: str) -> dict[str, int]:
    """Return the numbers of the subjects of a kind, by subject."""
    found = {
        subject: whole_numbers.read(subject.partition(":")[2])
        for subject in subjects
        if subject.startswith(f"{kind}:")
    }
    return {subject: number for subject, number in found.items() if number is not None}


def _may(permission: str) -> bool:
    return signed_in.may(permission)
