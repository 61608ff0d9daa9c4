"""Amounts of a message that are no part of a price: deposits, balances, savings, refunds, fees, a further session."""

from __future__ import annotations

import re

from estimator.estimates import offer_parts
from estimator.requests.chat.beside import Spans

_TIMES = r"(?:on|at|upon|before|after|à|avant|après|al|antes|después|при|до|после|عند|قبل|بعد)"
_MOMENTS = (
    r"(?:admission|arrival|discharge|departure|check-?in|check-?out|treatment|therapy|surgery|procedure|travel(?:ling)?|"
    r"trip|flight|visa)"
)

PAID = offer_parts.either(
    r"(?:pre-?|down[ -]?|(?:first|second|third|final|last|initial|part|partial) )payments?|payments of|deposits?|"
    r"advance|balance|remaining|remainder|rest|instal?lments?|token|"
    r"booking|to (?:book|reserve|confirm|secure)|reservation|registration|"
    r"acomptes?|arrhes|dépôts?|avance|caution|soldes?|reste|restant|reliquat|mensualités?|réservation|réserver|"
    rf"half(?! ?-?(?:board|day|year|hour|price|an?)(?!\w))|moiti[ée]|mitad|[0-9]{{1,2}} ?%(?= {_TIMES}(?!\w))|"
    r"versements?|anticipos?|depósitos?|deposito|señas?|señal|abonos?|adelanto|saldo|restante|resto|cuotas?|"
    r"reserva(?:r|ción)?|pago inicial",
    r"предоплат|аванс|задат|депозит|остат|остал|рассрочк|бронирован|брон[иья](?!\w)|взнос|половин",
    r"عربون|دفعة|دفعات|مقدما|مقدم(?!\w)|متبقي|باقي|وديعة|أقساط|قسط|حجز|نصف(?!\w)",
    r"अग्रिम|एडवांस|एडवान्स|बयाना|डिपॉजिट|डिपॉज़िट|जमा|शेष|बाकी|बाक़ी|बकाया|टोकन|बुकिंग|किस्त|"
    r"অগ্রিম|এডভান্স|অ্যাডভান্স|বায়না|জমা|বাকি|অবশিষ্ট|বকেয়া|ডিপোজিট|টোকেন|বুকিং|কিস্তি|"
    r"आध[ाीे](?![\u0900-\u097f])|অর্ধেক",
)
"""Words for some of a price that is paid at some time."""

AT_SOME_TIME = offer_parts.either(
    rf"(?:on|at|upon|before|after|prior to) (?:the |your )?{_MOMENTS}|up ?front|"
    r"(?:à|avant|après|lors d[eu]|dès|pendant) (?:l[’']|la |le |votre )?(?:admission|arrivée|sortie|départ|traitement|"
    r"voyage|séance|intervention)|"
    r"(?:al|a la|a su|en la|antes d(?:e|el|e la)|después d(?:e|el|e la)|tras (?:el|la)) (?:llegar|llegada|ingresar|"
    r"ingreso|admisión|alta|salir|salida|tratamiento|viaje|terapia)",
    r"(?:при|до|после|перед|по) (?:поступлени|выписк|приезд|прибыти|заезд|лечени|процедур|выезд|отъезд|поездк)",
    r"(?:عند|قبل|بعد) (?:ال)?(?:وصول|دخول|خروج|علاج|مغادرة|سفر)",
    r"(?:इलाज|उपचार|आने|पहुँचने|पहुंचने|भर्ती|छुट्टी|डिस्चार्ज) (?:होने |होते )?(?:पर|से पहले|के (?:समय|बाद))|"
    r"(?:চিকিৎসা|ভর্তি|পৌঁছা|পৌঁছে|আসা|ছুটি|ডিসচার্জ)[\u0980-\u09ff]{0,4} (?:আগে|পরে|পর|সময়)",
)
"""Words by which an amount is paid at one of several times."""

