"""Whether an amount of a message is for one night, day, session or person: by the words beside it."""

from __future__ import annotations

import re

from estimator.estimates import offer_parts
from estimator.requests.chat import counts, prices, segmentation
from estimator.requests.chat.letters import END, INDIC_END

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

_LATIN = (
    "session|injection|infusion|dose|procedure|séance|seance|perfusion|"
    "sesi[óo]n|inyecci[óo]n|infusi[óo]n|aplicaci[óo]n"
)
_CYRILLIC = "сеанса?|укола?|введени[ея]|инъекци[яи]|процедур[аы]|инфузи[яи]"
_ARABIC = "جلسة|حقنة|إبرة|ابرة|جرعة"
_INDIC = "सेशन|सत्र|इंजेक्शन|इन्जेक्शन|सुई|সেশন|ইনজেকশন|ইঞ্জেকশন"
ONE_SESSION = re.compile(
    rf"(?<!\w)(?:one|a single|une(?: seule)?|una(?: sola)?)\s(?:{_LATIN})(?!\w)|"
    rf"(?<!\w)(?:одн(?:а|о|у|ого|ой)|один)\s(?:{_CYRILLIC})(?!\w)|"
    rf"(?<!\w)[وبل]?(?:ال|لل)?(?:{_ARABIC})\s(?:ال)?واحدة(?!\w)|"
    rf"(?<![\w\u0900-\u09ff])(?:एक|একটি|একটা|এক)\s(?:{_INDIC})(?:ের|এর|টির)?{INDIC_END}",
    re.IGNORECASE,
)
"""One session or injection, in so many words."""

A_SESSION = re.compile(
    rf"(?<![\w-])(?<![0-9]\s)(?:{_LATIN}|{_CYRILLIC})(?!\w)|(?<!\w)[وب]?(?:ال|لل)?(?:{_ARABIC})(?!\w)|"
    rf"(?<![\w\u0900-\u09ff])(?<![0-9]\s)(?:{_INDIC})(?:ের|এর|টির)?{INDIC_END}|"
    rf"(?<![\w.,])1\s(?:{_LATIN}|{_CYRILLIC}|{_INDIC}){END}",
    re.IGNORECASE,
)
"""A session, which is one of several where the message speaks of several."""

_COSTS = (
    r"(?:[\s(:=~–—-]|(?<!\w)(?:is|costs?|at|for|only|will be|est(?: de| à)?|coûte|à|cuesta|es|sale|vale|a|de|"
    r"стоит|будет стоить|составляет|составит|около|примерно|حوالي|about|around|environ|unos|"
    r"обойд[её]тся|цена|стоимость|в|по|за|بـ?|تكلف|سعرها|ثمنها|بسعر|تكلفتها|هو|هي)(?!\w)|بـ|"
    r"का|की|के(?!\sसाथ)|(?:लगभग|करीब|क़रीब|প্রায়|दाम|कीमत|क़ीमत|खर्च|ख़र्च|रेट|मूल्य|है|দাম|মূল্য|খরচ|রেট)"
    r"(?![\u0900-\u0963\u0980-\u09ff])){0,8}$"
)
_ONE_BEFORE, _A_BEFORE = (
    re.compile(rf"(?:{words.pattern}){_COSTS}", re.IGNORECASE) for words in (ONE_SESSION, A_SESSION)
)
_ONE_AFTER = re.compile(
    rf"[\s(\[:=~–—-]{{0,3}}(?:में\s)?(?:{ONE_SESSION.pattern})(?!\s(?:के\s)?(?:साथ|with|avec|con|с|مع))",
    re.IGNORECASE,
)
_FOR_ONE_AFTER = re.compile(rf"\s(?:for|pour|por|para|за)\s(?:{ONE_SESSION.pattern})", re.IGNORECASE)

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

_BACK, _FAR_BACK = 30, 60
"""Number of letters before an amount that are looked at; words for one session with the verb are longer."""


def is_for_each(text: str, *, several: bool = False) -> bool:
    """Whether what stands between two commas gives an amount for one of several.

    With `several` sessions in the message, also "injection 3000" is for one of them.
    """
    if ANYWHERE.search(text) or _SLASH.search(text):
        return True
    named = bool(segmentation.TOTAL.search(text))
    return any(
        (money.has_currency and is_beside(text, start, end))
        or (
            not named
            and (money.has_currency or (money.times > 1 and not segmentation.NO_PRICE.match(text, end)))
            and is_of_one_session(text, start, end, several=several)
        )
        for start, end, money in _places(text)
    )


def names_a_session(text: str) -> bool:
    """Whether an amount for each is the one for a session, and not for a night."""
    return bool(A_SESSION.search(text))


def is_beside(text: str, start: int, end: int) -> bool:
    """Whether words for one night, day or session stand directly at an amount."""
    return bool(_BESIDE_AFTER.match(text, end) or _BESIDE_BEFORE.search(text[max(0, start - _BACK) : start]))


def is_of_one_session(text: str, start: int, end: int, *, several: bool) -> bool:
    """Whether an amount is the price of one session; with `several` of them also where only "session" is said."""
    before = text[max(0, start - _FAR_BACK) : start]
    if _ONE_BEFORE.search(before) or _ONE_AFTER.match(text, end):
        return True
    if not several:
        return False
    found = _A_BEFORE.search(before)
    is_one = found and not re.search("[0-9]", counts.in_digits(before[: found.start()], A_SESSION.pattern))
    # Hindi and Bengali write one session and several alike.
    return bool(is_one or _FOR_ONE_AFTER.match(text, end))


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
