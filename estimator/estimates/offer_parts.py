"""The parts of a treatment abroad that a price can be for, and the words by which a text speaks of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, get_args

Part = Literal[
    "cells",
    "tests",
    "medicines",
    "stay",
    "rehabilitation",
    "interpreter",
    "transfers",
    "visa",
    "flights",
    "hotel",
    "follow_up",
    "complications",
    "taxes",
]
PARTS: tuple[Part, ...] = get_args(Part)

LATIN: dict[Part, str] = {
    "cells": "(?:stem )?cells?|injections?|injs?|infusions?|sessions?|implants?|cellules?(?: souches?)?|séances?|"
    "seances?|perfusions?|células?(?: madre)?|celulas?(?: madre)?|inyecci[óo]n(?:es)?|infusi[óo]n(?:es)?|"
    "sesi[óo]n(?:es)?",
    "tests": "mri|mris|irm|ct scans?|scans?|scanners?|x-?rays?|tests?|blood ?work|lab work|assessments?|"
    "consultations?|examens?|analyses?|bilans?|resonancias?(?: magnéticas?)?|análisis|analisis|pruebas?|consultas?|"
    "exámenes|examenes|evaluaci[óo]n(?:es)?",
    "medicines": "medicines?|medications?|medicaments?|drugs?|dressings?|médicaments?|medicamentos?|medicinas?",
    "stay": "hospital(?:i[sz]ations?| stays?| rooms?| nights?)|"
    "(?:nights?|days?|stays?) (?:in|at) (?:the )?(?:hospital|clinic)|"
    "inpatient|wards?|hospitali[sz]ación|hospitalizacion|estancia(?: hospitalaria)?|ingreso|"
    "séjours?(?: à l[’']h[ôo]pital)?|nuits? à l[’']h[ôo]pital|noches? en (?:el )?hospital",
    "rehabilitation": "rehab\\w*|r[ée]habilit\\w*|physio\\w*|physical therapy|occupational therapy|rééducation|"
    "reeducation|kin[ée]sith[ée]rapie|kin[ée]|fisio\\w*|terapia física",
    "interpreter": "interpreters?|translators?|interpretation|interprètes?|interpretes?|traducteurs?|traduction|"
    "intérpretes?|traductor(?:es|a)?",
    "transfers": "(?:airport )?(?<!bank )(?<!wire )(?<!money )(?<!swift )(?<!cell )transfers?|"
    "airport(?: pick-?ups?)?|pick-?ups?|transports?|transferts?|aéroports?|"
    "navettes?|"
    "traslados?|transportes?|aeropuerto",
    "visa": "visados?|visas?(?! (?:debit |credit )?cards?)(?!(?: and | or | & |[ ,/]{1,2})master ?card)|"
    "invitation letters?|lettres? d[’']invitation|cartas? de invitación",
    "flights": "flights?|air ?fares?|(?:air|plane|airline) tickets?|tickets?|vols?|billets?(?: d[’']avion)?|vuelos?|"
    "billetes?(?: de avi[óo]n)?|pasajes?(?: a[ée]reos?)?|boletos?",
    "hotel": "hotels?|h[ôo]tels?|accommodations?|lodging|apartments?|hébergements?|hebergements?|logements?|hoteles|"
    "alojamientos?|hospedajes?",
    "follow_up": "follow[ -]?ups?|after ?care|suivi|seguimientos?|controles posteriores",
    "complications": "complications?|emergenc(?:y|ies)|complicaci[óo]n(?:es)?|emergencias?|urgences?",
    "taxes": "tax(?:es)?|vat|gst|tva|taxes?|iva|impuestos?|impôts?",
}
"""Words of English, French and Spanish, which stand alone."""

CYRILLIC: dict[Part, str] = {
    "cells": "клет[ок]|стволов|введени|инъекци|укол|сеанс|инфузи",
    "tests": "мрт|анализ|обследован|диагностик|консультаци|рентген|кт(?!\\w)",
    "medicines": "лекарств|медикамент|препарат",
    "stay": "стационар|палат|госпитализаци|пребывани\\w* в (?:больниц|клиник)|койк",
    "rehabilitation": "реабилитац|физиотерап|лфк|кинезиотерап",
    "interpreter": "переводчи",
    "transfers": "трансфер|встреч|аэропорт",
    "visa": "виз[аыуое]|приглашени",
    "flights": "перел[её]т|авиабилет|билет",
    "hotel": "гостиниц|отел|проживани",
    "follow_up": "наблюдени|контрольн|повторн\\w* осмотр",
    "complications": "осложнени|реанимац",
    "taxes": "налог|ндс",
}
"""How words of Russian begin."""

ARABIC: dict[Part, str] = {
    "cells": "خلايا|خلية|إبرة|ابرة|إبر(?!يل)|ابر(?!يل)|حقن|حقنة|جلسات|جلسة|جلستان|جلستين",
    "tests": "رنين|تحاليل|تحليل|فحوصات|فحص|فحوص|أشعة|استشار",
    "medicines": "أدوية|ادوية|دواء",
    "stay": "مستشفى|رقود|تنويم|إقامة في المستشفى|الإقامة في المستشفى",
    "rehabilitation": "تأهيل|علاج طبيعي|العلاج الطبيعي|فيزيائي",
    "interpreter": "مترجم|ترجمة",
    "transfers": "مطار|مواصلات|توصيل|استقبال|نقل",
    "visa": "تأشيرة|فيزا|تاشيرة",
    "flights": "طيران|تذاكر|تذكرة|رحلات",
    "hotel": "فندق|سكن",
    "follow_up": "متابعة|مراجعة بعد",
    "complications": "مضاعفات|طوارئ",
    "taxes": "ضريبة|ضرائب",
}
"""Words of Arabic, before which a conjunction and an article may be written."""

INDIC: dict[Part, str] = {
    "cells": "स्टेम सेल|कोशिका|सेल(?!्)|इंजेक्शन|इन्जेक्शन|सत्र|सेशन|স্টেম সেল|কোষ|ইনজেকশন|ইঞ্জেকশন|সেশন",
    "tests": "एमआरआई|जाँच|जांच|टेस्ट|परामर्श|এমআরআই|পরীক্ষা|টেস্ট|পরামর্শ",
    "medicines": "दवा|दवाइ|ওষুধ|ঔষধ",
    "stay": "अस्पताल|वार्ड|হাসপাতাল|ওয়ার্ড",
    "rehabilitation": "पुनर्वास|रिहैब|फिजियो|फ़िज़ियो|পুনর্বাসন|রিহ্যাব|ফিজিও",
    "interpreter": "दुभाषि|अनुवादक|দোভাষী|অনুবাদক",
    "transfers": "एयरपोर्ट|हवाई अड्ड|ट्रांसफर|ट्रांसफ़र|पिकअप|এয়ারপোর্ট|বিমানবন্দর|ট্রান্সফার|পিকআপ",
    "visa": "वीज़ा|वीजा|ভিসা",
    "flights": "हवाई टिकट|हवाई जहाज|फ्लाइट|फ़्लाइट|उड़ान|टिकट|ফ্লাইট|টিকিট|টিকেট|বিমান ?ভাড়া",
    "hotel": "होटल|হোটেল",
    "follow_up": "फॉलो[ -]?अप|फ़ॉलो[ -]?अप|ফলো[ -]?আপ",
    "complications": "जटिलता|कॉम्प्लिकेशन|জটিলতা",
    "taxes": "टैक्स|जीएसटी|ট্যাক্স|ভ্যাট|শুল্ক",
}
"""How words of Hindi and Bengali begin."""

ARABIC_BEFORE = "[وبلفك]?(?:ال|لل)?"


def either(latin: str, cyrillic: str = "", arabic: str = "", indic: str = "") -> re.Pattern[str]:
    """Return what finds the words of all scripts, each as its script writes a word in a sentence."""
    ways = [rf"(?<!\w)(?:{latin})(?!\w)"]
    ways += [rf"(?<!\w)(?:{cyrillic})\w*"] if cyrillic else []
    ways += [rf"(?<!\w){ARABIC_BEFORE}(?:{arabic})\w*"] if arabic else []
    ways += [rf"(?<![\w\u0900-\u09ff])(?:{indic})"] if indic else []
    return re.compile("|".join(ways), re.IGNORECASE)


_FIND = {part: either(LATIN[part], CYRILLIC[part], ARABIC[part], INDIC[part]) for part in PARTS}


def mentions(text: str) -> Iterator[tuple[int, int, Part]]:
    """Yield where a text speaks of a part: the places of its first and after its last letter, part by part."""
    for part, pattern in _FIND.items():
        for match in pattern.finditer(text):
            yield match.start(), match.end(), part


def begins(text: str, place: int, part: Part) -> bool:
    """Whether a text speaks of a part with the word that begins at a place."""
    return _FIND[part].match(text, place) is not None


def parts_in(text: str) -> list[Part]:
    """Return the parts that a text speaks of, in the order of PARTS."""
    return [part for part, pattern in _FIND.items() if pattern.search(text)]