LESS = offer_parts.either(
    r"saves?|savings?|discounts?|off|cheaper|refund(?:s|ed|able)?|cash ?back|compensation|"
    r"économi(?:e|es|sez)|economi[ez]e?z?|remises?|réductions?|rabais|rembours\w*|"
    r"ahorr\w*|descuentos?|reembols\w*|devoluci[óo]n(?:es)?|devolvemos",
    r"эконом|сэконом|скидк|выгод|возвра[тщ]|верн[её]м|вернут",
    r"توفر|توفير|وفر|خصم|تخفيض|استرداد|استرجاع|نرجع|نعيد",
    r"बचत|बचा|बचेंगे|छूट|डिस्काउंट|रिफंड|वापस|वापसी|সাশ্রয়|বাঁচ|সঞ্চয়|ছাড়(?!া)|ডিসকাউন্ট|রিফান্ড|ফেরত",
)
"""Words for what a price was less by, or what is given back."""

BESIDES = offer_parts.either(
    r"(?:bank(?:ing)?|wire|transaction|transfer|card|swift|processing|handling|cancell?ation|penalty|late|admin(?:istration)?)"
    r"(?: transfer| card)? (?:fees?|charges?|costs?|commissions?)|commissions?|penalty|insurance|"
    r"frais (?:bancaires?|de (?:virement|banque|transaction|dossier|carte|annulation))|assurance|"
    r"comisi[óo]n(?:es)?|gastos bancarios|cargos? bancarios?|penalizaci[óo]n|seguro|"
    r"(?:first|1st|second|2nd|third|3rd|fourth|4th|next|another|further|additional|extra|repeat|subsequent|booster)"
    r"(?: \w+)? (?:sessions?|injections?|infusions?|visits?|rounds?|cycles?|treatments?|doses?|stage|course)|"
    r"(?:premi[èe]re|deuxième|seconde|troisième|prochaine|autre|2e|2ème|3e|3ème)s? (?:séances?|injections?|cures?)|"
    r"(?:séances?|injections?) (?:supplémentaires?|suivantes?)|"
    r"(?:primera|segunda|tercera|otra|próxima|siguiente) (?:sesi[óo]n|inyecci[óo]n|aplicaci[óo]n|visita|fase)|"
    r"(?:sesi[óo]n(?:es)?|inyecci[óo]n(?:es)?) adicional(?:es)?",
    r"комисси|штраф|страхов|(?:перв|втор|трет|следующ|повторн|дополнительн|ещ[её] один)\w* "
    r"(?:сеанс|укол|введени|инъекци|курс|процедур|этап)",
    r"عمولة|رسوم (?:بنكية|البنك|التحويل|تحويل|الإلغاء)|غرامة|تأمين|"
    r"(?:جلسة|حقنة|إبرة|ابرة|جرعة) (?:ال)?(?:أولى|اولى|ثانية|ثالثة|تالية|إضافية|اضافية|قادمة)",
    r"(?:बैंक|ट्रांसफर|ट्रांसफ़र) (?:शुल्क|चार्ज|फीस|फ़ीस)|कमीशन|जुर्माना|बीमा|"
    r"(?:पहल|दूसर|तीसर|अगल)[ाीे] (?:सत्र|सेशन|इंजेक्शन)|अतिरिक्त (?:सत्र|सेशन|इंजेक्शन)|"
    r"(?:ব্যাংক|ব্যাঙ্ক|ট্রান্সফার) (?:চার্জ|ফি|খরচ)|কমিশন|জরিমানা|বীমা|"
    r"(?:প্রথম|দ্বিতীয়|তৃতীয়|পরবর্তী|পরের|অতিরিক্ত) (?:সেশন|ইনজেকশন|ইঞ্জেকশন)",
)
"""Words for what is paid to others, or for another session than those of the price."""

REGISTRATION = offer_parts.either(
    r"registration|inscription|inscripci[óo]n|frais d[’']inscription",
    r"регистрац",
    r"تسجيل",
    r"रजिस्ट्रेशन|पंजीकरण|पंजीयन|রেজিস্ট্রেশন|নিবন্ধন",
)
"""Words for what a clinic takes before it treats."""

_NUMBER = r" (?:n[°o]\.? ?|# ?|№ ?|رقم )?[1-9](?=\s{0,2}(?:$|[:=)–—-]|[a-z]{3}\s?[0-9]|[^\w\s]?\s?[0-9]{3}))"
"""Its number behind a word for a session, and not the one of "session 3 days"."""

