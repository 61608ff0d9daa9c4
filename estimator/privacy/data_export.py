"""The export of a person's data, for themselves: on a page, as a PDF, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, overload

from sqlalchemy import select

from estimator import bills, estimates, keys, price_lists, quotes, requests, wording
from estimator.act import Act
from estimator.db import db
from estimator.i18n import Reader, Words, lazy_gettext, listed, listed_apart, speaking, with_colon
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.mail import addresses, outbox
from estimator.marked_text import joined
from estimator.models import (
    Estimate,
    FinalBill,
    Mail,
    PatientRequest,
    Quote,
    QuoteDecision,
    QuoteDraft,
    QuoteRevision,
)
from estimator.pdf import page_foot, renderer
from estimator.privacy import erasure
from estimator.privacy.exported import (
    KeptBill,
    KeptConsent,
    KeptDecision,
    KeptDraft,
    KeptEstimate,
    KeptEvent,
    KeptMail,
    KeptQuote,
    KeptRequest,
    KeptRevision,
)
from estimator.template_environment import environment
from estimator.wording import injury, states
from estimator.wording.told_answers import as_line, told_answers
from pricing import quote_plans
from pricing.range_data import as_data
from pricing.stored import StoredQuote, read_answers
from pricing.uncertainty import of_breakdown

FORMAT = 1

MOST_LISTED = 100
"""Maximum number of entries of a history, and of mails, on the page and in the PDF; the JSON has all of them."""

MOST_WORDS = 50_000
"""Maximum number of characters in the entries that are listed; the newest is listed however long it is."""

PURPOSES: Mapping[str, Any] = {
    "health_data": lazy_gettext("Using what says something about health"),
    "contact": lazy_gettext("Writing and calling"),
    "on_behalf": lazy_gettext("Speaking for somebody else"),
    "question": lazy_gettext("Storing and answering a question"),
}
"""What each consent is about."""


@dataclass(frozen=True)
class Row:
    """One thing that is kept: what it is, and what it says. `typed` texts are shown line by line as they are."""

    label: str
    text: str
    typed: bool = False


@dataclass(frozen=True)
class Part:
    """A part of what is kept; `note` says what is left out of it, if something is."""

    heading: str
    rows: list[Row]
    note: str | None = None


def of_request(act: Act, record: PatientRequest) -> KeptRequest:
    """Return everything that is kept of a request, as a program reads it. Raises keys.Unreadable."""
    keyring = act.settings.data_keys
    person = requests.person_of(record, keyring)
    quote = quotes.for_request(record)
    about = [record.reference]
    if quote is not None:
        about += [quotes.about(revision) for revision in quotes.revisions(quote)]
    return {
        "format": FORMAT,
        "kind": "my_data",
        "reference": record.reference,
        "asked_for": record.kind,
        "asked_at": _iso(record.created_at),
        "kept_until": _iso(erasure.kept_until(record, act.clinic)),
        "person": None
        if person is None
        else {
            "full_name": person.full_name,
            "email": person.email,
            "phone": person.phone,
            "message": person.message,
            "patient_name": person.patient_name,
            "injury_level": person.injury_level,
            "injury_completeness": person.injury_completeness,
            "injury_month": person.injury_month,
            "age_group": person.age_group,
            "answer_hours": person.answer_hours,
        },
        "country": record.country,
        "language": record.language,
        "answer_by": record.answer_by,
        "for_whom": record.for_whom,
        "planned_month": record.planned_month,
        "state": record.state,
        "due_at": _iso(record.due_at),
        "estimate": record.estimate_reference,
        "answers": dict(requests.answers_of(record)),
        "breakdown": requests.breakdown_of(record),
        "consents": [
            {
                "purpose": consent.purpose,
                "version": consent.version,
                "language": consent.language,
                "words": consent.words,
                "how": consent.how,
                "given_at": _iso(consent.given_at),
                "withdrawn_at": _iso(consent.withdrawn_at),
            }
            for consent in requests.consents_of(record)
        ],
        "history": [
            {
                "at": _iso(entry.at),
                "by": _by(entry.actor),
                "what": entry.kind,
                "detail": _detail(entry.detail),
                "words": entry.words,
                "answers": None if entry.answered is None else dict(entry.answered.answers),
            }
            for entry in requests.history(record, keyring)
        ],
        "quote": None if quote is None else _quote(act, quote),
        "quote_in_preparation": _draft(record, keyring),
        "final_bills": [_bill(bill, keyring) for bill in bills.of_request(record)],
        "mail": [_mail(mail, keyring) for mail in outbox.mails_about(*about) if _is_theirs(mail)],
    }


def of_estimate(record: Estimate, *, kept_until: datetime, keyring: keys.Keyring) -> KeptEstimate:
    """Return everything that is kept of an estimate, as a program reads it.

    Of the addresses that it was mailed to, whoever has its link learns no more than its page says.
    """
    withdrawn = estimates.withdrawn_at(record)
    table, stored = price_lists.parsed(record.table_version), estimates.breakdown_of(record)
    answered = estimates.answers_of(record)
    explained = of_breakdown(table, stored, answered)
    return {
        "format": FORMAT,
        "kind": "my_data",
        "reference": record.reference,
        "made_at": _iso(record.created_at),
        "kept_until": _iso(kept_until),
        "language": record.language,
        "valid_until": record.valid_until.isoformat(),
        "price_list": {
            "table": record.table_version.slug,
            "version": record.table_version.version,
            "sha256": record.table_version.sha256,
            "withdrawn_at": None if withdrawn is None else _iso(withdrawn),
        },
        "past_bills": estimates.past_bills_of(record),
        "range": None if explained is None else as_data(explained, table),
        "answers": dict(answered),
        "breakdown": stored,
        "comparisons": estimates.comparisons.number_with(record),
        "mail": [_masked(_mail(mail, keyring)) for mail in outbox.mails_about(record.reference)],
    }


def as_json(found: KeptRequest | KeptEstimate) -> bytes:
    """Write what is kept for a program, so that people can read it as well."""
    return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()


def parts(
    record: PatientRequest, found: KeptRequest, reader: Reader, countries: Mapping[str, str]
) -> list[Part]:
    """Word what `of_request` found, part by part; `countries` are their names in the reader's language."""
    with speaking(reader):
        zone = record.table_version.time_zone
        words = _Worded(record, found, reader, countries, zone)
        return [part for part in words.parts() if part.rows]


