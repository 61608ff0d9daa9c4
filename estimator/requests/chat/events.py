"""What a message says beside a date: that an injury happened, that they plan to come, or something else."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from estimator.normal_form import normal_form
from estimator.requests.chat.letters import JOINED

HAPPENED = (
    "accident|doi(?!\\w)|crash|fell|(?:was|got) (?:hurt|injured|shot)|broke (?:his|her|my)|(?:has|have|had) a fall|"
    "it happened|div(?:ed|ing)",
    "tomb[ée]|chut[ée]|s['’]est (?:passé|blessé|fracturé)|c['’]est arrivé|blessée? (?:en|le|au)",
    "se cay[óo]|ca[íi]da|ocurri[óo]|sucedi[óo]|se lesion[óo]",
    "авари|дтп|несчастн|упал|падени|сломал|нырнул|случилось|произош|получила? травму",
    "و?(?:ال|لل|بال|ل|ب)?حادث|[أا]صيب|[أا]صبت|سقط",
    "एक्सीडेंट|ऐक्सिडेंट|एक्सिडेंट|दुर्घटना|हादस|गिर ग|गिरे|चोट लग|घायल",
    "দুর্ঘটনা|এক্সিডেন্ট|অ্যাকসিডেন্ট|অ্যাক্সিডেন্ট|এক্সিডেন্ট|পড়ে (?:গিয়ে|যা|গে)|আঘাত পা|আহত",
)
"""What says that somebody was injured at a time."""

INJURED = (
    "injur|paraly[sz]|parapleg|tetrapleg|quadripleg|wheelchair|disabled|fractur|spinal cord",
    "lésion|blessure|parapl|tétrapl|fauteuil|handicap|moelle|traumati",
    "lesi[óo]n|paral[íi]|tetrapl|cuadripl|silla de ruedas|m[ée]dula",
    "травм|парали|парапле|тетрапле|коляск|перелом|поврежден|спинн|инвалид",
    "و?(?:ال|لل|بال|ل|ب)?(?:[إا]صاب|شلل|مشلول|كرسي متحرك|كسر|نخاع)",
    "चोट|लकव|पैरालाइ|पैराप्ले|व्हीलचेयर|फ्रैक्चर|रीढ़",
    "আঘাত|প্যারালাই|প্যারাপ্লে|পক্ষাঘাত|হুইলচেয়ার|পঙ্গু|মেরুদণ্ড",
)
"""What says that somebody is injured, and of a year that it happened then."""

OTHER = (
    "born|birth|dob|met (?!with)|visited|conversation|spoke|talked|wrote|contacted|opened|mris?(?!\\w)|"
    "scans?(?!\\w)|x-?ray|operat|surger|rehab|physio|report|discharg|hospitali[sz]|treated|"
    "had (?:a |an |one |two )?(?:treat|session|injection)|passport|visa|"
    "(?:quote|quotation|prices?|offer|mail|message) (?:of|from|dated)(?!\\w)|married|died|work(?:s|ed|ing)",
    "n[ée]e? (?:le|en)|naissance|rencontr|visité|parlé|écrit|contacté|ouvert|"
    "(?:devis|prix|offre|mail|message|courrier) d[ue](?=\\s[0-9])|irm(?!\\w)|scanner|opér|chirurg|rééduc|kin[ée]|"
    "hospitalis|passeport|travaill|mariée?|décéd",
    "naci(?:do|da|ó|miento)|visit[aé]|habl[aéó]|escrib|conocimos|"
    "(?:presupuesto|precios?|oferta|correo|mensaje) del?(?=\\s[0-9])|resonancia|operad|operaron|operó|cirug|"
    "rehabil|fisiot|hospitaliz|pasaporte|trabaj",
    "родил|рождени|писал|говорил|встреч|посетил|обращал|мрт|(?:про)?опер[аи]|реабилит|обследов|выписа|паспорт|"
    "(?:смет|цен|письм|счет|счёт)[^\\W\\d_]{0,2} от(?!\\w)|визу|виза|работа",
    "مواليد|(?:ال)?ميلاد|زرنا|زرت|كتب|تحدث|ولد(?!ي|ن|ه)|ميلاد|(?:ال)?رنين|(?:ال)?[أا]شعة|(?:ال)?عملية|جراح|(?:ال)?ت[أا]هيل|"
    "جواز|[يأت]عمل",
    "जन्म|मिले|लिखा|बात हुई|एमआरआई|ऑपरेशन|सर्जरी|फिजियो|फ़िजियो|रिपोर्ट|पासपोर्ट|वीज़ा|नौकरी|काम कर",
    "জন্ম|লিখেছি|কথা হয়েছে|গিয়েছিলাম|এমআরআই|অপারেশন|সার্জারি|ফিজিও|থেরাপি|রিপোর্ট|পাসপোর্ট|ভিসা|চাকরি|কাজ কর",
)
"""What else has a date in such messages, and is neither an injury nor a plan."""

LAPSES = (
    "expir|valid|vali(?:d|dité)|valable|caduca|vence|válid|действ|истека|صالح|صلاحي|[يت]نتهي|मान्य|वैध|মেয়াদ",
)
"""What says of a date that something is valid until then."""

PLANNED = (
    "(?:to|can|could|will|would|may|might|shall|['’]ll|be|are|am|['’]m) (?:\\w{1,9} )?"
    "(?:come|coming|travel(?:l?ing)?|arriv(?:e|ing)|visit(?:ing)?|start|begin|fly|flying|be there|be ready)(?!\\w)|"
    "want to|hop(?:e|ing) to|(?:would|['’]d) like to (?!know|ask|inquire|enquire|understand)|thinking of|"
    "plan(?:s|ning)? |possible|available|availability|appointment|slots?(?!\\w)|next",
    "venir(?!\\w)|on vient(?! d)|viendr|venons|arrivons|arriver(?:ons|ai)|voyager|partir(?!\\w)|prévoy|"
    "pensons|comptons|"
    "commencer|disponib|possible|rendez-vous|souhait|voudr|aimer(?:ais|ions)|préfér|pouvons|espér(?:ons|e)|"
    "prochain",
    "venir(?!\\w)|viajar|viajaremos|llegar(?!\\w)|llegaremos|planea|pensamos|comenzar|empezar|disponib|posible|"
    "cita(?!\\w)|queremos|quisi[ée]r|podemos|podr[íi]amos|esperamos|pr[óo]xim|ir(?:íamos|emos)(?!\\w)|vendr[íi]?",
    "приехать|приедем|приеду|прилет|поехать|планир|хотим|хотел|хочу|можем|смо[гж]|начать|возможн|можно|свободн|"
    "записать|следующ|собира",
    "(?:ال|ل)?(?:قدوم|سفر|حضور)|ن?س?ن[أا]تي|س[أن][أا]?تي|نسافر|نحضر|س[أن]حضر|نخطط|[أا]خطط|موعد|نريد|[أا]ريد|ممكن|"
    "نبد[أا]|القادم|المقبل|[نأ]نوي|نود|هل يمكن",
    "आना|आने|आएँगे|आएंगे|आ सक|यात्रा|योजना|चाहत|शुरू|संभव|अपॉइंटमेंट|अगले|उपलब्ध",
    "আসতে|আসব|যেতে|পরিকল্পনা|চাই|চাচ্ছি|শুরু|সম্ভব|অ্যাপয়েন্টমেন্ট|আগামী|পারব|পারি",
)
"""What says that they plan to come, or ask whether they can."""

LONGEST_BESIDE = 12
"""Number of letters besides a date in a clause that says nothing of it."""


def _either(words: tuple[str, ...]) -> str:
    return normal_form("NFKC", "|".join(words))


_KINDS = {"happened": HAPPENED, "lapses": LAPSES, "other": OTHER, "planned": PLANNED, "injured": INJURED}
ALL = frozenset(_KINDS)
_EVENT = re.compile(
    rf"(?<![{JOINED}])(?:{'|'.join(f'(?P<{kind}>{_either(words)})' for kind, words in _KINDS.items())})",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[!?\n;।؟]|\.(?=\s|$)")
_ENDS_CLAUSE = re.compile(
    r"[!?\n;।؟،()]|[.,](?=\s|$)|\s(?:and|but|so|et|mais|donc|y|pero|и|но|а|و|لكن|और|लेकिन|तो|এবং|কিন্তু|আর)(?=\s)"
)


@dataclass(frozen=True)
class _Event:
    start: int
    end: int
    kind: str


class Events:
    """The events of a text in its normal form NFKC, read once they are asked for; a question takes logarithmic time."""

    def __init__(self, text: str) -> None:
        self._text = text

    def beside(self, start: int, end: int, *, kinds: Set[str] = ALL) -> set[str]:
        """Return those of some kinds that are told nearest before and behind a place in its clause.

        Of a clause of hardly another word, "In March, he fell", it is what is told in the sentence.
        """
        first, last = _spanned(self._clauses, start, end)
        near = self._around(first, last, start, end, kinds)
        if not near and last - first - (end - start) <= LONGEST_BESIDE:
            near = self._around(*_spanned(self._sentences, start, end), start, end, kinds)
        return {kind for _distance, kind in near}

    def nearest(self, start: int, end: int, *, kinds: Set[str] = ALL) -> str | None:
        """Return the kind, one of some, of what is told nearest to a place in its clause; None if nothing is."""
        near = self._around(*_spanned(self._clauses, start, end), start, end, kinds)
        return min(near, key=itemgetter(0), default=(0, None))[1]

    def is_asked(self, place: int) -> bool:
        """Whether the clause around a place is the end of a question."""
        return self._text[_within(self._clauses, place)[1] - 1 :][:1] in ("?", "؟")

    def _around(self, first: int, last: int, start: int, end: int, kinds: Set[str]) -> list[tuple[int, str]]:
        """Return how far what is nearest before and behind a place is from it, from the first to the last letter."""
        events = self._of(frozenset(kinds))
        place = bisect_left(events, start, key=lambda event: event.start)
        near = []
        if place and events[place - 1].start >= first:
            near.append((start - events[place - 1].end, events[place - 1].kind))
        if place < len(events) and events[place].end <= last:
            near.append((events[place].start - end, events[place].kind))
        return near

    def _of(self, kinds: frozenset[str]) -> list[_Event]:
        if kinds not in self._by_kinds:
            self._by_kinds[kinds] = [event for event in self._by_kinds[ALL] if event.kind in kinds]
        return self._by_kinds[kinds]

    @cached_property
    def _by_kinds(self) -> dict[frozenset[str], list[_Event]]:
        found = (_Event(*match.span(), str(match.lastgroup)) for match in _EVENT.finditer(self._text))
        return {ALL: list(found)}

    @cached_property
    def _clauses(self) -> list[int]:
        return [0, *(match.end() for match in _ENDS_CLAUSE.finditer(self._text)), len(self._text) + 1]

    @cached_property
    def _sentences(self) -> list[int]:
        return [0, *(match.end() for match in _ENDS_SENTENCE.finditer(self._text)), len(self._text) + 1]


def _within(bounds: list[int], place: int) -> tuple[int, int]:
    """Return the bounds before and behind a place."""
    following = bisect_right(bounds, place)
    return bounds[following - 1], bounds[following]


def _spanned(bounds: list[int], start: int, end: int) -> tuple[int, int]:
    """Return the bounds before and behind what goes from one place to another: "from 3 and up to 10 March" is one."""
    return _within(bounds, start)[0], _within(bounds, max(start, end - 1))[1]