SESSION = offer_parts.either(
    r"(?:1st|2nd|3rd|[4-9]th|first|second|third|fourth|fifth)(?: \w+)? "
    r"(?:sessions?|injections?|infusions?|visits?|rounds?|cycles?|treatments?|doses?|stage|course)|"
    r"(?:session|injection|infusion|visit|round|cycle|stage|séance|seance|perfusion|cure|"
    rf"sesi[óo]n|inyecci[óo]n|infusi[óo]n|aplicaci[óo]n){_NUMBER}|"
    r"(?:1 ?(?:re|ère|ere|er)|[2-9] ?(?:e|ème|eme|nde?)|premi[èe]re|deuxième|seconde|troisième) "
    r"(?:séance|seance|injection|perfusion|cure|visite)|"
    r"(?:[1-9]\.?[aª]|primera|segunda|tercera|cuarta) "
    r"(?:sesi[óo]n|inyecci[óo]n|infusi[óo]n|aplicaci[óo]n|visita|fase)",
    r"(?:[1-9] ?-?(?:й|я|ый|ая|ой)|(?:перв|втор|трет|четв[её]рт)\w*) "
    r"(?:сеанс|укол|введени|инъекци|курс|процедур|этап)|"
    rf"(?:сеанс|укол|введение|инъекция|курс|процедура|этап){_NUMBER}",
    rf"(?:جلسة|حقنة|إبرة|ابرة|جرعة)(?: (?:ال)?(?:أولى|اولى|ثانية|ثالثة|رابعة)|{_NUMBER})",
    rf"(?:पहल|दूसर|तीसर|चौथ)[ाीे] (?:सत्र|सेशन|इंजेक्शन)|(?:सत्र|सेशन|इंजेक्शन){_NUMBER}|"
    rf"(?:প্রথম|দ্বিতীয়|তৃতীয়|চতুর্থ) (?:সেশন|ইনজেকশন|ইঞ্জেকশন)|(?:সেশন|ইনজেকশন|ইঞ্জেকশন){_NUMBER}",
)
"""Words for one session of several, which has an amount of its own."""

_ONE_OF_THEM = offer_parts.either(
    r"1st|2nd|3rd|[4-9]th|first|second|third|fourth|fifth|"
    r"1 ?(?:re|ère|ere|er)|[2-9] ?(?:e|ème|eme|nde?)|premi[èe]re|deuxième|seconde|troisième|quatrième|"
    r"[1-9]\.?[aª]|primera|segunda|tercera|cuarta",
    r"(?:[1-9] ?-?(?:й|я|ый|ая|ой)|(?:перв|втор|трет|четв[её]рт)(?:ый|ой|ая|ий|ья|ую))(?!\w)",
    r"(?:أولى|اولى|ثانية|ثالثة|رابعة)(?!\w)",
    r"(?:पहल|दूसर|तीसर|चौथ)[ाीे](?![\u0900-\u097f])|(?:প্রথম|দ্বিতীয়|তৃতীয়|চতুর্থ)(?:টি|টা)?(?![\u0980-\u09ff])",
)
"""The same words without the one for a session, as they go on: "1st session 4,000, 2nd 3,000"."""

_EVERY = (PAID, LESS, BESIDES, REGISTRATION, SESSION)
_REDUCED = offer_parts.either(
    r"(?:after|with|including|incl|post|less|minus)(?: \w+| [0-9]+ ?%){0,2} (?:discounts?|savings?|remises?)|"
    r"(?:discount(?:ed)?|offer) (?:price|rate|package)|[0-9]+ ?% (?:off|discount)|"
    r"(?:avec|après)(?: \w+| [0-9]+ ?%){0,2} (?:remises?|réductions?|rabais)|prix remisé|"
    r"(?:con|tras|después de(?:l)?)(?: \w+| [0-9]+ ?%){0,2} descuentos?|precio con descuento",
    r"(?:со?|после|с уч[её]том)(?: [0-9]+ ?%)? скидк",
    r"(?:بعد|مع) (?:ال)?(?:خصم|تخفيض)",
    r"(?:छूट|डिस्काउंट)(?: के)? (?:बाद|साथ)|ছাড়(?:ে|ের)? (?:পর|পরে|দিয়ে)|ডিসকাউন্ট(?:ের)? (?:পর|পরে)",
)
"""Words by which a price that is less is still the price."""