def document(
    record: PatientRequest,
    found: KeptRequest,
    reader: Reader,
    countries: Mapping[str, str],
    sentences: list[str],
    now: datetime,
) -> bytes:
    """Return the same as a PDF, with what a program reads attached; raises RenderingFailed."""
    with speaking(reader):
        drawn = html(record, parts(record, found, reader, countries), reader, sentences, now)
        description = _("The same for programs, as JSON")
    return renderer.document(
        drawn,
        attachment=as_json(found),
        attachment_name="my-data.json",
        attachment_description=description,
        created=now,
    )


def html(
    record: PatientRequest, found: list[Part], reader: Reader, sentences: list[str], now: datetime
) -> str:
    """Return the HTML of the PDF, in the language that is spoken."""
    provider = wording.provider(price_lists.parsed(record.table_version), reader)
    title = _("What we keep about you")
    return (
        environment()
        .get_template("pdf/my_data.html")
        .render(
            title=title,
            provider=provider,
            reference=record.reference,
            made_at=reader.clock(now, record.table_version.time_zone),
            created=now.isoformat(timespec="seconds"),
            sentences=sentences,
            parts=found,
            reader=reader,
            sheet=page_foot.sheet((str(provider), record.reference, title), reader),
        )
    )


class _Worded:
    """Words for everything that `of_request` finds."""

    def __init__(
        self,
        record: PatientRequest,
        found: KeptRequest,
        reader: Reader,
        countries: Mapping[str, str],
        zone: str,
    ) -> None:
        self.record, self.found, self.reader, self.countries, self.zone = (
            record,
            found,
            reader,
            countries,
            zone,
        )

    def parts(self) -> Iterator[Part]:
        yield Part(_("You"), list(self.person()))
        yield Part(_("About the injury"), list(self.injury()))
        yield Part(_("What you asked about"), list(self.plan()))
        yield Part(_("What you agreed to"), list(self.consents()))
        yield Part(_("Quotes"), list(self.quotes()))
        yield Part(_("Final bills"), list(self.bills()))
        yield self.newest(_("What happened"), self.history(), len(self.found["history"]))
        yield self.newest(_("Mail"), self.mail(), len(self.found["mail"]))

    def newest(self, heading: str, rows: Iterator[Row], whole: int) -> Part:
        """Return the newest of some rows: anybody can make many, and all of them would be drawn for a long time."""
        shown: list[Row] = []
        room = MOST_WORDS
        for row in islice(rows, MOST_LISTED):
            room -= len(row.text)
            if room < 0 and shown:
                break
            shown.append(row)
        if len(shown) == whole:
            return Part(heading, shown)
        number = self.reader.number
        note = _(
            "The newest %(shown)s of %(all)s are listed here. All of them are in the download for a program (JSON).",
            shown=number(str(len(shown))),
            all=number(str(whole)),
        )
        return Part(heading, shown, note)

    def person(self) -> Iterator[Row]:
        found = self.found
        person = found["person"]
        if person is not None:
            if person["full_name"]:
                yield Row(_("Name"), person["full_name"], typed=True)
            for label, said in ((_("Email address"), person["email"]), (_("Telephone"), person["phone"])):
                if said:
                    yield Row(label, said, typed=True)
        if found["country"]:
            yield Row(_("Country"), self.countries.get(found["country"], found["country"]))
        answers = reader_of(found["language"])
        yield Row(_("Language of our answers"), Words(answers.name, answers.tag, answers.direction).marked)
        if found["asked_for"] == "question":
            return
        other = found["for_whom"] == "other"
        yield Row(_("How we should answer"), injury.channel(found["answer_by"]))
        if person is not None and person["answer_hours"]:
            yield Row(_("When we can reach you"), person["answer_hours"], typed=True)
        yield Row(_("For whom"), _("For somebody I may speak for") if other else _("For myself"))
        if person is not None and person["patient_name"]:
            yield Row(_("Name of the patient"), person["patient_name"], typed=True)
        if found["planned_month"]:
            yield Row(_("Planned month"), self.reader.month(found["planned_month"]))
        if person is not None and person["message"]:
            yield Row(_("Message"), person["message"], typed=True)

    def injury(self) -> Iterator[Row]:
        if self.found["person"] is not None and self.found["asked_for"] == "quote":
            told = requests.Person(**self.found["person"])
            yield from (Row(fact.label, fact.answer) for fact in injury.facts(told, self.reader))

    def plan(self) -> Iterator[Row]:
        table = price_lists.parsed(self.record.table_version)
        rows = wording.rows(self.found["breakdown"], table, self.reader, list(self.found["answers"]))
        yield Row(_("Request"), self.found["reference"])
        yield Row(_("Estimate"), self.found["estimate"])
        yield Row(_("Asked on"), self.moment(self.found["asked_at"]))
        yield Row(rows.headline.label, rows.headline.amount)
        if rows.headline.not_counted:
            names = listed_apart([row.label for row in rows.headline.not_counted])
            yield Row(_("Not counted yet"), names)
        for section in rows.answers:
            for row in section.rows:
                open_ = f" {_('(not answered; we used this)')}" if row.assumed else ""
                yield Row(row.label.marked, joined("", [row.answer, open_]))

    def consents(self) -> Iterator[Row]:
        for consent in self.found["consents"]:
            said = {"moment": self.moment(consent["given_at"]), "version": consent["version"]}
            lines: list[object] = [
                self.agreed(consent),
                _("ticked on %(moment)s; version %(version)s of the words", **said)
                if consent["how"] == "page"
                else _("said to a coordinator on %(moment)s; version %(version)s of the words", **said),
            ]
            if consent["withdrawn_at"]:
                lines.append(_("taken back on %(moment)s", moment=self.moment(consent["withdrawn_at"])))
            yield Row(
                str(PURPOSES.get(consent["purpose"], consent["purpose"])), joined("\n", lines), typed=True
            )

    def agreed(self, consent: KeptConsent) -> object:
        """Return the words of a consent, which were stored without marks: in its language, and the provider's name."""
        spoken = reader_of(consent["language"])
        if spoken.tag != self.reader.tag:
            return Words(consent["words"], spoken.tag, spoken.direction)
        whose = wording.provider(price_lists.parsed(self.record.table_version), self.reader)
        return joined(whose, consent["words"].split(whose.text))

    def quotes(self) -> Iterator[Row]:
        quote = self.found["quote"]
        if quote is None:
            return
        for revision in quote["revisions"]:
            label = _(
                "%(number)s, revision %(revision)s", number=quote["number"], revision=revision["revision"]
            )
            said = [
                *self.totals(revision["content"]),
                _("issued on %(moment)s", moment=self.moment(revision["issued_at"])),
                str(states.REVISION_IN_MY_DATA.get(revision["state"], revision["state"])),
            ]
            if revision["patient"]:
                said.append(_("made out to %(name)s", name=revision["patient"]))
            said += self.written_beside(revision["worded"] or {})
            for decision in revision["decisions"]:
                said.append(self.decision(decision))
            yield Row(label, "\n".join(said), typed=True)

    def bills(self) -> Iterator[Row]:
        for bill in self.found["final_bills"]:
            said = [self.reader.money(bill["total"], bill["currency"])]
            if bill["ended_as"] == "corrected":
                said.append(_("It was corrected later."))
            elif bill["ended_as"] == "withdrawn":
                said.append(_("It was withdrawn later."))
            said += [self.reason(bill["reasons"])] if bill["reasons"] else []
            said += filter(None, [*bill["labels"], bill["note"]])
            yield Row(self.reader.day(date.fromisoformat(bill["billed_on"])), "\n".join(said), typed=True)

    def reason(self, codes: list[str]) -> str:
        return listed([str(states.BILL_REASONS.get(code, code)) for code in codes])

    def totals(self, content: StoredQuote) -> Iterator[str]:
        for letter, each in quote_plans.by_plan(content).items():
            total = self.reader.money(each["total"], each["currency"])
            plan = wording.firm_plans.named(letter)
            yield _("%(plan)s: %(what)s", plan=plan, what=total) if letter else total

    def written_beside(self, worded: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the coordinator wrote beside the figures of a quote, and why the price was adjusted."""
        for each in (worded, *(worded.get("alternatives") or ())):
            for line in each.get("adjustments") or ():
                if line.get("why"):
                    yield with_colon(line["label"]["text"], line["why"])
        if worded.get("personal"):
            yield f"{_('Your coordinator writes:')}\n{worded['personal']}"

    def decision(self, decision: KeptDecision) -> str:
        accepted = decision["kind"] == "accepted"
        at = self.moment(decision["at"])
        said = (
            _("you accepted it: %(moment)s", moment=at)
            if accepted
            else _("you declined it: %(moment)s", moment=at)
        )
        if decision["plan"]:
            plan = wording.firm_plans.named(decision["plan"])
            said = _("%(plan)s: %(what)s", plan=plan, what=said)
        lines = [listed([said, *filter(None, (decision["typed_name"], decision["words"]))])]
        if decision["taken_back_at"]:
            lines.append(_("taken back on %(moment)s", moment=self.moment(decision["taken_back_at"])))
        return "\n".join(lines)

    def history(self) -> Iterator[Row]:
        for entry in self.found["history"]:
            what = self.event(entry)
            what = {
                "patient": _("%(event)s (you)", event=what),
                "staff": _("%(event)s (a coordinator)", event=what),
                "clock": _("%(event)s (automatically)", event=what),
            }[entry["by"]]
            said = [what, *self.answers(entry), *([] if entry["words"] is None else [entry["words"]])]
            yield Row(self.moment(entry["at"]), joined("\n", said), typed=True)

    def answers(self, entry: KeptEvent) -> Iterator[str]:
        """Return the answers to questions that were given with something, a line each."""
        if entry["answers"] is None:
            return
        answered = requests.Answered(int(str(entry["detail"][requests.ANSWERED_IN])), entry["answers"])
        table = price_lists.parsed(requests.version_of(answered, self.record))
        for row in told_answers(table, answered.answers, self.reader):
            yield as_line(row)

    def mail(self) -> Iterator[Row]:
        for mail in self.found["mail"]:
            state = {
                "sent": _("sent"),
                "failed": _("not sent"),
                "waiting": _("about to be sent"),
                "working": _("about to be sent"),
            }.get(mail["state"], mail["state"])
            address = mail["address"] or _("an address that we have deleted")
            kind = states.MAILS_IN_MY_DATA.get(mail["kind"], _("Mail"))
            yield Row(
                self.moment(mail["put_at"]),
                f"{_('%(label)s: %(answer)s', label=kind, answer=state)}\n{address}",
                typed=True,
            )

    def event(self, entry: KeptEvent) -> str:
        if entry["what"] == "state":
            return str(
                states.REQUEST_IN_MY_DATA.get(str(entry["detail"].get("to")), _("The status was changed"))
            )
        way = str(entry["detail"].get("way", ""))
        if entry["what"] == "answer" and way in states.ANSWERS_IN_MY_DATA:
            return str(states.ANSWERS_IN_MY_DATA[way])
        if entry["answers"] is not None:
            return str(states.ANSWERED_IN_MY_DATA)
        return str(states.EVENTS_IN_MY_DATA.get(entry["what"], entry["what"]))

    def moment(self, iso: str) -> str:
        return self.reader.clock(datetime.fromisoformat(iso), self.zone)


def _quote(act: Act, quote: Quote) -> KeptQuote:
    return {
        "number": quote.number,
        "revisions": [_revision(act, revision) for revision in quotes.revisions(quote)],
    }


def _revision(act: Act, revision: QuoteRevision) -> KeptRevision:
    decisions = db.session.scalars(
        select(QuoteDecision).filter_by(revision_id=revision.id).order_by(QuoteDecision.id)
    )
    return {
        "revision": revision.number,
        "state": quotes.state_at(revision, act.now),
        "state_since": _iso(revision.state_since),
        "issued_at": _iso(revision.issued_at),
        "valid_until": revision.valid_until.isoformat(),
        "total": revision.total,
        "currency": revision.currency,
        "patient": quotes.patient_of(revision, act.settings.data_keys),
        "content": quotes.content_of(revision),
        "worded": None
        if revision.rows is None
        else json.loads(_opened(revision, revision.rows, "rows", act.settings.data_keys)),
        "document_sha256": revision.pdf_sha256,
        "document_kept": revision.pdf is not None,
        "decisions": [
            {
                "kind": decision.kind,
                "at": _iso(decision.at),
                "agreed_to": decision.agreed_to,
                "typed_name": _opened(decision, decision.typed_name, "typed_name", act.settings.data_keys),
                "reason": decision.reason,
                "words": _opened(decision, decision.words, "words", act.settings.data_keys),
                "network": decision.network,
                "taken_back_at": _iso(decision.taken_back_at),
                "plan": decision.plan,
                "taken": quotes.taken_with(decision),
                "total": decision.total,
            }
            for decision in decisions
        ],
    }


def _draft(record: PatientRequest, keyring: keys.Keyring) -> KeptDraft | None:
    draft = db.session.scalar(select(QuoteDraft).filter_by(request_id=record.id))
    if draft is None:
        return None
    adjustments = _opened(draft, draft.adjustments, "adjustments", keyring)
    alternatives = _opened(draft, draft.alternatives, "alternatives", keyring)
    options = _opened(draft, draft.options, "options", keyring)
    return {
        "answers": read_answers(draft.given),
        "adjustments": [] if adjustments is None else json.loads(adjustments),
        "alternatives": []
        if alternatives is None
        else [each for each in json.loads(alternatives) if "answers" in each],
        "options": [] if options is None else json.loads(options),
        "priced": {code: each.text for code, each in quotes.given_prices.of(draft).items()},
        "words": _opened(draft, draft.words, "words", keyring),
        "changed_at": _iso(draft.changed_at),
    }


def _bill(bill: FinalBill, keyring: keys.Keyring) -> KeptBill:
    note, labels = bills.words_of(bill, keyring)
    return {
        "billed_on": bill.billed_on.isoformat(),
        "total": bill.total,
        "currency": bill.currency,
        "low": bill.low,
        "likely": bill.likely,
        "high": bill.high,
        "quoted": bill.quoted,
        "items": list(bills.of_bill(bill)),
        "labels": list(labels),
        "reasons": bill.reasons.split(),
        "note": note,
        "entered_at": _iso(bill.entered_at),
        "ended_as": bill.ended_as,
        "ended_at": _iso(bill.ended_at),
    }


def _mail(mail: Mail, keyring: keys.Keyring) -> KeptMail:
    return {
        "kind": mail.template,
        "address": outbox.address_of(mail, keyring),
        "state": mail.state,
        "put_at": _iso(mail.created_at),
        "ended_at": _iso(mail.ended_at),
        "outcome": mail.words,
    }


def _masked(mail: KeptMail) -> KeptMail:
    return {**mail, "address": None if mail["address"] is None else addresses.masked(mail["address"])}


def _is_theirs(mail: Mail) -> bool:
    """Whether a mail went to the patient, and not to the desk."""
    return mail.template not in ("quote_decided", "quote_question", "request_question", "staff_approval")


def _opened(row: Any, sealed: bytes | None, column: str, keyring: keys.Keyring) -> Any:
    return None if sealed is None else keyring.open(sealed, row.__tablename__, column, row.name)


def _by(actor: str) -> Literal["patient", "staff", "clock"]:
    """Say who did something without naming a member of staff."""
    if actor == "patient":
        return "patient"
    return "clock" if actor == "clock" else "staff"


def _detail(detail: Mapping[str, object]) -> dict[str, object]:
    """Leave out numbers of members of staff."""
    if {"from", "to"} <= set(detail) and not isinstance(detail.get("from"), str):
        return {}
    return {name: said for name, said in detail.items() if name not in ("wrote", "approved_by")}


@overload
def _iso(moment: datetime) -> str: ...
@overload
def _iso(moment: None) -> None: ...
@overload
def _iso(moment: datetime | None) -> str | None: ...
def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
