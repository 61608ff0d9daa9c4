"""What an estimate says of the final bills of comparable cases: how often its range was true, and theirs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from estimator.i18n import Reader
from estimator.i18n import gettext as _
from pricing.past_bills import FEW, Said


def sentences(said: Said | None, currency: str, reader: Reader) -> Iterator[str]:
    """Yield what an estimate says of past bills, the most important first; nothing if it says nothing."""
    if said is None:
        return
    number = reader.number
    if said["few"]:
        yield _(
            "There are fewer than %(few)s comparable final bills yet: too few to say how often such a range was true.",
            few=number(str(FEW)),
        )
        return
    if "inside" in said and "count" in said:
        yield _(
            "In %(inside)s of %(count)s comparable cases the provider’s final bill was inside the range of its "
            "estimate.",
            inside=number(str(said["inside"])),
            count=number(str(said["count"])),
        )
    if "median" in said:
        yield middle(said["median"], reader)
    if "range" in said:
        yield _ranges(said, currency, reader)
    yield _(
        "We compared final bills from %(since)s to %(until)s, of the same price list and the same type of cells, with "
        "what their estimates said is paid to the provider.",
        since=reader.day(said["since"]),
        until=reader.day(said["until"]),
    )


def middle(percent: int, reader: Reader) -> str:
    """Say how far the bill in the middle was from the likely total."""
    share = reader.percent(str(abs(percent)))
    if not percent:
        return _("The bill in the middle was as high as the likely total.")
    if percent > 0:
        return _("The bill in the middle was %(share)s above the likely total.", share=share)
    return _("The bill in the middle was %(share)s below the likely total.", share=share)


def of_range(said: Said | None, currency: str, reader: Reader) -> Iterator[str]:
    """Yield whether past bills make the range wider or narrower, from what to what, and that its causes are the list's.

    Nothing where no range of past bills is said.
    """
    if said is None or "range" not in said:
        return
    found = said["range"]
    before, after = (found["list_low"], found["list_high"]), (found["low"], found["high"])
    ends = {
        "listed": _between(*before, currency, reader),
        "past": _between(*after, currency, reader),
    }
    wide, was = (Decimal(high) - Decimal(low) for low, high in (after, before))
    if wide > was:
        yield _(
            "Past bills make the range of what is paid to the provider wider: %(past)s instead of %(listed)s.",
            **ends,
        )
    elif wide < was:
        yield _(
            "Past bills make the range of what is paid to the provider narrower: %(past)s instead of %(listed)s.",
            **ends,
        )
    elif tuple(map(Decimal, after)) != tuple(map(Decimal, before)):
        yield _(
            "Past bills move the range of what is paid to the provider: %(past)s instead of %(listed)s.",
            **ends,
        )
    else:
        yield _(
            "Past bills leave the range of what is paid to the provider as it is: %(past)s.",
            past=ends["past"],
        )
    yield _("What each item makes of the range is worked out from the price list alone.")


def _between(low: str, high: str, currency: str, reader: Reader) -> str:
    if low == high:
        return reader.money(low, currency)
    return _("%(low)s to %(high)s", low=reader.money(low, currency), high=reader.number(high))


def _ranges(said: Said, currency: str, reader: Reader) -> str:
    found = said["range"]
    return _(
        "What is paid to the provider: by the price list %(listed)s, by past bills %(past)s. At least 90 of 100 "
        "comparable bills are inside the range of past bills, if bills stay as they were.",
        listed=_between(found["list_low"], found["list_high"], currency, reader),
        past=_between(found["low"], found["high"], currency, reader),
    )
