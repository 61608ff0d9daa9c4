"""Compare: two or three estimates side by side, other answers or other providers, under a link of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from estimator import estimates, price_lists, wording
from estimator.estimates import comparisons
from estimator.i18n import Reader, Words, listed
from estimator.i18n import gettext as _
from estimator.models import Comparison, Estimate, TableVersion
from estimator.web import errors, network_limits, request_context
from estimator.web.forms import printable, summary
from estimator.web.language import current_reader, is_switching, link_to_pass_on, own_currency
from estimator.web.patient import closed_list, compare_next, cookies, worded
from estimator.web.patient.compare_form import CompareForm
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.web.typed_text import without_any_direction
from pricing.side_by_side import MOST

pages = Blueprint("comparing", __name__)

KEY = "compared"
"""Under this name the cookie of a visit holds the link of a comparison, and those of its estimates."""

_TOKEN = re.compile(r"/e/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")


class TooMany(errors.Missing):
    """More comparisons were made from a network than may be."""

    def answer(self) -> ResponseReturnValue:
        """Return the page that says when to try again."""
        return errors.page(
            429,
            _("Try again in a quarter of an hour"),
            _("Many comparisons were made from your network just now."),
            _("Your estimates stay as they are."),
            kept=errors.typed() if request.method == "POST" else (),
        )


@dataclass(frozen=True)
class Offer:
    """A price list that a plan can be compared at."""

    slug: str
    provider: Words
    title: Words
    country: str
    address: str


# Where a comparison begins ---------------------------------------------------------------------------------------


@pages.route("/compare", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Ask which price lists or estimates are to be compared, and begin."""
    form, offers, status = CompareForm(), _offers(current_reader()), 200
    form.lists.choices = [(offer.slug, _named(offer)) for offer in offers]
    if request.method == "POST" and not is_switching():
        if not form.is_of_this_visit():
            sentence = _(
                "This page was open for too long. What you typed is still here; press the button again."
            )
            form.refuse(cookies.ended_anywhere(sentence))
            status = 400
        else:
            begun = _begun(form)
            if begun is not None:
                return begun
            status = 422
    page = render_template(
        "patient/compare.html",
        errors=summary(form),
        form=form,
        notes={offer.slug: offer.title for offer in offers},
        whose=offers[0].provider if offers else "",
        kept_days=request_context.settings().kept_days,
    )
    return page, status


def _named(offer: Offer) -> str:
    """Return the name and the country of a provider."""
    return listed([offer.provider, offer.country])


def _begun(form: CompareForm) -> ResponseReturnValue | None:
    """Return where a comparison of what was chosen goes on; None with what is wrong with the choice in the form."""
    slugs = form.lists.ticked
    found: dict[int, tuple[Estimate, str]] = {}
    for field, link in form.typed():
        token = _TOKEN.search(link)
        record = None if token is None else estimates.find(act(), token[1])
        if token is None or record is None:
            shown = without_any_direction(printable(link))[:40]
            form.refuse(
                _("“%(link)s” opens no estimate. Copy the whole link, or leave the line empty.", link=shown),
                field,
            )
        else:
            found[record.id] = record, token[1]
    number = len(slugs) + len(found)
    if not summary(form) and not 2 <= number <= MOST:
        form.refuse(_("Choose two or three, so that there is something to compare."))
    if summary(form):
        return None
    if not found:
        first, *others = slugs
        return redirect(url_for("patient.estimate", slug=first, **compare_next.carried(others)), code=303)
    records, tokens = zip(*found.values(), strict=True)
    if len(found) == 1:
        first, *others = slugs
        more = compare_next.carried(others)
        return redirect(url_for("comparing.of_estimate", token=tokens[0], slug=first, **more), code=303)
    made = make(records, tokens, form.submission.data or "")
    if slugs:
        return redirect(url_for("comparing.of_comparison", token=made, slug=slugs[0]), code=303)
    return redirect(url_for("comparing.page", token=made), code=303)


@pages.get("/e/<token>/compare")
def begin(token: str) -> ResponseReturnValue:
    """Ask what an estimate is to be compared with."""
    found = request_context.estimate_of(token)
    return _choosing(
        found,
        address=lambda slug: url_for("comparing.of_estimate", token=token, slug=slug),
        back=(url_for("patient.breakdown", token=token), _("Back to the estimate")),
        link=url_for("patient.breakdown", token=token),
    )


@pages.get("/compare/<token>/add")
def add(token: str) -> ResponseReturnValue:
    """Ask what a comparison is to have as its next plan."""
    found, compared = opened(token)
    if len(found.columns) >= MOST:
        return redirect(url_for("comparing.page", token=token), code=303)
    return _choosing(
        next(each for each in compared if each is not None),
        address=lambda slug: url_for("comparing.of_comparison", token=token, slug=slug),
        back=(url_for("comparing.page", token=token), _("Back to the comparison")),
        link=None,
    )


