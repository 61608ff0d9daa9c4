"""Where a message says of what it names that the price includes it, or does not: "included", "with", "not free"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.requests.chat import asides
from estimator.requests.chat.beside import Spans

Standing = Literal["", "included", "excluded"]
Side = Literal["", "before", "after", "beside"]


@dataclass(frozen=True)
class Mark:
    """A word that says whether parts are in the price: where it is, and what it says; "" where that is not certain.

    `said_of` is the side on which those parts stand, "" if they can stand on both, "beside" if it is right before.
    """

    start: int
    end: int
    standing: Standing
    said_of: Side = ""


TICKS, CROSSES = "✅✔✓☑", "❌✖✗✘🚫"
"""What stands before or after what is included, and what is not."""

INCLUDED = offer_parts.either(
    r"[✅✔✓☑]|"
    r"(?:no|without) (?:extra|additional) (?:costs?|charges?|fees?)|free of charge|included|includes?|including|"
    r"incl|inclusive(?: of)?|in(?:side)? (?:the |our )?price|(?<!feel )free(?! (?:to|cancel\w*)(?!\w))|complimentary|"
    r"cover(?:s|ed)?|all[ -]in|inclus(?:e|es)?|(?:y )?compris(?:e|es)?|comprend|comprennent|comprenant|incluant|inclut|"
    r"incluent|dans le prix|offerte?s?|gratuite?s?|inclu[ií]d[oa]s?|incluyen?|incluyendo|en el precio|"
    r"gratis|gratuit[oa]s?|on our side|at our (?:own )?(?:cost|expense)|à nos frais|à notre charge|"
    r"por nuestra cuenta|a nuestro cargo",
    r"за наш сч[её]т|включ|входят|входит|бесплатн|в стоимост|в цен[уе](?!\w)",
    r"شامل|يشمل|تشمل|متضمن|يتضمن|تتضمن|مشمول|مجان|بما في ذلك|ضمن السعر|على حسابنا",
    r"हमारी (?:तरफ|ओर) से|(?:कीमत|क़ीमत|दाम|पैकेज|खर्च|ख़र्च) (?:के (?:अंदर|भीतर)|में(?= (?:है|हैं)))|"
    r"शामिल|सहित|के साथ|मुफ़्त|मुफ्त|फ्री|অন্তর্ভুক্ত|সহ(?![\u0980-\u09ff])|সাথে|সঙ্গে|ফ্রি|বিনামূল্যে|"
    r"(?:দাম|মূল্য|প্যাকেজ|খরচ)(?:ের|এর)? (?:ভেতর|ভিতর|মধ্যে)(?:ে|েই|ই)?",
)
_BOUND_WITH = re.compile(r"(?<=[\u0980-\u09ff])সহ(?![\u0980-\u09ff])")
"""Bengali writes "with" as the end of a word."""

EXCLUDED = offer_parts.either(
    r"[❌✖✗✘🚫]|"
    r"not (?:yet )?(?:included|including|covered|inclusive)|(?:do(?:es)?n[o’']?t|does not|do not|not) include|"
    r"(?:is|are)n[’']?t included|excluded|excludes?|excluding|excl|ex(?=[ .-]{0,2}(?:vat|gst|tax))|except|without|"
    r"extra|additional(?:ly)?|separate(?:ly)?|(?:at|on) your own(?: cost| expense)?|"
    r"(?:non|pas) (?:inclus|compris)(?:e|es)?|"
    r"ne comprend pas|n[’']inclut pas|exclue?s?|hors|sans|en supplément|en sus|en plus(?! d[eu’'])|"
    r"à part|no inclu[ií]d[oa]s?|no incluyen?|sin|excluid[oa]s?|aparte|por separado|excepto|menos|salvo|sauf|"
    r"excepté[es]{0,2}|à l[’']exception|apart from|other than|"
    r"paid by (?:you|(?:the )?(?:patient|family|guest))|to be paid|(?:on|from) your side|"
    r"you(?:['’]ll| will)? pay (?:only )?for|"
    r"at your (?:own )?(?:cost|expense)|à (?:votre|la) charge|de votre côté|à vos frais|por su (?:cuenta|parte)|"
    r"a su cargo|por cuenta del? \w+",
    r"за (?:ваш|свой) сч[её]т|за сч[её]т пациент|"
    r"не включ|не входят|не входит|без(?!\w)|исключ|кроме|помимо|отдельн|дополнительн|за доплат|оплачива\w* отдельно",
    r"غير شامل|غير مشمول|لا يشمل|لا تشمل|لا يتضمن|بدون|باستثناء|ما عدا|عدا(?!\w)|[إا]لّ?ا(?!\w)|سوى(?!\w)|"
    r"إضافي|منفصل|على حساب(?!نا)|على المريض",
    r"शामिल नहीं|नहीं शामिल|अलग|बिना|के बिना|अतिरिक्त|के अलावा|छोड़कर|सिवाय?(?!\w)|आपकी (?:तरफ|ओर)|आपको देन|"
    r"আপনাকে দিতে|নিজের খরচ|আপনার খরচ|"
    r"অন্তর্ভুক্ত নয়|অন্তর্ভুক্ত নেই|বাদ(?:ে|\s|$)|ছাড়া|আলাদা|অতিরিক্ত",
)
NEAR = offer_parts.either(
    r"(?:not?|neither|nor|non|ni)"
    r"(?! (?:only|just|s[óo]lo|solamente|seulement|(?:es |se |son )?(?:requ\w+|need\w*|necess?ar\w*|mandatory)))|"
    r"pas (?:d[eu’']|les?|la|l[’'])|no (?:los|las|el|la)",
    r"нет(?!\w)|не(?!\w)(?! (?:только|нужн|требу|обязат|надо))|ни(?!\w)",
    r"ليس|لا(?!\w)",
    r"नहीं|না(?![\u0980-\u09ff])|নয়(?![\u0980-\u09ff])|নেই",
)
"""Words that deny only what stands next to them."""

YES = offer_parts.either(
    r"yes|oui|s[íi]", r"да(?!\w)", r"نعم(?!\w)", r"हाँ|हां|जी हाँ|হ্যাঁ|হ্যা(?![\u0980-\u09ff])|জি(?![\u0980-\u09ff])"
)
"""Words that say yes to the part before them."""

WITH = re.compile(
    r"(?<!\w)(?:with|avec|con|со?(?! (?:человек|персон))|مع)(?!\w)"
    r"(?!\s(?:or|ou|o|или|أو)\s(?:without|sans|sin|без|بدون))",
    re.IGNORECASE,
)
"""Words that say beside a price that it includes the part which follows."""

_BINDS_NEXT = re.compile(
    r"(?<!\w)(?:with|without|except|excluding|avec|sans|sauf|hors|con|sin|excepto|salvo|menos|со?|без|кроме|помимо|مع|بدون|عدا|باستثناء|[إا]لّ?ا|سوى|बिना)(?!\w)",
    re.IGNORECASE,
)
_BINDS_LAST = re.compile("सहित|के साथ|बिना|छोड़कर|সহ(?![\u0980-\u09ff])|সাথে|সঙ্গে|ছাড়া|বাদে")
"""Words by which an amount is the price with a part, or without it: before that part, and after it."""

_OF_THE_NEXT = offer_parts.either(
    r"includes?|including|inclusive of|covers?|excludes?|excluding|except|without|apart from|other than|"
    r"you(?:['’]ll| will)? pay (?:only )?for|ex|"
    r"comprend|comprennent|comprenant|incluant|inclut|incluent|y compris|hors|sans|sauf|"
    r"excepté[es]{0,2}|à l[’']exception|incluyen?|incluyendo|sin|excepto|menos|salvo|with|avec|con",
    r"включая|включа[ею]т|исключая|исключением|без(?!\w)|кроме|помимо|со?(?!\w)",
    r"يشمل|تشمل|يتضمن|تتضمن|بما في ذلك|بدون|باستثناء|عدا(?!\w)|[إا]لّ?ا(?!\w)|سوى(?!\w)|مع(?!\w)",
    r"बिना|सिवाय?(?!\w)",
)
"""Words that are said of what follows them. "Included" and its like stand before their parts and behind them."""

_OF_THE_LAST = re.compile("additionally|en plus|सहित|के साथ|के बिना|के अलावा|छोड़कर|সহ|সাথে|সঙ্গে|ছাড়া|বাদে")
"""Words that are said of what stands before them."""

EXCEPTION = offer_parts.either(
    r"except|apart from|other than|sauf|salvo|excepto|menos|hormis|excepté[es]{0,2}|à part|à l[’']exception",
    r"кроме|помимо|исключением",
    r"باستثناء|ما عدا|عدا(?!\w)|[إا]لّ?ا(?!\w)|سوى(?!\w)",
    r"के अलावा|छोड़कर|सिवाय?(?!\w)|ছাড়া|বাদে",
)
"""Those of the words that exclude by which "nothing except cells" includes the cells."""

_EITHER_WAY = re.compile(
    r"(?<!\w)(?:with(?: or |/)without|avec ou sans|con o sin|с или без|مع أو بدون)(?!\w)|(?:के साथ या|সহ বা)",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:not|never|cannot|pas|non|jamais|no|nunca|tampoco|не|нет|و?ليست?|غير|لا|مش|مو|مب|ماهو)|n[’']t|(?<!\w)(?:is|are|do|does)nt)"
    r"(?:\s(?:yet|always|be|for|all|part|of|in|the|price|encore|toujours|es|son|est[áa]n?|vienen?|является|من|ضمن)){0,3}"
    r"\s$",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile("\\s?(?:है\\s|করা\\s)?(?:नहीं|নয়(?![\u0980-\u09ff])|নেই|হয়নি|না(?![\u0980-\u09ff]))")
_NOT_AT_END = re.compile(
    r"(?:(?<!\w)(?:(?:is|are|do|does) not|(?:is|are)n[’']?t|n[e’'][\s\w’']{0,6}(?:est|sont) pas|"
    r"no(?: lo)? (?:está|están|es|son)|(?:is|are) never)|नहीं (?:है|हैं))[\s)]*$",
    re.IGNORECASE,
)
_DOUBT = offer_parts.either(
    r"(?:can|could|may|might) (?:also )?be|(?:up)?on request|if requested|if you (?:want|wish|need|like|book|pay)|"
    r"optional(?:ly)?|peu(?:t|vent) (?:[êe]tre)|sur demande|en option|si vous|"
    r"pueden? (?:ser|estar|inclu\w+)|opcional(?:es)?|a petición|bajo pedido|si (?:lo )?(?:desea|quiere)",
    r"может быть|могут быть|можно|по желани|по запросу|опци",
    r"يمكن|اختياري|عند الطلب|حسب الطلب",
    r"(?:हो|कर|किया जा|की जा) सकत[ाीे]|वैकल्पिक|पारे|যেতে পারে|হতে পারে|চাইলে|ঐচ্ছিক",
)
"""Words by which "included" is only a possibility."""

_NEITHER = offer_parts.either(
    r"not (?:applicable|charged|levied|due)|n/a|(?:do(?:es)?n[’']?t|do(?:es)? not) apply|(?:vat|gst|tax)[ -]free|"
    r"not (?:needed|required|necessary)|pas nécessaires?|no (?:es |son )?(?:necesari[oa]s?|requerid[oa]s?)|"
    r"non applicables?|(?:ne )?s[’']appliquent? pas|sans objet|no (?:se )?aplican?|no aplicables?",
    r"не (?:применя|облага|начисля|взима)|неприменим|не (?:нуж|требу|обязат)",
    r"لا (?:تنطبق|ينطبق|تطبق|يطبق)|غير (?:مطبق|منطبق|قابل|مطلوب|ضروري)",
    r"लागू नहीं|(?:ज़रूरत|जरूरत|ज़रूरी|जरूरी|आवश्यक) नहीं|প্রযোজ্য (?:নয়|না)|(?:দরকার|প্রয়োজন) (?:নেই|হয় না)",
)
"""Words by which there is nothing to be included and nothing to be paid."""

_PRICE = re.compile("price|prix|precio|стоимост|цен[уе]|سعر|कीमत|क़ीमत|दाम|দাম|মূল্য", re.IGNORECASE)
"""Words for the price within "not included in the price"."""

MOST = 60
"""Maximum number of such words between two commas; with more of them nothing is said."""

NEAREST = 6
"""Number of letters within which something stands next to a part."""

_BEHIND = 3
"""Number of letters within which an answer follows a part, as in "hotel – yes"."""

_AHEAD = 24
"""Number of letters within which a part follows "with"."""


def is_in_doubt(text: str) -> bool:
    """Whether a text says of what it names only that the price can include it."""
    return bool(_DOUBT.search(text))


def is_bound(text: str, part: tuple[int, int], around: tuple[int, int]) -> bool:
    """Whether an amount is a price with a part or without it, as in "without hotel 10,000".

    `around` begins where the words about the amount begin, and ends at it.
    """
    start, end = around
    return bool(_BINDS_NEXT.search(text, start, part[0]) or _BINDS_LAST.search(text, part[1], end))


def _side(word: str) -> Side:
    """Return on which side of a word its parts stand; Hindi and Bengali write "with" behind them."""
    if _OF_THE_LAST.search(word):
        return "before"
    return "after" if _OF_THE_NEXT.search(word) else ""


def names_the_price(text: str, mark: Mark) -> bool:
    """Whether an amount behind a word is the price: "hotel not included in the price of 9000"."""
    return bool(_PRICE.search(text, mark.start, mark.end))


def marks_in(text: str, parts: Sequence[tuple[int, int, Part]], *, has_price: bool) -> list[Mark]:
    """Return what a text says, in its order; `has_price` if "with" can be said of a price in it."""
    marks = list(islice(_with_their_negation(text, _plain(text)), MOST + 1))
    if len(marks) > MOST:
        return []
    places = Spans((start, end) for start, end, _part in parts)
    if has_price:
        for match in WITH.finditer(text):
            ahead = places.next_start(match.end(), len(text) + 1 + _AHEAD)
            between = (match.start(), ahead)
            if ahead - match.end() <= _AHEAD and not any(
                mark.start < between[1] and between[0] < mark.end for mark in marks
            ):
                marks.append(Mark(*match.span(), "included", "after"))
    if len(marks) > MOST:
        return []
    marks = [*_others_than(_EITHER_WAY, text, marks)]
    marks += [Mark(*match.span(), "") for match in _EITHER_WAY.finditer(text)]
    if is_in_doubt(text):
        marks = [replace(mark, standing="") if mark.standing == "included" else mark for mark in marks]
    marks += _answers(text, places, marks)
    marks = [*_others_than(_NEITHER, text, marks)]
    marks += [Mark(*match.span(), "") for match in _NEITHER.finditer(text)]
    at_end = _NOT_AT_END.search(text)
    last = max((mark.end for mark in marks), default=0)
    if at_end and any(last <= start < at_end.start() for start, _end, _part in parts):
        marks.append(Mark(*at_end.span(), "excluded", "before"))
    if len(marks) > MOST:
        return []
    return _without_double_denial(text, _joined(text, sorted(marks, key=lambda mark: mark.start)))


def _others_than(pattern: re.Pattern[str], text: str, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the marks that touch nothing of a pattern."""
    found = Spans(match.span() for match in pattern.finditer(text))
    return (mark for mark in marks if not found.touch(mark.start, mark.end))


