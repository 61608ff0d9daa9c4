"""What each mail says, and to whom it goes: from a row of the outbox to a message that can be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import islice

from sqlalchemy import select

from estimator import clinic, estimates, links, price_lists, quotes, requests, staff, wording
from estimator.act import Act
from estimator.db import db
from estimator.i18n import Reader, listed, speaking, with_colon
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.mail import composing, outbox
from estimator.models import (
    Draft,
    Estimate,
    PatientRequest,
    PaymentAccount,
    QuoteCode,
    QuoteRevision,
    StaffLink,
)
from estimator.requests import mailed_codes
from estimator.staff import invitations
from pricing import PriceTable, quote_plans
from pricing.stored import StoredQuote


class Gone(Exception):
    """The subject of a mail was deleted meanwhile, or its address erased; there is nothing to send."""


class Overtaken(Exception):
    """The subject of a mail was withdrawn or replaced before it was sent; to send it would mislead."""


def compose(act: Act, row: outbox.Claimed) -> EmailMessage:
    """Return the message of a row of the outbox, the same bytes each time; a PDF made for it is cached.

    Raises Gone, Overtaken, keys.Unreadable, and RenderingFailed if an attachment cannot be made.
    """
    address = outbox.address_of(row, act.settings.data_keys)
    if address is None:
        raise Gone
    letter, attachment = WRITERS[row.template](act, row)
    return composing.message(
        letter,
        sender=act.settings.mail_from,
        reply_to=act.settings.mail_reply_to,
        address=address,
        name=row.name,
        language=row.language,
        written=row.created_at,
        attachment=attachment,
    )


Written = tuple[composing.Letter, composing.Attachment | None]


def _estimate(act: Act, row: outbox.Claimed) -> Written:
    record = db.session.scalar(select(Estimate).filter_by(reference=row.about))
    if record is None:
        raise Gone
    kept_until = record.created_at + timedelta(days=act.settings.kept_days)
    if kept_until <= act.now:
        raise Gone  # its link opens nothing any more
    reader, table = reader_of(row.language), price_lists.parsed(record.table_version)
    attached = row.options["attached"] is True
    token = estimates.token_of(record, act.settings.link_key)
    withdrawn = estimates.withdrawn_at(record)
    attachment = None
    if attached:
        second = None if (other := row.options.get("second")) is None else str(other)
        content = estimates.pdf_document.drawn_once(act, record, second)
        attachment = composing.Attachment(estimates.pdf_document.name_of(record, second), content)
    with speaking(reader):
        context = {
            "reference": record.reference,
            "valid_until": reader.day(record.valid_until),
            "time_zone": reader.zone(record.table_version.time_zone),
            "kept_until": reader.moment(kept_until, table.time_zone),
            "link": _link(act, row, f"/e/{token}"),
            "demo": table.demo,
            "withdrawn": None
            if withdrawn is None
            else wording.withdrawn_words(withdrawn, table.time_zone, reader),
            "attached": attached,
            "forgotten_days": act.settings.addresses_kept_days,
            "details": list(_details(record, table, reader)) if row.options.get("details") is True else [],
            **clinics_words("estimate", row.language),
        }
    return composing.compose("estimate", reader, _from_provider(act, table, reader), context), attachment


def _link(act: Act, row: outbox.Claimed, path: str) -> str:
    """Return the address of a patient's page, which opens in the language of the mail."""
    return links.written_in(row.language, f"{act.settings.public_url}{path}")


def _details(record: Estimate, table: PriceTable, reader: Reader) -> Iterator[str]:
    """Yield what an estimate comes to in a few sentences, for whoever asked for them in the mail."""
    yield reader.words(table.title, table.main_language).marked
    rows = wording.rows(estimates.breakdown_of(record), table, reader, list(estimates.answers_of(record)))
    found = rows.headline
    yield with_colon(found.label, found.amount)
    if found.span:
        yield found.range_words()
        yield from islice(_past_bills(record, table, reader), 1)
    yield from filter(None, (found.on_request_words(), found.not_counted_words()))
    yield from (
        with_colon(item.label, item.note)
        for group in rows.groups
        for item in group.rows
        if item.note is not None
    )
    yield from (row.text.marked for section in rows.notice("commission") for row in section.rows)
    yield _("This is an estimate, not a firm price.")
    yield from (section.rows[0].in_short.marked for section in rows.notice("evidence"))


def _past_bills(record: Estimate, table: PriceTable, reader: Reader) -> Iterator[str]:
    return wording.past_bills.sentences(estimates.past_bills_of(record), table.currency, reader)


