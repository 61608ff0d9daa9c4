"""Of payments that come to a price together none is the price, and all of them are told."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look


@pytest.mark.parametrize(
    "text",
    [
        "You pay USD 6,000 before the treatment and USD 6,000 at discharge.",
        "USD 6,000 on admission, USD 6,000 on discharge",
        "USD 6,000 on admission. USD 6,000 on discharge.",
        "USD 6,000 on arrival\nUSD 8,000 after the treatment",
        "Half before: 6000 USD, half after: 6000 USD",
        "50% advance 6000 USD, 50% on arrival 6000 USD",
        "Deposit 2000 USD, on arrival 7000 USD",
        "30% before: 4000 USD, 70% after: 8000 USD",
        "6000 USD now, 6000 USD later",
        "6000 € à l'admission, 6000 € à la sortie",
        "La moitié avant : 6000 €, la moitié après : 6000 €",
        "Acompte 2000 €, à l'arrivée 7000 €",
        "6000 USD al ingreso y 6000 USD al alta",
        "Mitad antes: 6000 USD, mitad después: 6000 USD",
        "6000 долларов при поступлении, 6000 долларов при выписке",
        "Половина до лечения: 6000 долларов, половина после: 6000 долларов",
        "6000 دولار عند الدخول و6000 دولار عند الخروج",
        "النصف قبل العلاج: 6000 دولار، النصف بعد العلاج: 6000 دولار",
        "6000 डॉलर भर्ती पर, 6000 डॉलर छुट्टी पर",
        "आधा पहले 6000 डॉलर, आधा बाद में 6000 डॉलर",
        "ভর্তির সময় ৬০০০ ডলার, ছুটির সময় ৬০০০ ডলার",
        "অর্ধেক আগে ৬০০০ ডলার, অর্ধেক পরে ৬০০০ ডলার",
    ],
)
def test_of_several_payments_none_is_the_price(text: str) -> None:
    found = look(text)
    assert (found.totals, len(found.aside), found.old) == ((), 2, ())


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("12000 USD payable on arrival", 0),
        ("Total 12000 USD: 6000 USD on admission, 6000 USD on discharge", 2),
        ("Price 12000 USD, 6000 USD on admission and 6000 USD on discharge", 2),
        ("The price is USD 12000. You can pay USD 12000 on arrival.", 0),
        ("USD 12000 (12000 USD), hotel included", 0),
        ("9000 USD for 2 and a half weeks, 12000 USD in total", 1),
        ("12000 USD, half board", 0),
        ("12000 USD for paraplegia", 0),
        ("12000 دولار لعلاج الشلل النصفي", 0),
    ],
)
def test_a_price_beside_what_is_paid_when_stays_the_price(text: str, aside: int) -> None:
    found = look(text)
    assert ({money.figure for money in found.totals}, len(found.aside)) == ({"12000"}, aside)


@pytest.mark.parametrize(
    "text",
    ["Half on arrival: 6000 USD", "50% on arrival: 6000 USD", "La moitié : 6000 €", "Половина 6000 долларов"],
)
def test_a_half_is_no_price(text: str) -> None:
    found = look(text)
    assert (found.totals, len(found.aside)) == ((), 1)


@pytest.mark.parametrize(
    "text",
    ["previously 13500 USD, now 9800 USD", "Earlier 9000 USD, now 13500 USD", "13500 USD before, 9800 USD"],
)
def test_a_price_of_another_time_is_still_none(text: str) -> None:
    found = look(text)
    assert (len(found.totals), len(found.old)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "You pay 6000 USD twice",
        "6000 USD 2 times",
        "6000 € deux fois",
        "6000 USD dos veces",
        "6000 долларов два раза",
        "6000 دولار مرتين",
        "6000 डॉलर दो बार",
        "৬০০০ ডলার দুইবার",
    ],
)
def test_an_amount_that_is_paid_several_times_is_no_price(text: str) -> None:
    found = look(text)
    assert (found.totals, len(found.each)) == ((), 1)
