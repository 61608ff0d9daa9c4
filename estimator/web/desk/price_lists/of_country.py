"""The currency and the time zone that go with a country, where there is one of each that is likely."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from babel.core import get_global
from babel.numbers import get_territory_currencies

from pricing.currencies import COUNTRIES, MINOR_UNIT

MAIN_ZONES: Mapping[str, str] = {
    "AR": "America/Argentina/Buenos_Aires",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where a country has several zones and nearly everybody lives in this one, or all have the same time."""


class Usual(NamedTuple):
    """What is likely for a country; empty where there are several, or none is known."""

    currency: str
    time_zone: str


@lru_cache(maxsize=512)
def usual_in(country: str, day: date) -> Usual:
    """Return what is likely for a country on a day."""
    if country not in COUNTRIES:
        return Usual("", "")
    tender = get_territory_currencies(country, day)
    currencies = [code for code in tender if code in MINOR_UNIT]
    zones = get_global("territory_zones").get(country, [])
    zone = zones[0] if len(zones) == 1 else MAIN_ZONES.get(country, "")
    return Usual(currencies[0] if len(tender) == len(currencies) == 1 else "", zone)


def all_usual(day: date) -> dict[str, Usual]:
    """Return what is likely for each country of which anything is."""
    found = {country: usual_in(country, day) for country in COUNTRIES}
    return {country: usual for country, usual in found.items() if any(usual)}