def _from_provider(act: Act, table: PriceTable, reader: Reader) -> composing.Letterhead:
    """Return the letterhead of a provider's mail to a patient."""
    provider = table.provider
    reply = parseaddr(act.settings.mail_reply_to or provider.email or "")[1]
    set_here = clinic.current()
    logo = set_here.logo
    return composing.Letterhead(
        set_here.mail_name or wording.provider(table, reader).marked,
        reply or None,
        provider.phone,
        None if logo is None else clinic.logo_content(logo),
    )


def _from_house(act: Act) -> composing.Letterhead:
    """Return the letterhead of a mail to staff."""
    return composing.Letterhead(act.settings.host_name)


def _from_request(act: Act, request: PatientRequest, reader: Reader) -> composing.Letterhead:
    return _from_provider(act, price_lists.parsed(request.table_version), reader)


def clinics_words(letter: str, language: str) -> dict[str, list[str]]:
    """Return what the clinic writes in a letter before and after what it tells, as paragraphs."""
    set_here = clinic.current()
    return {place: set_here.words(letter, place, language) for place in clinic.PLACES}


def _staff_link(act: Act, row: outbox.Claimed) -> Written:
    link = db.session.get(StaffLink, int(str(row.options["link"])))
    if link is None or not invitations.is_good(link, act.now):
        raise Gone
    reader = reader_of(row.language)
    token = invitations.token_of(link, act.settings.link_key)
    with speaking(reader):
        context = {
            "host": act.settings.host_name,
            "link": f"{act.settings.public_url}{invitations.PATHS[link.purpose]}{token}",
            "until": reader.clock(link.until, "UTC"),
        }
    return composing.compose(row.template, reader, _from_house(act), context), None


def _staff_notice(act: Act, row: outbox.Claimed) -> Written:
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "host": act.settings.host_name,
            "notice": row.options["notice"],
            "at": reader.clock(row.created_at, "UTC"),
            "link": f"{act.settings.public_url}/staff",
        }
    return composing.compose(row.template, reader, _from_house(act), context), None


def _staff_approval(act: Act, row: outbox.Claimed) -> Written:
    """Write that an approval is wanted or was refused; Overtaken if nothing of it is to be done any more."""
    what, reader = row.options["what"], reader_of(row.language)
    if what in ("account", "account_changed"):
        return _account(act, row)
    if what in ("draft", "draft_returned"):
        draft = db.session.get(Draft, int(row.about.partition(":")[2] or 0))
        if draft is None:
            raise Overtaken  # it was published, or thrown away
        waits = draft.proposed_save is not None
        number, name, path = str(draft.id), draft.slug, f"/staff/tables/drafts/{draft.id}/publish"
    else:
        request = requests.get(row.about)
        prepared = None if request is None else quotes.drafts.for_request(request)
        if request is None:
            raise Gone
        if prepared is None:
            raise Overtaken  # it was issued, or thrown away
        waits = prepared.proposed_by is not None
        number, name = "", request.reference
        path = f"/desk/requests/{request.reference}/quote#approval"
    if waits == (what in ("draft_returned", "quote_returned")):
        raise Overtaken
    with speaking(reader):
        context = {"what": what, "number": number, "name": name, "link": f"{act.settings.public_url}{path}"}
    return composing.compose(row.template, reader, _from_house(act), context), None


def _account(act: Act, row: outbox.Claimed) -> Written:
    """Write that an account to pay into waits for confirmation, or was put in force; the account stands on its page."""
    what, reader = row.options["what"], reader_of(row.language)
    account = db.session.get(PaymentAccount, int(row.about.partition(":")[2] or 0))
    if account is None:
        raise Gone
    if what == "account" and account.state != "proposed":
        raise Overtaken
    to = staff.find(outbox.address_of(row, act.settings.data_keys) or "")
    # Whoever works with requests reads it on the Start page, and the open quotes beside it; others in the settings.
    at_desk = to is not None and staff.may(to, "requests.read")
    path = "/staff/settings/account/confirm" if what == "account" else "/staff"
    if what == "account_changed" and not at_desk:
        path = "/staff/settings/account"
    with speaking(reader):
        context = {
            "what": what,
            "number": "",
            "name": "",
            "at_desk": at_desk,
            "at": reader.clock(
                account.decided_at or account.proposed_at, price_lists.clinics_zone(row.created_at)
            ),
            "link": f"{act.settings.public_url}{path}",
        }
    return composing.compose(row.template, reader, _from_house(act), context), None


