"""The words of what another clinic wrote: what each part is called, and what to ask that clinic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from estimator.estimates.offer_parts import PARTS, Part
from estimator.estimates.other_offer import Offer, Ours, Place, written
from estimator.i18n import Reader, lazy_gettext, listed, listed_apart, speaking
from estimator.i18n import gettext as _

NAMES: Mapping[Place, object] = {
    "cells": lazy_gettext("Cells and injections"),
    "tests": lazy_gettext("Tests and MRI"),
    "medicines": lazy_gettext("Medicines"),
    "stay": lazy_gettext("Hospital stay"),
    "rehabilitation": lazy_gettext("Rehabilitation"),
    "interpreter": lazy_gettext("Interpreter"),
    "transfers": lazy_gettext("Transfer from and to the airport"),
    "visa": lazy_gettext("Visa"),
    "flights": lazy_gettext("Flights"),
    "hotel": lazy_gettext("Hotel"),
    "follow_up": lazy_gettext("Follow-up afterwards"),
    "complications": lazy_gettext("If something goes wrong"),
    "taxes": lazy_gettext("Taxes"),
    "other": lazy_gettext("Anything else in our estimate"),
}
"""What each part is called."""

UNSAID: Mapping[Part, object] = {
    "tests": lazy_gettext("Are the tests and the MRI in the price?"),
    "medicines": lazy_gettext("Are the medicines in the price, also those to take home?"),
    "stay": lazy_gettext("Is the hospital stay in the price? How many nights, and in which room?"),
    "rehabilitation": lazy_gettext(
        "Is rehabilitation in the price? How many days, and what is done each day?"
    ),
    "interpreter": lazy_gettext("Is an interpreter in the price?"),
    "transfers": lazy_gettext("Is the transfer from and to the airport in the price?"),
    "visa": lazy_gettext("Is the visa in the price? Do you send the letter for it?"),
    "flights": lazy_gettext("Are the flights in the price?"),
    "hotel": lazy_gettext("Is a hotel in the price, also for somebody who comes along?"),
    "follow_up": lazy_gettext("Are check-ups after the treatment in the price? For how long?"),
    "complications": lazy_gettext("Who pays if there is a complication, or if we must stay longer?"),
    "taxes": lazy_gettext("Are all taxes in the price?"),
}
"""What is asked of a part of which nothing was said; of the cells more is asked in any case."""


def name_of(part: Place) -> str:
    """Return what a part is called."""
    return str(NAMES[part])


def names_of(parts: Sequence[Place]) -> str:
    """Return what some parts are called, one after the other."""
    return listed(map(name_of, parts))


@dataclass(frozen=True)
class Questions:
    """What to ask, and the message to send with it."""

    asked: Sequence[str]
    message: str


def questions(offer: Offer, ours: Mapping[Place, Ours], reader: Reader) -> Questions:
    """Return what another clinic did not say, as questions in a reader's language."""
    with speaking(reader):
        asked = list(_questions(offer, ours, reader))
        lines = [f"{number}. {question}" for number, question in enumerate(asked, 1)]
        beginning = _("Hello. Thank you for your price. Before we decide, please tell us in writing:")
        return Questions(asked, "\n".join([beginning, *lines]))


def _questions(offer: Offer, ours: Mapping[Place, Ours], reader: Reader) -> Iterator[str]:
    if offer.price is None:
        yield _("What is the whole price, and in which currency?")
    yield _(
        "Please send the price in writing, with each item. Is it the whole price? Until which day is it valid?"
    )
    yield _("Which cells are they, how many are given each time, and from whom do they come?")
    yield _("Is this treatment approved in your country? Please send the document that says so.")
    if offer.sessions is None:
        yield _("How many sessions or injections are in the price?")
    else:
        yield _("Are all injections given in one session, or in several?")
    yield _("Would a second session be needed? What would it cost?")
    yield _("What do we pay if the treatment stops early, or cannot be given at all?")
    yield _("How much is paid before we travel? What do we get back if we cancel?")
    for part in PARTS:
        stated = offer.stated(part)
        if stated.amount is not None and not stated.standing:
            yield _(
                "%(part)s: you wrote %(amount)s. Is that inside the whole price, or on top of it?",
                part=name_of(part),
                amount=reader.money(written(stated.amount, offer.currency), offer.currency),
            )
        elif not stated.standing and part in UNSAID:
            yield str(UNSAID[part])
    if offer.unpriced:
        yield _(
            "You wrote that these are not included: %(parts)s. What do they cost?",
            parts=names_of(offer.unpriced),
        )
    other = ours.get("other")
    if other is not None and (other.names or other.on_request):
        names = listed_apart([*other.names, *other.on_request])
        yield _("Are these in the price: %(names)s?", names=names)
