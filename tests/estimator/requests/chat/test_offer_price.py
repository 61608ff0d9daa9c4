"""Which amounts of another clinic's message are its price, which are no part of it, and what is denied."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look

ADDED = [
    ("12000 USD + hotel", "12000", {}),
    ("12000 USD + visa", "12000", {}),
    ("12000 USD + flights", "12000", {}),
    ("12000 USD and hotel", "12000", {}),
    ("USD 10,000 + 18% GST", "10,000", {"taxes": "excluded"}),
    ("Price 12000 USD + 5% VAT", "12000", {"taxes": "excluded"}),
    ("Price 12000 USD plus taxes", "12000", {"taxes": "excluded"}),
    ("12000 USD incl. hotel + 5% VAT", "12000", {"hotel": "included", "taxes": "excluded"}),
    ("12000 USD + 18% GST included", "12000", {"taxes": "included"}),
    ("12000 USD with hotel", "12000", {"hotel": "included"}),
    ("without hotel 10000 USD", "10000", {"hotel": "excluded"}),
    ("everything except flights 9000 USD", "9000", {"flights": "excluded"}),
    ("السعر يشمل كل شيء ما عدا التذاكر 9000 دولار", "9000", {"flights": "excluded"}),
    ("Please pay 9000 USD by bank transfer", "9000", {}),
    ("12000 € + hôtel", "12000", {}),
    ("12000 € plus TVA", "12000", {"taxes": "excluded"}),
    ("12000 € et hôtel", "12000", {}),
    ("12000 € avec hôtel", "12000", {"hotel": "included"}),
    ("avec hôtel 12000 €", "12000", {"hotel": "included"}),
    ("precio 9000 USD + IVA", "9000", {"taxes": "excluded"}),
    ("9000 USD más impuestos", "9000", {"taxes": "excluded"}),
    ("9000 USD con hotel", "9000", {"hotel": "included"}),
    ("Стоимость 12000 USD + НДС", "12000", {"taxes": "excluded"}),
    ("12000 долларов плюс отель", "12000", {}),
    ("12000 долларов и виза", "12000", {}),
    ("12000 долларов с проживанием", "12000", {"hotel": "included"}),
    ("دام 9000 دولار + الفندق", "9000", {}),
    ("الثمن 9000 دولار + ضريبة 5%", "9000", {"taxes": "excluded"}),
    ("9000 دولار مع الفندق", "9000", {"hotel": "included"}),
    ("दाम 9000 USD + 18% GST", "9000", {"taxes": "excluded"}),
    ("9000 डॉलर और होटल", "9000", {}),
    ("होटल सहित 12000 डॉलर", "12000", {"hotel": "included"}),
    ("होटल के साथ 12000 डॉलर", "12000", {"hotel": "included"}),
    ("होटल के बिना 10000 डॉलर", "10000", {"hotel": "excluded"}),
    ("দাম 900000 টাকা + ভ্যাট", "900000", {"taxes": "excluded"}),
    ("900000 টাকা এবং হোটেল", "900000", {}),
    ("হোটেলসহ 900000 টাকা", "900000", {"hotel": "included"}),
    ("হোটেল ছাড়া 900000 টাকা", "900000", {"hotel": "excluded"}),
]


@pytest.mark.parametrize(("text", "price", "standings"), ADDED, ids=[text for text, *_ in ADDED])
def test_what_is_added_to_a_price_leaves_it_the_price(
    text: str, price: str, standings: dict[str, str]
) -> None:
    found = look(text)
    assert [money.figure for money in found.totals] == [price]
    assert {part: said.standing for part, said in found.parts.items()} == standings
    assert not any(said.money for said in found.parts.values())


@pytest.mark.parametrize(
    ("text", "price", "amounts"),
    [
        ("12000 USD + hotel 500 USD + visa 80 USD", "12000", {"hotel": "500", "visa": "80"}),
        ("12000 USD + 500 USD hotel", "12000", {"hotel": "500"}),
        ("Total 12000 USD plus hotel 500 USD", "12000", {"hotel": "500"}),
        ("Цена 9000 руб. + анализы 500 руб. Звоните", "9000", {"tests": "500"}),
        ("12000 € plus hôtel 500 €", "12000", {"hotel": "500"}),
        ("12000 долларов и отель 500 долларов", "12000", {"hotel": "500"}),
        ("9000 دولار والفندق 500 دولار", "9000", {"hotel": "500"}),
        ("9000 डॉलर और होटल 500 डॉलर", "9000", {"hotel": "500"}),
    ],
)
def test_an_amount_beside_what_is_added_is_for_that(text: str, price: str, amounts: dict[str, str]) -> None:
    found = look(text)
    assert [money.figure for money in found.totals] == [price]
    assert {part: said.money.figure for part, said in found.parts.items() if said.money} == amounts


def test_a_price_beside_one_for_a_night_stays_the_price() -> None:
    found = look("Price 12000 USD + hotel 60 USD per night")
    assert [money.figure for money in found.totals] == ["12000"]
    assert found.each == ("hotel 60 USD per night",)


ASIDE = [
    ("Total 18500 USD. Deposit 2000 USD before you come", "18500"),
    ("Total cost: USD 18,500. Balance USD 16,500 on arrival.", "18,500"),
    ("Total package 9500 USD. You save 2000 USD", "9500"),
    ("Total package 9500 USD you save 2000 USD", "9500"),
    ("Total 12,000 USD. Refund of 3000 USD if not suitable", "12,000"),
    ("Total: 9,500 USD. Bank fee 50 USD", "9,500"),
    ("Total 9000 USD. Second session after 6 months 4000 USD", "9000"),
    ("Total 9000 USD with 2000 USD deposit", "9000"),
    ("Total 9000 USD. Insurance 300 USD", "9000"),
    ("Price 9000 USD. 2000 USD advance", "9000"),
    ("Price 9000 USD deposit 2000 USD", "9000"),
    ("Price 9000 USD. Discount of 500 USD", "9000"),
    ("Price 9000 USD. Hotel and flights 900 USD", "9000"),
    ("Total 9000 €. Acompte de 2000 €", "9000"),
    ("Prix 9000 €, solde 7000 € à l'arrivée", "9000"),
    ("Total 9000 €. Vous économisez 500 €", "9000"),
    ("Total 9000 €. Deuxième séance 4000 €", "9000"),
    ("Total 9000 USD. Anticipo 2000 USD", "9000"),
    ("Precio 9000 USD, saldo 7000 USD al llegar", "9000"),
    ("Total 9000 USD. Comisión bancaria 50 USD", "9000"),
    ("Total 9000 USD. Segunda sesión 4000 USD", "9000"),
    ("Итого 9000 долларов. Предоплата 2000 долларов", "9000"),
    ("Цена 9000 долларов, остаток 7000 долларов", "9000"),
    ("Стоимость 9000 руб. Предоплата 30%, это 2700 руб.", "9000"),
    ("Price 9000 USD. 30% deposit to book, that is 2700 USD", "9000"),
    ("Итого 9000 долларов. Повторный сеанс 4000 долларов", "9000"),
    ("Цена 9000 долларов. Возвращаем 500 долларов при отказе", "9000"),
    ("Итого 9000 долларов. Комиссия банка 50 долларов", "9000"),
    ("الإجمالي 9000 دولار. عربون 2000 دولار", "9000"),
    ("السعر 9000 دولار، والباقي 7000 دولار عند الوصول", "9000"),
    ("الإجمالي 9000 دولار. الجلسة الثانية 4000 دولار", "9000"),
    ("कुल 9000 डॉलर। अग्रिम 2000 डॉलर", "9000"),
    ("कीमत 9000 डॉलर, बाकी 7000 डॉलर", "9000"),
    ("कुल 9000 डॉलर। दूसरा सत्र 4000 डॉलर", "9000"),
    ("মোট 900000 টাকা। অগ্রিম 200000 টাকা", "900000"),
    ("দাম 900000 টাকা, বাকি 700000 টাকা", "900000"),
    ("মোট 900000 টাকা। দ্বিতীয় সেশন 400000 টাকা", "900000"),
]


@pytest.mark.parametrize(("text", "price"), ASIDE, ids=[text for text, _ in ASIDE])
def test_an_amount_that_is_no_part_of_the_price_is_left_out_and_told(text: str, price: str) -> None:
    found = look(text)
    assert [money.figure for money in found.totals] == [price]
    assert len(found.aside) == 1
    assert not any(said.money for said in found.parts.values())


@pytest.mark.parametrize(
    "text",
    [
        "2000 USD deposit and 7000 USD on arrival",
        "2000 € d'acompte et 7000 € à l'arrivée",
        "2000 USD de anticipo y 7000 USD al llegar",
        "Оплата: 2000$ предоплата и 7000$ при заезде",
        "ندفع 2000 دولار مقدما و 7000 دولار عند الوصول",
        "2000 डॉलर अग्रिम और 7000 डॉलर आने पर",
        "২০০০ ডলার অগ্রিম এবং ৭০০০ ডলার পৌঁছে",
    ],
)
def test_of_two_payments_neither_is_the_price(text: str) -> None:
    found = look(text)
    assert (found.totals, len(found.aside), dict(found.parts)) == ((), 2, {})


@pytest.mark.parametrize(
    "text",
    [
        "Price after discount 9000 USD",
        "Discounted price 9000 USD",
        "No deposit, total 9000 USD",
        "9000 € avec remise",
        "con descuento 9000 USD",
        "цена со скидкой 9000 долларов",
        "بعد الخصم 9000 دولار",
        "छूट के बाद 9000 डॉलर",
        "ছাড়ের পর 9000 টাকা",
    ],
)
def test_a_price_after_a_discount_is_the_price(text: str) -> None:
    found = look(text)
    assert ([money.figure for money in found.totals], found.aside) == (["9000"], ())


DENIED = [
    ("Hotel is not free", {"hotel": "excluded"}),
    ("Airport pickup is not free", {"transfers": "excluded"}),
    ("hotel: yes, flights: no", {"hotel": "included", "flights": "excluded"}),
    ("hotel: no flights: yes", {"hotel": "excluded", "flights": "included"}),
    ("hotel included, flights are not", {"hotel": "included", "flights": "excluded"}),
    ("Neither hotel nor flights are included", {"hotel": "excluded", "flights": "excluded"}),
    ("No hotel or flights included", {"hotel": "excluded", "flights": "excluded"}),
    ("Hotel is not extra", {}),
    ("It doesn't cover flights, visa, food", {"flights": "excluded", "visa": "excluded"}),
    ("You get cells, MRI, but hotel is separate", {"hotel": "excluded"}),
    ("9000 USD for 4 injections, an additional injection is 2000 USD", {"cells": "included"}),
    ("9000 USD, visa not required", {}),
    ("including taxes + flights separately", {"flights": "excluded", "taxes": "included"}),
    (
        "Includes: ✅ Hotel 10 nights ✅ Airport pickup ❌ Flights ❌ Visa fee",
        {"transfers": "included", "visa": "excluded", "flights": "excluded", "hotel": "included"},
    ),
    ("Hotel is at our expense", {"hotel": "included"}),
    ("Payment by bank transfer or Visa card, hotel included", {"hotel": "included"}),
    ("Flight tickets are on your side", {"flights": "excluded"}),
    ("You pay only for flights", {"flights": "excluded"}),
    ("Visa is paid by the patient", {"visa": "excluded"}),
    ("Hotel can be included", {}),
    ("Is the hotel included?", {}),
    ("hotel pas gratuit", {"hotel": "excluded"}),
    ("l'hôtel n'est pas gratuit", {"hotel": "excluded"}),
    ("hôtel : oui, vols : non", {"hotel": "included", "flights": "excluded"}),
    ("tout est inclus sauf les vols", {"flights": "excluded"}),
    ("vols ne sont pas inclus", {"flights": "excluded"}),
    ("billets d'avion à votre charge", {"flights": "excluded"}),
    ("ni hôtel ni vols inclus", {"hotel": "excluded", "flights": "excluded"}),
    ("el hotel no es gratis", {"hotel": "excluded"}),
    ("el hotel no está incluido", {"hotel": "excluded"}),
    ("hotel sí, vuelos no", {"hotel": "included", "flights": "excluded"}),
    ("Con hotel 9800 USD y sin hotel 9000 USD", {}),
    ("incluye todo menos los vuelos", {"flights": "excluded"}),
    ("el hotel corre por su cuenta", {"hotel": "excluded"}),
    ("виза не требуется", {}),
    ("Отель — нет, трансфер — да", {"transfers": "included", "hotel": "excluded"}),
    ("9000 долларов за 4 укола, дополнительный укол 2000 долларов", {"cells": "included"}),
    ("отель за наш счёт", {"hotel": "included"}),
    ("виза за ваш счёт", {"visa": "excluded"}),
    ("отель не бесплатно", {"hotel": "excluded"}),
    ("отель: да, перелёт: нет", {"hotel": "included", "flights": "excluded"}),
    ("الفندق ليس مجاني", {"hotel": "excluded"}),
    ("الفندق غير مجاني", {"hotel": "excluded"}),
    ("الفندق على حسابنا", {"hotel": "included"}),
    ("الفندق على حسابكم", {"hotel": "excluded"}),
    ("الفندق مو مجاني", {"hotel": "excluded"}),
    ("الفندق: نعم، الطيران: لا", {"hotel": "included", "flights": "excluded"}),
    ("होटल मुफ़्त नहीं है", {"hotel": "excluded"}),
    ("होटल: हाँ, टिकट: नहीं", {"hotel": "included", "flights": "excluded"}),
    ("सब कुछ शामिल है सिवाय टिकट के", {"flights": "excluded"}),
    ("होटल छोड़कर", {"hotel": "excluded"}),
    ("फ्लाइट आपकी तरफ से", {"flights": "excluded"}),
    ("সব কিছু সহ 9000 ডলার, শুধু বিমান ভাড়া বাদ", {"flights": "excluded"}),
    ("হোটেল সহ 9000 ডলার, ভিসা", {"hotel": "included"}),
    ("টিকিট আপনাকে দিতে হবে", {"flights": "excluded"}),
    ("হোটেল ফ্রি নয়", {"hotel": "excluded"}),
    ("হোটেল: হ্যাঁ, টিকিট: না", {"hotel": "included", "flights": "excluded"}),
]


@pytest.mark.parametrize(("text", "standings"), DENIED, ids=[text for text, _ in DENIED])
def test_what_is_denied_is_not_taken_for_included(text: str, standings: dict[str, str]) -> None:
    assert {part: said.standing for part, said in look(text).parts.items()} == standings


@pytest.mark.parametrize(
    "text",
    [
        "Visa support is included, visa fee is not.",
        "Visa letter free, visa fee paid by patient.",
        "L'aide au visa est incluse, les frais de visa ne le sont pas.",
        "El apoyo de visa está incluido, la tasa de visa no.",
        "Визовая поддержка: виза включена, сбор за визу нет.",
    ],
)
def test_a_part_of_which_one_half_is_denied_is_told_as_contradictory(text: str) -> None:
    found = look(text)
    assert (found.contradictory, "visa" in found.parts) == (("visa",), False)