def _code(act: Act, row: outbox.Claimed) -> Written:
    code = db.session.get(QuoteCode, int(str(row.options["code"])))
    digits = None if code is None else mailed_codes.digits_of(act, code)
    if code is None or digits is None:
        raise Gone
    request = db.session.get_one(PatientRequest, code.request_id)
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "host": act.settings.host_name,
            "code": digits,
            "minutes": mailed_codes.MINUTES,
        }
    return composing.compose(row.template, reader, _from_request(act, request, reader), context), None


def _request_received(act: Act, row: outbox.Claimed) -> Written:
    record = requests.get(row.about)
    if record is None or record.full_name is None:
        raise Gone
    reader, table = reader_of(row.language), price_lists.parsed(record.table_version)
    with speaking(reader):
        context = {
            "reference": record.reference,
            "due": reader.moment(record.due_at, table.time_zone),
            "time_zone": reader.zone(table.time_zone),
            "link": _link(act, row, f"/r/{requests.token_of(record, act.settings.link_key)}"),
            "demo": table.demo,
            "mere_question": record.kind == "question",
            # What the clinic writes there speaks of a request for a quote.
            **({} if record.kind == "question" else clinics_words("request_received", row.language)),
        }
    return composing.compose("request_received", reader, _from_request(act, record, reader), context), None


def _quote_issued(act: Act, row: outbox.Claimed) -> Written:
    revision = _revision_of(row)
    if quotes.state_at(revision, act.now) != "current":
        raise Overtaken  # it says that the quote can be accepted
    first = quotes.first_day_to_accept(revision)
    content = quotes.pdf_document.render(revision, act.settings)
    if content is None:
        raise Gone
    quote, reader = revision.quote, reader_of(row.language)
    said, table = quotes.content_of(revision), price_lists.parsed(revision.table_version)
    breakdown = said["breakdown"]
    ended, before = quotes.replaced.acceptance_ended_by(revision), quotes.replaced.replaced_by(revision)
    paid_before = None if before is None else quotes.content_of(before).get("pay_to")
    with speaking(reader):
        context = {
            "ended": None if ended is None else ended.number,
            "other_account": wording.other_account(paid_before, said.get("pay_to")),
            "never_by_mail": wording.never_by_mail() if "pay_to" in said else None,
            "number": quote.number,
            "revision": revision.number,
            "not_before": None if first is None else reader.day(first),
            "others": _who_else_earns(said, table, reader),
            "plans": len(quote_plans.letters_of(said)),
            "valid_until": reader.day(revision.valid_until),
            "time_zone": reader.zone(revision.time_zone),
            "link": _link(act, row, f"/q/{quotes.token_of(quote, act.settings.link_key)}"),
            "demo": breakdown["demo"],
            **_said_beside(quotes.rows_of(revision, act.settings.data_keys)),
            **clinics_words("quote_issued", row.language),
        }
    name = f"{quote.number}-{revision.number}.pdf"
    letter = composing.compose("quote_issued", reader, _from_request(act, quote.request, reader), context)
    return letter, composing.Attachment(name, content)


def _who_else_earns(content: StoredQuote, table: PriceTable, reader: Reader) -> str:
    """Name who earns from any plan of a quote, each plan's names once."""
    found = (
        wording.who_else_earns(plan["breakdown"], table, reader)
        for plan in quote_plans.by_plan(content).values()
    )
    return listed(dict.fromkeys(filter(None, found)))


def _said_beside(rows: wording.FirmRows | None) -> dict[str, list[str]]:
    """Return what the coordinator wrote beside the figures, as paragraphs, and why the price was adjusted."""
    if rows is None:
        return {}
    return {
        "personal": [part.strip() for part in re.split(r"\n\s*\n", rows.personal or "") if part.strip()],
        "adjusted": list(_why_adjusted(rows)),
    }


def _why_adjusted(rows: wording.FirmRows) -> Iterator[str]:
    """Yield why the price was adjusted, and of which of several plans; what holds for all of them is said once."""
    said = {
        plan.plan: [with_colon(row.label.text, row.why) for row in plan.adjustments if row.why is not None]
        for plan in rows.plans
    }
    first = said[rows.plan]
    if all(each == first for each in said.values()):
        yield from first
        return
    for letter, sentences in said.items():
        for sentence in sentences:
            yield _("%(plan)s: %(what)s", plan=wording.firm_plans.named(letter), what=sentence)


