"""Whether an amount of a message is for one night, day, session or person: by the words beside it."""

from __future__ import annotations

import re

from estimator.estimates import offer_parts
from estimator.requests.chat import prices

ANYWHERE = offer_parts.either(
    r"per|each|(?:daily|nightly) (?:rate|price|cost|charge|fee)|"
    r"(?:a|every) (?:night|day|session|injection|week|month|person)|"
    r"(?:par|la) (?:nuit|jour|séance|injection|personne|semaine)|chaque|l[’']unité|cada|"
    r"por (?:noche|d[ií]a|sesi[óo]n|inyecci[óo]n|persona|semana)",
    r"за (?:ночь|день|сутки|сеанс|укол|инъекци|кажд)|кажд",
    r"لكل|لليلة|للجلسة|لليوم|للحقنة",
    r"प्रति|हर\s|প্রতি",
)
"""Words that say so wherever they stand between two commas."""

AFTER = offer_parts.either(
    r"twice|(?:two|three|2|3) times|(?:deux|trois|2|3) fois|(?:dos|tres|2|3) veces|"
    r"daily|nightly|weekly|monthly|hourly|(?:an|one|every) (?:hour|night|day|session|injection|week|person)|"
    r"(?:a|one) (?:hour|head|visit|trip|way|piece)|apiece|p\.?\s?p\.?\s?p\.?\s?n\.?|p\.?\s?[npdw]\.?|"
    r"(?:par|la|à la|une) (?:nuit|nuitée|journée|séance|heure)|par (?:mois|heure|nuitée|consultation|trajet|adulte|"
    r"patient|accompagnant)|le jour|au jour|l[’']heure|"
    r"tous les jours|quotidien(?:ne)?(?:ment)?|journali[eè]re?|la pi[èe]ce|"
    r"(?:al|el|un|por) (?:d[ií]a|mes)|a?\s?(?:la|una) (?:noche|sesi[óo]n|semana|hora)|por (?:hora|pax|adulto|"
    r"paciente|trayecto|unidad|aplicaci[óo]n)|diari[oa]s?|diariamente|semanal|mensual|c/u",
    r"(?:в|за|на) (?:одн\w+ )?(?:день|сутки|ночь|неделю|месяц|час(?!т)|человек|персон|чел|сеанс|процедур|"
    r"ночёвк)(?!\w{3})|"
    r"дважды|(?:два|три|2|3) раза|с человек|ежедневн|посуточн|суточн|еженедельн|ежемесячн|шт(?!\w)",
    r"مرتين|3 مرات|في (?:اليوم|الليلة|الأسبوع|الاسبوع|الشهر|الساعة|الجلسة)|يوميا|يومي|ليوم|لليوم|ليلة|ليليا|يوم|ساعة|"
    r"لشخص|شخص|لفرد|فرد|لأسبوع|لجلسة|كل (?:يوم|ليلة|جلسة|حقنة|شخص|أسبوع)|عن كل|أسبوعيا|شهريا",
    r"(?:दो|तीन|2|3) बार|(?:দু|দুই|তিন|2|3) ?বার|"
    r"प्रतिदिन|रोज|रोज़|रोजाना|दैनिक|हर\s|एक (?:रात|दिन|सत्र|इंजेक्शन|व्यक्ति)|(?:रात|दिन) के हिसाब|"
    r"প্রতিদিন|দৈনিক|রোজ|প্রত্যেক|জনপ্রতি|রাতপ্রতি|দিনপ্রতি|এক (?:রাত|দিন|সেশন|জন)|(?:রাত|দিন|জন|সেশন)\s?প্রতি|"
    r"দিনে|রাতে|জনে",
)
"""Words that say so where they follow an amount."""

BEFORE = offer_parts.either(
    r"daily|nightly|weekly|(?:day|night) (?:rate|price|cost|charge|fee)|"
    r"(?:tarif|prix|co[ûu]t) (?:journalier|par jour|par nuit|de la nuit)|la nuit(?:ée)?|la journée|la séance|"
    r"(?:tarifa|precio|costo|coste) diari[oa]|la noche|el d[ií]a|la sesi[óo]n",
    r"ежедневно|посуточно|сутки|день|ночь|в (?:день|сутки|ночь)|стоимость (?:суток|дня|ночи)",
    r"يوميا|في (?:اليوم|الليلة)|كل (?:يوم|ليلة)|ليلة|يوم",
    r"रोज|रोज़|रोजाना|दैनिक|(?:एक|हर) (?:रात|दिन|सत्र)(?: का| की| के)?|"
    r"প্রতিদিন|দৈনিক|রোজ|(?:এক|প্রতি) (?:রাত|দিন|সেশন)(?:ের)?|দিনে|রাতে",
)
"""Words that say so right before an amount."""

_GAP = r"[\s(\[:=~–—-]{0,3}"
_BESIDE_AFTER = re.compile(
    rf"{_GAP}(?:only |just |seulement |solo |всего |فقط )?"
    rf"(?:{AFTER.pattern}|/\s?(?:1\s?)?[^\W\d_]|[x×хX*]\s?[0-9])",
    re.IGNORECASE,
)
_BESIDE_BEFORE = re.compile(
    rf"(?:(?<![0-9])(?<![0-9]\s)(?:{BEFORE.pattern}){_GAP}|[0-9]\s?[^\W\d_]{{0,12}}\s?[x×х*@]\s?|@\s?)$",
    re.IGNORECASE,
)
_SLASH = re.compile(r"[0-9A-Z$€£₹₽]\s?/\s?[^\W\d_]")

_BACK = 30
"""Number of letters before an amount that are looked at."""


def is_for_each(text: str) -> bool:
    """Whether what stands between two commas gives an amount for one of several."""
    if ANYWHERE.search(text) or _SLASH.search(text):
        return True
    return any(
        _BESIDE_AFTER.match(text, end) or _BESIDE_BEFORE.search(text[max(0, start - _BACK) : start])
        for start, end, money in _places(text)
        if money.has_currency
    )


def _places(text: str) -> list[tuple[int, int, prices.Money]]:
    """Return the amounts, each without the spaces around it."""
    return [
        (
            start + len(text[start:end]) - len(text[start:end].lstrip()),
            start + len(text[start:end].rstrip()),
            money,
        )
        for start, end, money in prices.places_in(text)
    ]