def _choosing(base: Estimate, address: Any, back: tuple[str, str], link: str | None) -> ResponseReturnValue:
    reader = current_reader()
    offers = _offers(reader, address)
    own = base.table_version.slug
    return render_template(
        "patient/compare_with.html",
        same=[offer for offer in offers if offer.slug == own],
        others=[offer for offer in offers if offer.slug != own],
        provider=wording.provider(price_lists.parsed(base.table_version), reader),
        back=back,
        link=link,
        form=CompareForm(),
    )


def _offers(reader: Reader, address: Any = None) -> list[Offer]:
    territories: Mapping[str, str] = Locale.parse(reader.locale).territories
    found = []
    for version in price_lists.all_in_force(request_context.now()):
        table = price_lists.parsed(version)
        country = table.provider.country
        found.append(
            Offer(
                version.slug,
                wording.provider(table, reader),
                reader.words(table.title, table.main_language),
                territories.get(country, country),
                "" if address is None else address(version.slug),
            )
        )
    return found


# Make and find ---------------------------------------------------------------------------------------------------


def has_room() -> bool:
    """Whether one more comparison may be made from the network of this request."""
    return network_limits.has_room("compare")


def make(records: Sequence[Estimate], tokens: Sequence[str | None], submission: str) -> str:
    """Make a comparison and return the token of its link, which this browser then knows with those of its estimates.

    Raises TooMany, and errors.Missing where an estimate was deleted meanwhile.
    """
    if not has_room():
        raise TooMany
    try:
        with committing():
            token = comparisons.make(act(), records, submission=submission)
            network_limits.take("compare")
    except IntegrityError:
        raise errors.Missing from None
    session[KEY] = [token, *(each or "" for each in tokens)]
    return token


def tokens_of(token: str, compared: Sequence[Estimate | None]) -> list[str | None]:
    """Return the links of the estimates of a comparison, as far as it was made in this browser; None for the others."""
    kept = session.get(KEY)
    if not isinstance(kept, list) or len(kept) != len(compared) + 1 or kept[0] != token:
        return [None for _each in compared]
    found: list[str | None] = []
    for own, each in zip(kept[1:], compared, strict=True):
        record = None if each is None or not own else estimates.find(act(), str(own))
        found.append(str(own) if each is not None and record is not None and record.id == each.id else None)
    return found


def opened(token: str) -> tuple[Comparison, list[Estimate | None]]:
    """Return what a link opens; raises errors.Missing if nothing of it is left."""
    found = comparisons.find(act(), token)
    if found is None:
        raise errors.Missing
    return found, comparisons.estimates_of(act(), found)


def in_force(slug: str) -> TableVersion:
    """Return the version of a list that new plans are made with; raises closed_list.Closed and errors.Missing."""
    try:
        return price_lists.in_force(slug, request_context.now())
    except LookupError:
        if price_lists.is_closed(printable(slug)):
            raise closed_list.Closed(slug) from None
        raise errors.Missing from None


# Show ------------------------------------------------------------------------------------------------------------


@pages.get("/compare/<token>")
def page(token: str) -> ResponseReturnValue:
    """Show a comparison: what costs less, what each leaves out, how sure it is; then line by line."""
    found, compared = opened(token)
    reader = current_reader()
    wanted = request.args.get("in", "")
    gathered = estimates.compared.gather(act(), compared, wanted, own_currency())
    rows, lines = worded.comparison_of(
        gathered, reader, lambda rows: render_template("patient/_comparison_lines.html", rows=rows)
    )
    together = gathered.together
    also: dict[str, Any] = {"in": together.currency} if wanted and together.currency == wanted else {}
    shown = link_to_pass_on(url_for("comparing.page", token=token, lang=None))
    return render_template(
        "patient/comparison.html",
        rows=rows,
        lines=lines,
        together=together,
        links={
            "page": shown,
            "pdf": url_for("comparing.document", token=token, **also),
            "text": url_for("comparing.plain", token=token, **also),
            "add": url_for("comparing.add", token=token) if len(found.columns) < MOST else None,
            "estimates": [
                _own(own, each, reader)
                for own, each in zip(tokens_of(token, compared), compared, strict=True)
            ],
        },
    )


def _own(token: str | None, record: Estimate | None, reader: Reader) -> dict[str, str] | None:
    """Return where an estimate of this browser is, with what its list tells it by; None of any other."""
    if token is None or record is None:
        return None
    table = price_lists.parsed(record.table_version)
    return {
        "address": url_for("patient.breakdown", token=token),
        "plan": wording.plan_in_short(estimates.breakdown_of(record), table, reader),
        "reference": record.reference,
    }