def _quote_reminder(act: Act, row: outbox.Claimed) -> Written:
    """Write that a quote ends on a day; Overtaken if it was answered, replaced or withdrawn, or if nobody wants it."""
    revision = _revision_of(row)
    if revision.rows is None:
        raise Gone
    quote, reader = revision.quote, reader_of(row.language)
    if quotes.state_at(revision, act.now) != "current" or quote.request.no_reminders_at is not None:
        raise Overtaken
    stop = quotes.reminders.token_of(quote, act.settings.link_key)
    with speaking(reader):
        context = {
            "number": quote.number,
            "revision": revision.number,
            "valid_until": reader.day(revision.valid_until),
            "time_zone": reader.zone(revision.time_zone),
            "link": _link(act, row, f"/q/{quotes.token_of(quote, act.settings.link_key)}"),
            "stop": _link(act, row, f"/reminders/{quote.number}/{stop}"),
            "demo": quotes.content_of(revision)["breakdown"]["demo"],
        }
    letter = composing.compose(row.template, reader, _from_request(act, quote.request, reader), context)
    return letter, None


def _quote_receipt(act: Act, row: outbox.Claimed) -> Written:
    revision = _revision_of(row)
    if revision.rows is None:
        raise Gone
    quote, reader = revision.quote, reader_of(row.language)
    last, said = row.options.get("last_day"), quotes.content_of(revision)
    told = quotes.notifications.told_at(revision, str(row.options["what"]), row.created_at)
    with speaking(reader):
        context = {
            "never_by_mail": wording.never_by_mail() if "pay_to" in said else None,
            "what": row.options["what"],
            "plan": row.options.get("plan"),
            "taken": int(str(row.options.get("taken", 0))),
            "number": quote.number,
            "revision": revision.number,
            "at": reader.clock(told, revision.time_zone),
            "until": last
            and _(
                "the end of %(day)s (%(zone)s)",
                day=reader.day(str(last)),
                zone=reader.zone(revision.time_zone),
            ),
            "link": _link(act, row, f"/q/{quotes.token_of(quote, act.settings.link_key)}"),
            "demo": said["breakdown"]["demo"],
        }
    return composing.compose(
        "quote_receipt", reader, _from_request(act, quote.request, reader), context
    ), None


def _request_question(act: Act, row: outbox.Claimed) -> Written:
    record = requests.get(row.about)
    if record is None or record.full_name is None:
        raise Gone
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "reference": record.reference,
            "at": reader.clock(row.created_at, record.table_version.time_zone),
            "link": f"{act.settings.public_url}/desk/requests/{record.reference}",
            "answered": bool(row.options.get("answered")),
        }
    return composing.compose("request_question", reader, _from_house(act), context), None


def _request_answer(act: Act, row: outbox.Claimed) -> Written:
    record = requests.get(row.about)
    if record is None or record.full_name is None:
        raise Gone
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "reference": record.reference,
            "link": _link(act, row, f"/r/{requests.token_of(record, act.settings.link_key)}"),
            "demo": price_lists.parsed(record.table_version).demo,
        }
    return composing.compose("request_answer", reader, _from_request(act, record, reader), context), None


def _desk_news(act: Act, row: outbox.Claimed) -> Written:
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "requests": int(str(row.options["requests"])),
            "questions": int(str(row.options["questions"])),
            "link": f"{act.settings.public_url}/desk/requests",
        }
    return composing.compose("desk_news", reader, _from_house(act), context), None


def _to_the_desk(act: Act, row: outbox.Claimed) -> Written:
    revision = _revision_of(row)
    reader = reader_of(row.language)
    with speaking(reader):
        context = {
            "number": revision.quote.number,
            "revision": revision.number,
            "at": reader.clock(row.created_at, revision.time_zone),
            "link": f"{act.settings.public_url}/desk/requests/{revision.quote.request.reference}",
            "plan": None,
            **row.options,
        }
    return composing.compose(row.template, reader, _from_house(act), context), None


def _revision_of(row: outbox.Claimed) -> QuoteRevision:
    found = quotes.of_about(row.about)
    if found is None:
        raise Gone
    return found


WRITERS: dict[str, Callable[[Act, outbox.Claimed], Written]] = {
    "estimate": _estimate,
    "staff_invitation": _staff_link,
    "staff_reset": _staff_link,
    "staff_notice": _staff_notice,
    "staff_approval": _staff_approval,
    "quote_code": _code,
    "quote_issued": _quote_issued,
    "quote_decided": _to_the_desk,
    "quote_question": _to_the_desk,
    "quote_receipt": _quote_receipt,
    "quote_reminder": _quote_reminder,
    "request_code": _code,
    "request_received": _request_received,
    "request_question": _request_question,
    "request_answer": _request_answer,
    "desk_news": _desk_news,
}
"""The function that writes each kind of mail, by its folder in templates/email."""