_NONE = re.compile(
    r"(?<!\w)(?:no|without|non|sans|pas d[e’']|sin|без|لا|بدون)\s(?:\w+\s)?$|(?<!\w)non-$", re.IGNORECASE
)
_UNTIL_THERE = 45
"""Number of letters between such a word and the amount after it, at most."""

_FILL = re.compile(
    r"[\s(:=–-]{0,3}(?:(?:as|is|are|for|in|to|by|the|a|an|of|your|en|comme|pour|como|para|por|de|la|el|un|una|"
    r"в|на|за|как|качестве|का|की|के|को|is|হিসেবে|হিসাবে)\s|[dl][’']){0,3}",
    re.IGNORECASE,
)
_ONE_OF_THEM_BEFORE = re.compile(rf"(?:{_ONE_OF_THEM.pattern}){_FILL.pattern}$", re.IGNORECASE)
_NEEDED = re.compile(r"\s(?:is |are )?(?:not )?(?:required|needed|due|included)(?!\w)", re.IGNORECASE)
_AND = re.compile(r",|(?<!\w)(?:and|et|y|e|и|और|एवं|এবং|ও)(?!\w)|&|\+|(?<!\w)و", re.IGNORECASE)
_BEFORE_ANOTHER = 14
"""A word belongs to the next amount where that is nearer than so many letters, with no "and" between them."""


def is_aside(text: str, place: tuple[int, int], places: Spans, whole: re.Pattern[str]) -> bool:
    """Whether the amount at a place is no part of a price; `whole` finds the words for a whole price.

    The word that says so stands before it, or right after it and not before another one.
    """
    start, end = place
    previous, following = places.last_end(start), places.next_start(end, len(text))
    before = text[max(previous, start - _UNTIL_THERE) : start]
    return _says_so_before(before, bool(previous), whole) or _says_so_after(text, end, following)


def names_a_session(text: str) -> bool:
    """Whether a text speaks of one session of several."""
    return bool(SESSION.search(text))


def is_of_another_session(text: str, place: tuple[int, int]) -> bool:
    """Whether only "second" or its like stands beside the amount at a place."""
    start, end = place
    fill = _FILL.match(text, end)
    return bool(
        _ONE_OF_THEM_BEFORE.search(text[max(0, start - _UNTIL_THERE) : start])
        or _ONE_OF_THEM.match(text, fill.end() if fill else end)
    )


def times_in(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return where a text speaks of one of several times at which people pay, from a place to another."""
    return [match.span() for match in AT_SOME_TIME.finditer(text, start, len(text) if end is None else end)]


def goes_on(text: str) -> bool:
    """Whether an amount behind the comma is the one of a payment: "30% deposit to book, that is 2,700"."""
    return any(not _NONE.search(text[: match.start()]) for match in PAID.finditer(text))


def _belong(between: str) -> bool:
    """Whether a word and the amount behind it are so near that they belong together."""
    return len(between) <= _BEFORE_ANOTHER and not _AND.search(between)


def _says_so_before(before: str, follows_another: bool, whole: re.Pattern[str]) -> bool:
    if _REDUCED.search(before):
        return False
    for match in (one for pattern in _EVERY for one in pattern.finditer(before)):
        if _NONE.search(before[: match.start()]) or whole.search(before, match.end()):
            continue
        # Right behind another amount it is said of that one, unless this one is near.
        is_of_another = follows_another and _FILL.fullmatch(before[: match.start()])
        if not is_of_another or _belong(before[match.end() :]):
            return True
    return False


def _says_so_after(text: str, end: int, following: int) -> bool:
    fill = _FILL.match(text, end)
    for pattern in _EVERY:
        match = pattern.match(text, fill.end() if fill else end)
        if not match or _NEEDED.match(text, match.end()) or _REDUCED.match(text, end):
            continue
        if following == len(text) or not _belong(text[match.end() : following]):
            return True
    return False