def _joined(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return marks of which nothing stands between two: "not included in the price" is one, and denies."""
    found = list(marks[:1])
    for mark in marks[1:]:
        last = found[-1]
        if mark.said_of == "after" or text[last.end : mark.start].strip():
            found.append(mark)
            continue
        both = {last.standing, mark.standing}
        standing: Standing = last.standing if len(both) == 1 else "" if "" in both else "excluded"
        found[-1] = Mark(last.start, mark.end, standing, last.said_of or mark.said_of)
    return found


_NOTHING = re.compile(r"(?<!\w)(?:nothing|rien|nada|ничего|لا شيء)", re.IGNORECASE)


def denies(text: str, marks: Sequence[Mark]) -> bool:
    """Whether a text ends with a denial or speaks of nothing, so that an exception behind it includes."""
    return bool(_NOTHING.search(text) or (marks and marks[-1].standing == "excluded"))


def is_exception(text: str, mark: Mark) -> bool:
    """Whether a word takes what it is said of out of what is said of all others."""
    return mark.standing == "excluded" and bool(EXCEPTION.search(text, mark.start, mark.end))


def _without_double_denial(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return marks with nothing certain for an exception beside a denial: "not included except the cells"."""
    found, has_nothing = [], bool(_NOTHING.search(text))
    for number, mark in enumerate(marks):
        near = number + 1 if mark.said_of == "before" else number - 1
        beside = marks[near] if 0 <= near < len(marks) else None
        is_denied = beside is not None and beside.standing == "excluded" and not is_exception(text, beside)
        is_double = is_denied or has_nothing
        found.append(replace(mark, standing="") if is_double and is_exception(text, mark) else mark)
    return found


def _plain(text: str) -> Iterator[Mark]:
    """Yield the words as they stand there, "no extra cost" as what it says."""
    further = Spans(match.span() for match in asides.BESIDES.finditer(text))
    excluded = [
        match.span()
        for match in EXCLUDED.finditer(text)
        # "An additional injection" says nothing of the others.
        if not further.touch(*match.span())
    ]
    denied = Spans(excluded)
    for match in (*INCLUDED.finditer(text), *_BOUND_WITH.finditer(text)):
        if not denied.touch(*match.span()):
            yield Mark(*match.span(), "included", _side(match[0]))
        elif "extra" in match[0].lower() or "additional" in match[0].lower():
            excluded = [span for span in excluded if not match.start() <= span[0] < match.end()]
            denied = Spans(excluded)
            yield Mark(*match.span(), "included", _side(match[0]))
    for start, end in excluded:
        yield Mark(start, end, "excluded", _side(text[start:end]))


def _with_their_negation(text: str, marks: Iterator[Mark]) -> Iterator[Mark]:
    """Yield the words, each together with "not" beside it; "not extra" says nothing that is certain."""
    for mark in marks:
        before = _NOT_BEFORE.search(text, max(0, mark.start - 40), mark.start)
        after = _NOT_AFTER.match(text, mark.end)
        if before or after:
            denied: Standing = "excluded" if mark.standing == "included" else ""
            start, end = before.start() if before else mark.start, after.end() if after else mark.end
            yield Mark(start, end, denied, mark.said_of)
        else:
            yield mark


def _answers(text: str, parts: Spans, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield "yes" and "no" beside a part: after it, or "no" before the only one that is near."""
    for match in YES.finditer(text):
        if parts.ends_in(match.start() - _BEHIND, match.start()):
            yield Mark(*match.span(), "included", "beside")
    for match in NEAR.finditer(text):
        if any(mark.start < match.end() and match.start() < mark.end for mark in marks):
            continue
        answered = any(
            re.search("[:=–—-]", text[end : match.start()])
            for end in parts.ends_in(match.start() - _BEHIND, match.start())
        )
        ahead = parts.starts_in(match.end(), match.end() + NEAREST)
        beside = [*ahead, *parts.ends_in(match.start() - 2, match.start())]
        if answered or len(beside) == 1:
            yield Mark(*match.span(), "excluded", "after" if ahead and not answered else "before")
