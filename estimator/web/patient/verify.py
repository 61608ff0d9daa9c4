"""Check a document: four words for a number, and what can be said of a PDF. Nothing of either is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import IO

from flask import Blueprint, Request, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from estimator import throttle, verification, wording
from estimator.i18n import Reader, Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.verification import LARGEST, Checked, Computed, Difference, Reference
from estimator.web import client_network, errors, request_context, turns
from estimator.web.bounded_forms import BoundedForms
from estimator.web.fields import CompactField, FileField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.patient import attempts, cookies, pdf_line
from estimator.web.request_context import act
from estimator.web.validators import Filled
from estimator.wording import firm_plans
from pricing import PriceTable

pages = Blueprint("checking", __name__)

ROUND_IT = 20_000
"""Bytes allowed for what a browser sends around a file (boundaries, headers, the other fields)."""

MOST_MISSES = 30
"""Maximum number of look-ups of numbers that were never issued, by one network in a quarter of an hour."""

MOST_FILES = 30
MOST_SENT = 120
"""Maximum number of files checked for one network in a quarter of an hour, and of those that it sends for that."""


class InMemory(Request):
    """A request whose files never touch the disk, not even for a moment, and whose fields are not many, with names."""

    form_data_parser_class = BoundedForms

    def _load_form_data(self) -> None:
        """Read the form; what a part without a name holds belongs to no field."""
        super()._load_form_data()
        for part in ("form", "files", "values"):
            found = self.__dict__.get(part)
            if found is not None and None in found:
                named = [(name, value) for name, value in found.items(multi=True) if name is not None]
                self.__dict__[part] = type(found)(named)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


@dataclass(frozen=True)
class Row:
    """One difference in words."""

    label: Words
    written: str
    computed: str


class NumberForm(Form):
    """The number of a quote, and perhaps of its revision; asked for by GET, so that a link can ask as well."""

    class Meta(Form.Meta):
        """It changes nothing, so it needs no proof of a visit."""

        csrf = False

    number = CompactField(
        lazy_gettext("Number"),
        [Filled(lazy_gettext("Enter the number of the quote first. It begins with Q."))],
        most_shown=80,
    )
    revision = CompactField(lazy_gettext("Revision"), most_shown=80)


class UploadForm(Form):
    """A document that somebody was given."""

    file = FileField(
        lazy_gettext("PDF of the quote or the estimate"),
        [Filled(lazy_gettext("Choose the PDF first, then press the button."))],
        most=LARGEST,
    )


@pages.get("/verify")
def start() -> ResponseReturnValue:
    """Show the two ways; with a number that was typed, go to what it tells."""
    form = NumberForm(request.args)
    if "number" not in request.args:
        return _start(form)
    if not form.validate():
        return _start(form, status=422)
    number, revision = form.number.data, form.revision.data
    found = verification.reference_of(f"{number}/{revision}" if revision else number)
    if found is None:
        sentence = _(
            "That is not the number of a quote. One looks like Q-2026-00017, and the revision is a number as well."
        )
        return _start(form.refuse(sentence, form.number), status=422)
    if not isinstance(found, Reference):
        return redirect(url_for("checking.reference", reference=found), code=303)
    return redirect(address(found), code=303)


@pages.get("/verify/<reference>")
@pages.get("/verify/<reference>/<revision>")
def reference(reference: str, revision: str = "") -> ResponseReturnValue:
    """Tell one of four words of a number, and of one that was confirmed to others whether it is accepted no more."""
    found = verification.reference_of(f"{reference}/{revision}" if revision else reference)
    if found in ("EST", "REQ") or reference in ("EST", "REQ"):
        return render_template(
            "patient/verify_other.html",
            kind=found or reference,
            upload=UploadForm(),
            megabytes=LARGEST // 1_000_000,
        )
    if not isinstance(found, Reference):
        found = None
    if not _has_room("numbers", MOST_MISSES):
        return _too_often(_("Too many numbers that nobody has issued were asked for from your network."))
    word = "unknown" if found is None else verification.word_for(found, request_context.now())
    if word == "unknown":
        attempts.count("check numbers", MOST_MISSES)
    page = render_template(
        "patient/verify_number.html",
        word=word,
        not_accepted=word == "current"
        and found is not None
        and verification.is_accepted_no_more(found, request_context.now()),
        reference=found,
        form=NumberForm(None),
    )
    return page, 404 if word == "unknown" else 200


@pages.post("/verify")
def upload() -> ResponseReturnValue:
    """Say what can be said of a PDF that somebody was given; it is forgotten with the answer."""
    if not _has_room("files", MOST_FILES) or attempts.count("check files sent", MOST_SENT) is not None:
        return _too_often(_("Too many files were sent from your network."))
    form = UploadForm()
    if not form.is_of_this_visit():
        sentence = _(
            "This page was open for too long, or your browser keeps no cookies. Choose the PDF once more, and press "
            "the button again."
        )
        return _start(upload=form.refuse(cookies.ended_anywhere(sentence), form.file), status=400)
    if not form.validate():
        return _start(upload=form, status=422)
    content = form.file.data
    if len(content) > LARGEST:
        raise RequestEntityTooLarge
    with turns.fair_turn("checking", client_network.counted(), behind=pdf_line.DRAWING) as free:
        if not free:
            sentence = _(
                "Other documents come first at the moment. Choose yours again in half a minute, and press the button."
            )
            return _start(upload=form.refuse(sentence, form.file), status=503)
        attempts.count("check files", MOST_FILES)
        checked = verification.check(content, request_context.now())
    reader = current_reader()
    return render_template(
        "patient/verify_file.html",
        checked=checked,
        verdict=_verdict(checked),
        unreadable=unreadable(checked),
        rows=[] if checked.computed is None else rows(checked.computed, reader),
        others=[] if checked.computed is None else others(checked.computed, reader),
        written=_money(checked.computed, "written", reader),
        computed=_money(checked.computed, "computed", reader),
        plans=[] if checked.computed is None else _plans(checked.computed, reader),
        withdrawn=_withdrawn(checked.computed, reader),
        address=None if checked.reference is None else address(checked.reference),
    )


def _plans(computed: Computed, reader: Reader) -> list[tuple[str, str, str]]:
    """Return each of several plans: its name, the total in the data, and the total computed again."""
    return [
        (
            firm_plans.named(plan.plan),
            _amount(plan.written, computed.currency, reader),
            reader.money(plan.computed, computed.currency),
        )
        for plan in computed.plans
    ]


def _withdrawn(computed: Computed | None, reader: Reader) -> str | None:
    if computed is None or computed.table is None or computed.withdrawn is None:
        return None
    return wording.withdrawn_words(computed.withdrawn, computed.table.time_zone, reader)


def address(found: Reference) -> str:
    """Return the page of a number."""
    if found.revision is None:
        return url_for("checking.reference", reference=found.number)
    return url_for("checking.reference", reference=found.number, revision=str(found.revision))


def unreadable(checked: Checked) -> str | None:
    """Say why the data of a file could not be read; None if they could."""
    match checked.carried.kind:
        case "data":
            return None
        case "no_pdf":
            return _(
                "This is not a PDF. Send the file that you were given, not a photograph or a copied text."
            )
        case "nothing":
            return _(
                "There are no data of ours in it. Every quote and every estimate of ours carries its figures as "
                "data; they are lost when a PDF is printed, scanned, or printed into a new PDF."
            )
        case "encrypted":
            return _("It is encrypted, so it cannot be read. Our documents are never encrypted.")
        case "several":
            return _("There are several files in it. Our documents carry one.")
        case "too_large":
            return _("What is packed into it is larger than anything of ours, so that it was given up.")
        case "too_slow" | "too_much":
            return _(
                "It takes more time or memory to read than any document of ours, so that it was given up."
            )
    return _("It is damaged, or not whole, so that it cannot be read. Download it again, and try once more.")


def rows(computed: Computed, reader: Reader) -> list[Row]:
    """Return the lines that differ, with both amounts, the totals first."""
    labels = _Labels(reader, computed.table)
    order = {"total": 0, "price": 1, "adjusted": 2, "totals": 3}
    found = sorted(computed.differences, key=lambda each: order.get(each.place, 4))
    return [
        Row(
            labels.of(each),
            _amount(each.written, computed.currency, reader),
            _amount(each.computed, computed.currency, reader),
        )
        for each in found
        if _has_amounts(each)
    ]


def others(computed: Computed, reader: Reader) -> list[str]:
    """Return what differs besides, and has no one amount."""
    labels = _Labels(reader, computed.table)
    found = [str(labels.of(each)) for each in computed.differences if not _has_amounts(each)]
    return list(dict.fromkeys(found))


def _start(
    number: NumberForm | None = None, upload: UploadForm | None = None, status: int = 200
) -> tuple[str, int]:
    number, upload = number or NumberForm(request.args), upload or UploadForm()
    page = render_template(
        "patient/verify.html",
        number=number,
        upload=upload,
        megabytes=LARGEST // 1_000_000,
        errors=summary(number, upload),
    )
    return page, status


def _verdict(checked: Checked) -> str:
    """Return the code of the verdict on a file."""
    if checked.confirms is not None:
        return "confirmation"
    same = checked.computed is not None and checked.computed.same
    if checked.genuine:
        return "genuine"
    if checked.same_data:
        return "same_data"
    if checked.kind == "quote":
        return "not_ours" if checked.word in (None, "unknown") else "not_that_number"
    if checked.kind == "estimate":
        return "estimate_follows" if same else "estimate_differs"
    return "nothing"


def _money(computed: Computed | None, which: str, reader: Reader) -> str | None:
    value = None if computed is None else getattr(computed, which)
    if computed is None or value is None:
        return None
    amount = reader.money(value, computed.currency)
    return wording.at_least.likely(amount, computed.at_least, has_range=computed.has_range)


def _amount(value: str | None, currency: str, reader: Reader) -> str:
    return _("none") if value is None else reader.money(value, currency)


def _has_amounts(difference: Difference) -> bool:
    return difference.written is not None or difference.computed is not None


class _Labels:
    """What each difference is called, in the language that is spoken; worded once for all of them."""

    def __init__(self, reader: Reader, table: PriceTable | None) -> None:
        self.reader, self.table = reader, table
        self.names: Mapping[str, str] = {
            "total": _("Total of the quote"),
            "price": _("Price before adjustments"),
            "adjusted": _("Sum of the adjustments"),
            "item": _("A line that the price list has not"),
            "tax": _("A tax that the price list has not"),
            "answers": _("The answers"),
            "notices": _("The notices"),
            "payments": _("The payments"),
            "stages": _("The cost after each stage"),
            "groups": _("The groups of lines"),
            "items": _("The lines"),
            "taxes": _("The taxes"),
            "currency": _("The currency"),
            "table": _("The name of the price list"),
            "version": _("The version of the price list"),
        }
        self.totals: Mapping[str, str] = {
            "provider": _("Paid to the provider"),
            "others": _("Paid to others"),
            "reserve": _("Suggested reserve"),
            "total": _("Likely total"),
        }
        self.else_ = _("Something else in the data")

    def of(self, difference: Difference) -> Words:
        """Return what a difference is called; where there are several plans, with the plan before it."""
        found = self._of(difference)
        if not difference.plan:
            return found
        plan = firm_plans.named(difference.plan)
        return Words(_("%(plan)s: %(what)s", plan=plan, what=found))

    def _of(self, difference: Difference) -> Words:
        if difference.label is not None and self.table is not None:
            return self.reader.words(difference.label, self.table.main_language)
        if difference.place == "totals" and difference.code in self.totals:
            return Words(self.totals[difference.code])
        return Words(self.names.get(difference.place, self.else_))


def _has_room(what: str, most: int) -> bool:
    return throttle.has_room(act(), f"check {what}", client_network.counted(), most=most)


def _too_often(why: str) -> Response:
    response = make_response(
        errors.page(
            429,
            _("Try again in a quarter of an hour"),
            why,
            _("A family checks one document or two. If you have to check many, ask us."),
            way_out=(url_for("checking.start"), _("Check a document")),
        )
    )
    response.headers["Retry-After"] = str(throttle.WINDOW // timedelta(seconds=1))
    return response
