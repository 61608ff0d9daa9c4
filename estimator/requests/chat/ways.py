"""How a message asks to be answered: "write me on WhatsApp", "call me", "reply by email"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from estimator.requests.chat.letters import JOINED

_SENTENCES = re.compile(r"[.!?\n;,।؟،]")
_PLEASE = re.compile(
    r"[,،]?\s(?:please|pls|s['’]il (?:vous|te) pla[iî]t|svp|por favor|пожалуйста|"
    r"من فضلك|من فضلكم|لو سمحت|कृपया)[,،]\s",
    re.IGNORECASE,
)
"""What stands between commas within a sentence."""

_NOT = re.compile(
    rf"(?<![{JOINED}])(?:n['’]|(?:not|don['’]?t|never|no|ne|pas|не|нельзя|لا|मत|नहीं|না)(?![{JOINED}]))",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?<!\w)(?:"
    r"e-?mail\s(?:me|us)(?!\w)|(?:write|reply|replies|answer|contact|message|text|respond|reach|call|get back)(?!\w)|"
    r"r[ée]pon(?:d(?:ez|re|s)|se)|[ée]cri(?:vez|re|s)(?!\w)|(?:re)?contact(?:ez|er|e)(?!\w)|joi(?:ndre|gnez)|envoyez|"
    r"r?appel(?:ez|er)|"
    r"escr[íi]b|resp[óo]nd|respuesta|contest|cont[áa]ct|comun[íi]qu|ll[áa]m(?:e|a|ar|en)me|m[áa]nd[ea]|env[íi]e|"
    r"(?:на)?пиш|ответ|отвеч|свяж|(?:пере|по)?звон|пришл|"
    r"اكتب|راسل|رد|الرد|تواصل|التواصل|[أا]رسل|اتصل|كلم|"
    r"जवाब|उत्तर|लिख|संपर्क|सम्पर्क|मैसेज|बात|"
    r"উত্তর|লিখ|যোগাযোগ|জানা|মেসেজ|"
    r"(?:कॉल|फ़ोन|फोन|কল|ফোন)\s)",
    re.IGNORECASE,
)

_WAYS = {
    "whatsapp": re.compile(
        r"(?<!\w)(?:whats?\s?app?|what['’]?s\s?app|wh?ats?app?|wathsapp?|ват?с+ап|вотс+ап|(?:ال|بال)?وات[سص]|"
        r"व्हाट्स|व्हॉट्स|वाट्स|वॉट्स|হো(?:\u09df|\u09af\u09bc)াটস)",
        re.IGNORECASE,
    ),
    "email": re.compile(
        r"(?<!\w)(?:(?:by|via|through|per|par|por|по|на|to|à|a|al|mon|my|mi)\s(?:(?:mon|my|mi)\s)?(?:adresse\s)?"
        r"(?:e-?mail|mail|courriel|correo|(?:электронн\w{1,3}\s)?почт[еуы]|e-?майл|имейл)(?!\w)|"
        r"e-?mail\s(?:me|us)(?!\w)|(?:(?:عبر|على)\s)?(?:ب?ال)(?:بريد|[إا]يميل)|ई-?मेल|ই-?মে(?:ই)?লে)",
        re.IGNORECASE,
    ),
}
_YOURS = re.compile(
    r"(?<!\w)(?:the (?:clinic|hospital)|your|vos|votre|su|tu|sus|ваш(?:ем)?|आपक[ाेी]|আপনা(?:র|দের))(?!\w)|"
    r"(?:رقمك|واتس[\w]{0,3}ك|لدي)ك?م",
    re.IGNORECASE,
)
_OF_NUMBER = (
    r"number|num[ée]ro|num|n[º°]|no|tel|номер|numero|número|رقم|رقمي|नंबर|नम्बर|নম্বর|নাম্বার|is|on|me|us|est|au|le|es|el|al|"
    r"هو|है|हैं"
)
_JOINING = rf"(?:\s{{0,2}}(?:[:=–-]|(?:{_OF_NUMBER})(?!\w)\.?)){{0,4}}"
_WITH_NUMBER = (
    re.compile(
        rf"[{JOINED}]{{0,8}}\)?{_JOINING}\s{{0,3}}\(?\+?\d(?:[ \u00a0()-]{{0,2}}\d){{6}}", re.IGNORECASE
    ),
    re.compile(r"\d[\s(]{1,3}(?:(?:sur|on|en|по|в|على)\s)?$"),
)
"""What stands behind the word for a chat where it has a number, and before it."""

_LONGEST_BEFORE = 10
_CALL = re.compile(
    r"(?<!\w)(?:(?:call|phone|ring)\s(?:me|us)(?:\sback)?(?!\w)|give\s(?:me|us)\sa\scall|"
    r"(?:r?appel|téléphon)ez[- ](?:moi|nous)|(?:m['’]|me\s|nous\s)(?:r?appeler|téléphoner)(?!\w)|"
    r"ll[áa]m(?:e|a|ar|en)(?:me|nos)(?!\w)|(?:пере|по)?звоните|"
    r"اتصل(?:وا)?\sب(?:ي|نا)|كلم(?:ن|ون)ي|"
    r"(?<!\bje\s)(?<!\bj['’])(?:r?appel|téléphon)ez\s(?:plut[ôo]t\s|de préférence\s|si possible\s)?"
    r"(?:(?:le|dans la|en)\s(?:soir|matin|midi|week-?end|soirée|matinée|journée)|l['’\s]apr[èe]s[- ]midi|"
    r"(?:après|apres|avant|vers|entre|à partir de)\s\d{1,2}\s?h)|"
    r"(?<!\bi\s)(?<!\bwe\s)(?<!['’]ll\s)(?<!\b(?:can|may|day|his|her|the|our)\s)(?<!\bwill\s)(?<!\bto\s)(?<!\ba\s)(?<!\bmy\s)"
    r"(?:call|phone|ring)\s(?:preferably\s|rather\s|only\s|best\s|if possible\s)?"
    r"(?:in the (?:evening|morning|afternoon)s?|(?:after|before|around|between)\s\d{1,2}(?:\s?[ap]\.?m|:\d\d|h))|"
    r"ll[áa]m(?:e|en)\s(?:mejor\s|preferiblemente\s|si es posible\s)?"
    r"(?:(?:por|en) la\s(?:tarde|noche|mañana)|(?:después|a partir|antes) de las?\s\d)|"
    r"(?:कॉल|फ़ोन|फोन)\s(?:शाम|सुबह|दोपहर|रात)\s(?:को|में)\s(?:ही\s)?(?:करें|कीजिए|कीजिएगा|करो)|"
    r"(?:কল|ফোন)\s(?:সন্ধ্যায়|রাতে|সকালে|বিকেলে|দুপুরে)\s(?:করুন|করবেন|দিন|দিবেন)|"
    r"(?:कॉल|फ़ोन|फोन)\s(?:करें|कीजिए|करो|करना|कर\sल|कर\sद)|(?:কল|ফোন)\s(?:করুন|করবেন|করেন|দিন|দিবেন))",
    re.IGNORECASE,
)


def _has_number(sentence: str) -> bool:
    """Whether WhatsApp is named beside a number, "my WhatsApp: +221 ...", that is none of whoever is written to."""
    if _YOURS.search(sentence):
        return False
    behind, before = _WITH_NUMBER
    return any(
        behind.match(sentence, match.end())
        or before.search(sentence, max(0, match.start() - _LONGEST_BEFORE), match.start())
        for match in _WAYS["whatsapp"].finditer(sentence)
    )


def ways_in(text: str, *, most: int) -> list[str]:
    """Return the ways in which a message asks for an answer, codes of `injury.CHANNELS`, each once, at most so many."""
    return list(dict.fromkeys(_asked(text)))[:most]


def _asked(text: str) -> Iterator[str]:
    """Yield them sentence by sentence; nothing is read in one with a "not"."""
    for sentence in _SENTENCES.split(_PLEASE.sub(" ", text)):
        calls, asks = _CALL.search(sentence), _ANSWER.search(sentence)
        if _NOT.search(sentence):
            continue
        if not (calls or asks):
            if _has_number(sentence):
                yield "whatsapp"
            continue
        named = [way for way, pattern in _WAYS.items() if pattern.search(sentence)]
        yield from named
        if calls and "whatsapp" not in named:  # "call me on WhatsApp" is one way
            yield "telephone"
