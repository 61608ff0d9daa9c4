"""Whatever is written again and again is read with work that grows as the text does: a flood of it stops nobody."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from estimator import telephone
from estimator.estimates import offer_parts
from estimator.requests import chat
from tests.support.counted_work import Counter

MODULES = [
    telephone,
    offer_parts,
    *(importlib.import_module(f"{chat.__name__}.{one.name}") for one in pkgutil.iter_modules(chat.__path__)),
]
READERS: dict[str, Callable[[str], object]] = {
    "offer": chat.offer.look,
    "message": partial(
        chat.message.look,
        country="",
        languages=("en", "fr", "es", "ru", "ar", "hi", "bn"),
        today=date(2026, 11, 30),
    ),
}
SHORT, TIMES = 400, 4
"""Letters of the shorter text, and how many times longer the other one is."""

MOST_MORE = 1.5
"""How many times more work than the letters a longer text may take: with the square of them it is four times more."""

UNITS = {
    "figures": (
        "3.000 ", "5000 ", "3,000 ", "13k ", "USD 3000 ", "3000 USD ", "$9000", "€500-600 ",
        "3000 to 4000 ", "2 x 3000 ", "~3000~ ", "1/2 ", "3/4/2027 ", "12.03.2027, ",
        "+33 6 12 34 56 78 ", "9 ", "1.", "(", "[", "+ ", "* ", "✅", "✅ 500 ", "\n1. ", "\n- ", "\n",
        ", ", ": ", "? ", "a@b.co ", "T10 ", "[1:00", "12/11/26, 14:52 - Paul: ", "$ M.N. ", "INR ",
    ),
    "en": (
        "hotel ", "hotel, ", "hotel and ", "hotel 500 ", "hotel yes ", "hotel: no ", "with hotel ",
        "hotel included ", "not included ", "excluded, ", "nothing except cells ", "with or without ",
        "n/a ", "optional ", "usual 3000 ", "was 3000 ", "before 3000, ", "from 3000 ", "total 3000 ",
        "deposit 3000 ", "half before 3000 ", "3000 per session ", "session 3000 ", "one session 3000 ",
        "1st session 4000, 2nd ", "3 sessions ", "2 or 3 ", "3 sessions or ", "12000 for 4 ",
        "3000 per night ", "5 days ", "3 weeks ", "18% GST ", "+ 18% GST ", "tax ", "500 tax, 3 days, ",
        "dollars ", "$5 Canadian ", "March ", "in March he fell ", "in 2021 ", "my brother Paul ",
        "my name is ", "I am Paul ", "regards\nPaul\n", "complete T10 ", "call me ", "WhatsApp ",
        ", please, ", "India ", "two ", "one or ",
    ),
    "fr": (
        "hôtel compris ", "non compris, ", "avec hôtel ", "3000 par séance ", "la séance 3000 ",
        "une ou ", "deux séances ", "TTC 3000 ", "3000 HT, ", "au lieu de 3000 ", "acompte 3000 ",
        "mille ", "en mars ", "mon frère Paul ", "je m'appelle ", "cordialement\nPaul\n",
        "appelez-moi ", "j'ai 30 ans, ", "et ",
    ),
    "es": (
        "hotel incluido ", "no incluye ", "con hotel ", "3000 por sesión ", "una sesión 3000 ",
        "dos sesiones ", "una o ", "antes 3000 ", "en lugar de 3000 ", "anticipo 3000 ",
        "$3000 pesos mexicanos ", "marzo ", "mi hermano Pablo ", "me llamo ", "llámeme ", "y ",
    ),
    "ru": (
        "отель включён ", "не включено, ", "с отелем ", "3000 за сеанс ", "один сеанс 3000 ",
        "два сеанса ", "вместо 3000 ", "предоплата 3000 ", "3000 руб. ", "3 тыс. ", "итого 3000 ",
        "в марте ", "мой брат Павел ", "меня зовут ", "звоните ", "и ",
    ),
    "ar": (
        "الفندق شامل ", "غير شامل، ", "مع الفندق ", "3000 لكل جلسة ", "جلسة واحدة 3000 ", "جلستان ",
        "بدلا من 3000 ", "عربون 3000 ", "3000 دولار ", "3 آلاف ", "المجموع 3000 ", "مارس ", "أخي محمد ",
        "اسمي ", "اتصل بي ", "و",
    ),
    "hi": (
        "होटल शामिल ", "शामिल नहीं, ", "होटल के साथ ", "3000 प्रति सत्र ", "एक सत्र 3000 ", "दो सत्र ",
        "3000 की जगह ", "अग्रिम 3000 ", "3000 रुपये ", "3 लाख ", "साढ़े तीन लाख ", "3 लाख 20 हजार ",
        "कुल 3000 ", "मार्च ", "मेरे भाई ", "मेरा नाम ", "कॉल करें ", "और ",
    ),
    "bn": (
        "হোটেল সহ ", "অন্তর্ভুক্ত নয়, ", "হোটেলের সাথে ", "3000 প্রতি সেশন ", "এক সেশন 3000 ",
        "দুই সেশন ", "3000 এর বদলে ", "অগ্রিম 3000 ", "3000 টাকা ", "৩ লাখ ", "সাড়ে তিন লাখ ",
        "মোট 3000 ", "মার্চ ", "আমার ভাই ", "আমার নাম ", "কল করুন ", "ও ",
    ),
}  # fmt: skip
"""What the readers look for."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", UNITS)
def test_the_work_grows_no_faster_than_what_is_written_again_and_again(
    kind: str, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = READERS[reader]
    read("hello")  # what is remembered from then on is no work of a text
    counter = Counter(MODULES, monkeypatch)
    found = {}
    for unit in UNITS[kind]:
        short, long = ((unit * SHORT)[: SHORT * times] for times in (1, TIMES))
        less, more = counter.of(read, short), counter.of(read, long)
        most = TIMES * MOST_MORE
        if more.letters > most * less.letters or more.lines > most * less.lines:
            found[unit] = round(more.letters / less.letters, 1), round(more.lines / less.lines, 1)
    assert found == {}
