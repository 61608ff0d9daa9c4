"""What families are written most often: "all but the visa", a price in words, the price of one session."""

from __future__ import annotations

from decimal import Decimal

import pytest

from estimator.requests.chat import old_prices
from estimator.requests.chat.offer import Found, look


def _totals(found: Found) -> list[tuple[Decimal, str | None]]:
    return [(old_prices.largest(money), money.currency) for money in found.totals]


@pytest.mark.parametrize(
    ("text", "standings"),
    [
        ("كل شيء مشمول إلا التأشيرة، ٩٠٠٠ دولار", {"visa": "excluded"}),
        (
            "السعر ٩٠٠٠ دولار. يشمل الفندق والأدوية إلا التأشيرة",
            {"hotel": "included", "medicines": "included", "visa": "excluded"},
        ),
        ("السعر يشمل كل شيء إلا الفندق: ٩٠٠٠ دولار", {"hotel": "excluded"}),
        ("Всё включено помимо визы, 9000 долларов", {"visa": "excluded"}),
        ("В цену не входит ничего, кроме клеток. 9000 долларов", {}),
        ("Ничего не включено кроме клеток. 9000 долларов", {}),
        ("Nothing is included except the cells. 9000 USD", {}),
        ("لا يشمل السعر إلا الخلايا. ٩٠٠٠ دولار", {}),
        ("Включено всё, кроме клеток. 9000 долларов", {"cells": "excluded"}),
    ],
)
def test_an_exception_is_excluded_from_all_and_not_from_nothing(text: str, standings: dict[str, str]) -> None:
    found = look(text)
    assert _totals(found) == [(9000, "USD")]
    assert {part: said.standing for part, said in found.parts.items()} == standings


@pytest.mark.parametrize(
    ("text", "price", "currency"),
    [
        ("साढ़े तीन लाख रुपये में 2 सेशन, रजिस्ट्रेशन 5000", 350_000, "INR"),
        ("साढ़े तीन लाख रुपये में 2 सेशन, रजिस्ट्रेशन 5000 रुपये", 350_000, "INR"),
        ("सवा दो लाख, 1 सेशन। रजिस्ट्रेशन फीस 1500 रुपये", 225_000, None),
        ("সাড়ে পাঁচ লাখ টাকা। রেজিস্ট্রেশন ফি ২০০০ টাকা", 550_000, "BDT"),
        ("पौने दो लाख रुपये", 175_000, "INR"),
        ("सवा लाख रुपये", 125_000, "INR"),
        ("डेढ़ करोड़ रुपये", 15_000_000, "INR"),
        ("साढ़े 3 लाख रुपये", 350_000, "INR"),
        ("আড়াই লাখ টাকা", 250_000, "BDT"),
        ("দেড় লাখ টাকা", 150_000, "BDT"),
        ("মোট সোয়া তিন লাখ টাকা", 325_000, "BDT"),
        ("कुल 3 लाख 50 हज़ार रुपये", 350_000, "INR"),
        ("तीन लाख पचास हज़ार रुपये", 350_000, "INR"),
        ("1 करोड़ 12 लाख 50 हज़ार रुपये", 11_250_000, "INR"),
        ("৫ লাখ ৫০ হাজার টাকা", 550_000, "BDT"),
        ("9000 USD registration included", 9000, "USD"),
        ("التسجيل ١٠٠ دولار والعلاج ٩٠٠٠ دولار", 9000, "USD"),
        ("4 लाख रुपये और होटल 50 हज़ार रुपये", 400_000, "INR"),
        ("पहले यह पैकेज 8 लाख का था, अभी ऑफर में 6 लाख रुपये", 600_000, "INR"),
        ("আগে ৮ লাখ টাকার ছিল, এখন ৬ লাখ টাকা", 600_000, "BDT"),
        ("السعر ٣٠٠٠٠ ريال سعودي", 30_000, "SAR"),
        ("١٢ مليون دينار عراقي", 12_000_000, "IQD"),
        ("١٢٠٠٠ دينار", 12_000, None),
        ("10 लाख कोशिकाएँ प्रति किलो। पैकेज 6 लाख। व्हाट्सऐप 98765 43210", 600_000, None),
        ("10 लाख कोशिकाएँ प्रति किलो, 6 लाख। 98765 43210", 600_000, None),
    ],
)
def test_the_price_is_read_as_it_is_said(text: str, price: int, currency: str | None) -> None:
    assert _totals(look(text)) == [(price, currency)]


def test_no_other_amount_is_the_price_where_one_in_words_is_not_understood() -> None:
    found = look("साढ़े सत्ताईस लाख रुपये। कमरा 3000 रुपये")
    assert found.totals == ()
    assert "3000 रुपये" in found.aside


ONE = [
    ("एक सेशन के साढ़े चार लाख लगेंगे, कमरे का किराया 3000 रोज़, 10 रात", ["4.5 लाख", "3000"], []),
    ("एक सेशन के साढ़े चार लाख लगेंगे, कमरे का किराया 3000 रुपये रोज़", ["4.5 लाख", "3000"], []),
    ("एक सेशन का 2 लाख रुपये। कम से कम 4 सेशन", ["2 लाख"], ["4"]),
    ("एक इंजेक्शन 1.5 लाख रुपये का है, 4 इंजेक्शन", ["1.5 लाख"], ["4"]),
    ("एक सेशन की कीमत लगभग 2 लाख रुपये है, कुल 4 सेशन", ["2 लाख"], ["4"]),
    ("2 लाख रुपये एक सेशन के", ["2 लाख"], []),
    ("Одна процедура 4500 долларов, всего нужно четыре", ["4500"], []),
    ("Укол 3000 евро. Нужно пять уколов", ["3000"], ["5"]),
    ("Стоимость одного введения 4 тыс. долларов", ["4 тыс."], []),
    ("Один сеанс стоит 4500 долларов", ["4500"], []),
    ("الجلسة الواحدة بـ ٥ آلاف دولار وتحتاج ٣ جلسات", ["5 آلاف"], ["3"]),
    ("سعر الحقنة ٢٠٠٠ دولار وتحتاج ٥ حقن", ["2000"], ["5"]),
    ("ثمن الجلسة الواحدة ٢٠٠٠ دولار", ["2000"], []),
    ("একটি ইনজেকশনের দাম ২ লাখ টাকা", ["2 লাখ"], []),
    ("একটি ইনজেকশনের দাম প্রায় ২ লাখ টাকা", ["2 লাখ"], []),
    ("One session 3000 dollars, four sessions needed", ["3000"], ["4"]),
    ("Une séance coûte 3000 euros, il faut 4 séances", ["3000"], ["4"]),
    ("Una sesión cuesta 3000 euros, hacen falta 4 sesiones", ["3000"], ["4"]),
]


@pytest.mark.parametrize(("text", "amounts", "sessions"), ONE, ids=[text for text, *_ in ONE])
def test_the_price_of_one_session_is_not_the_whole_price(
    text: str, amounts: list[str], sessions: list[str]
) -> None:
    found = look(text)
    assert found.totals == ()
    assert len(found.each) == len(amounts)
    assert all(amount in written for amount, written in zip(amounts, found.each, strict=True))
    assert list(found.sessions) == sessions


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Stem cell injection 9000 USD", 9000),
        ("Injection 9000 USD, 10 sessions of physiotherapy", 9000),
        ("Package with one session 9000 USD", 9000),
        ("चार सेशन 8 लाख रुपये", 800_000),
        ("৪টি ইনজেকশন ৮৫০০ ডলার", 8500),
        ("एक सेशन के साथ 2 लाख रुपये", 200_000),
        ("5 сеансов 9000 долларов", 9000),
    ],
)
def test_what_several_sessions_or_the_only_one_cost_is_the_price(text: str, price: int) -> None:
    assert [amount for amount, _currency in _totals(look(text))] == [price]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("أكثر من ٥٠٠ حالة ناجحة. السعر ٧٠٠٠ دولار", False),
        ("7000 USD, at least 4 sessions", False),
        ("السعر يبدأ من ٧٠٠٠ دولار", True),
        ("from 7000 USD", True),
        ("from USD 7k", True),
    ],
)
def test_a_price_begins_only_where_the_word_stands_at_an_amount_of_money(text: str, *, begins: bool) -> None:
    assert look(text).is_from is begins
