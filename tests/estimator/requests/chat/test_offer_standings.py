"""What other clinics' messages say of each part: in the price (+), not in it (-), and nothing of all others."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look

ENGLISH = """
8500 USD. 2 sessions, hotel not included. | hotel-
Total 8500 USD. 2 sessions, hotel not included. | hotel-
8500 USD, 3 injections, flights extra | flights-
USD 9,000, 4 injections, hotel not included | hotel-
Our price is USD 9,000: 3 sessions, 10 nights, flights not included | flights-
Package 6500 USD: 3 injections, 10 days hospital, flights separately. | flights-
8500 USD, 2 sessions, 10 nights hospital. Flights and visa not included. | visa- flights-
8500 USD, hotel, flights and visa not included | hotel- flights- visa-
8500 USD, 3 sessions, hotel, flights and visa not included | hotel- flights- visa-
8500 USD, 3 sessions, hotel, flights, and visa not included | hotel- flights- visa-
8500 USD, 3 sessions, MRI, hotel not included | hotel-
8500 USD, 3 sessions + hotel, flights and visa not included | flights- visa-
8500 USD, hotel, 10 days hospital, not included |
9000 USD. Additionally, we offer hotel |
Hotel, visa not included | hotel- visa-
8500 USD, 3 sessions and hotel not included | hotel-
8500 USD, sessions x2, hotel not included | hotel-
8500 USD (2 sessions, hotel not included) | cells+ hotel-
8500 USD, 2 sessions (hotel not included) | hotel-
8500 USD, 2 sessions\\nhotel not included | hotel-
8500 USD\\n- 2 sessions\\n- MRI\\n- flights not included | flights-
8500 USD\\n• 3 injections\\n• 10 days hospital\\n• hotel extra | hotel-
8500 USD without hotel, flights | hotel- flights-
8500 USD, without hotel, 3 sessions, 10 days in hospital | hotel-
8500 USD, 10 nights hospital and flights not included | flights-
8500 USD, 10 days hospital, not included |
8500 USD, three injections, hotel extra | hotel-
Total USD 18,000. Cells 10,000, rehab 8,000, hotel 2,000 extra. | cells+ hotel-
$18,500 for 4 injections excluding flights and hotel | cells+ flights- hotel-
Our stem cell treatment includes hotel, visa and MRI. Price $18,500 | hotel+ visa+ tests+
$18,500 for 4 injections including hotel, visa and MRI | cells+ hotel+ visa+ tests+
$18,500 for 4 injections, including hotel, visa and MRI | cells+ hotel+ visa+ tests+
4 injections without hotel 12000 USD | cells+ hotel-
physiotherapy without hotel | hotel-
physiotherapy excluding hotel and visa. 9000 USD | hotel- visa-
The stem cell package covers MRI and medicines. 9000 USD | tests+ medicines+
The stem cell package does not cover MRI and medicines. 9000 USD | tests- medicines-
9000 USD, our injections do not include flights | flights-
9000 USD for 3 sessions not including hotel | cells+ hotel-
9000 USD for 3 sessions, everything except flights and visa | cells+ flights- visa-
9000 USD for 3 sessions with hotel and airport pickup | cells+ hotel+ transfers+
9000 USD for 3 sessions, free hotel, free visa | cells+ hotel+ visa+
9000 USD for 3 sessions, hotel free, visa free | cells+ hotel+ visa+
9000 USD, rehabilitation apart from hotel | hotel-
Cells are not included. 9000 USD | cells-
9000 USD. 3 injections not included | cells-
9000 USD. Not included:\\n- 3 sessions of physiotherapy\\n- 10 nights hotel | cells- rehabilitation- hotel-
9000 USD. Treatment includes:\\n- 4 injections\\n- MRI\\nNot included:\\n- flights | cells+ tests+ flights-
9000 USD for 4 injections. MRI and hotel are in the price, flights are not in the price | cells+ tests+ hotel+ flights-
9000 USD, hotel and no flights | flights-
9000 USD, hotel and MRI included, flights and visa extra | hotel+ tests+ flights- visa-
The hotel includes breakfast. 9000 USD |
9000 USD incl. hotel excl. flights | hotel+ flights-
9000 USD plus VAT, 2 sessions, hotel excluded | taxes- hotel-
9000 USD excl. VAT | taxes-
*Package includes:*\\n1. 4 injections\\n2. MRI\\n*Not included:*\\n1. Flights\\n9000 USD | cells+ tests+ flights-
9000 USD\\n1) 4 injections\\n2) MRI\\n3) flights not included | flights-
9000 USD\\n✅ 4 injections\\n✅ Hotel\\n❌ Flights | cells+ hotel+ flights-
9000 USD (4 injections, MRI - included; flights, visa - not included) | cells+ tests+ flights- visa-
9000 USD all in except ticket | flights-
8000 usd 2 shots hotel no ticket no visa yes | visa+
9500$: 4 injections + 10 days hospital + rehab. Not in price: flight, visa, hotel. | flights- visa- hotel-
MRI is not needed, hotel is included. 9000 USD | hotel+
Hotel not included in the price of 9000 USD | hotel-
Price includes 3 injections, 10 nights, hotel not included. 9000 USD | cells+ hotel-
The price 9000 USD without flights and visa and with hotel | flights- visa- hotel+
Includes hotel, visa without flights. 9000 USD | hotel+ visa+ flights-
Everything included (hotel, transfers, interpreter) except flights: 10000 USD | hotel+ transfers+ interpreter+ flights-
"""

FRENCH = """
Total 8500 €. 2 séances, hôtel non inclus. | hotel-
8500 €, 3 injections, vols en sus | flights-
8500 €, 3 injections, hôtel non compris | hotel-
Forfait 6500 € : 3 injections, 10 jours à l'hôpital, billets à part. | flights-
8500 €, 3 séances, hôtel, vols et visa non compris | hotel- flights- visa-
8500 €, hôtel, vols et visa non inclus | hotel- flights- visa-
8500 € pour 3 injections y compris hôtel et IRM | cells+ hotel+ tests+
8500 € pour 3 injections, y compris hôtel et IRM | cells+ hotel+ tests+
8500 € pour 3 injections sans hôtel ni vols | cells+ hotel- flights-
8500 € pour 3 injections hors vols et visa | cells+ flights- visa-
Notre traitement par cellules souches comprend l'hôtel et l'IRM. 8500 € | hotel+ tests+
Notre traitement par cellules souches ne comprend pas l'hôtel. 8500 € | hotel-
3 injections sans hôtel 12000 € | cells+ hotel-
kinésithérapie sans hôtel | hotel-
8500 € pour 3 séances sauf les vols | cells+ flights-
8500 €, IRM et hôtel inclus, vols et visa à votre charge | tests+ hotel+ flights- visa-
8500 €\\n- 2 séances\\n- IRM\\n- vols non compris | flights-
8500 € (2 séances, hôtel non compris) | cells+ hotel-
8500 €, 2 séances, 10 nuits d'hôpital. Vols et visa non compris. | flights- visa-
8500 €. Non compris : vols, visa | flights- visa-
9000 EUR HT | taxes-
9 000,00 € TTC | taxes+
9000 € HT, 3 injections, hôtel inclus | cells+ taxes- hotel+
9000 € toutes taxes comprises | taxes+
9000 € hors taxes | taxes-
9500 € tout compris (hôtel, transferts), billets d'avion non inclus | hotel+ transfers+ flights-
L'IRM n'est pas nécessaire, l'hôtel est compris. 9000 € | hotel+
9000 € pour 3 injections avec hôtel, vols en plus | cells+ hotel+ flights-
"""

SPANISH = """
Total 8500 USD. 2 sesiones, hotel no incluido. | hotel-
8500 USD, 3 inyecciones, vuelos aparte | flights-
Paquete 6500 dólares: 3 inyecciones, 10 días de hospital, billetes por separado. | flights-
8500 USD, 3 sesiones, hotel, vuelos y visado no incluidos | hotel- flights- visa-
8500 USD, hotel, vuelos y visa no incluidos | hotel- flights- visa-
8500 USD por 3 inyecciones incluyendo hotel y visa | cells+ hotel+ visa+
8500 USD por 3 inyecciones, incluyendo hotel y visa | cells+ hotel+ visa+
8500 USD por 3 inyecciones sin hotel ni vuelos | cells+ hotel- flights-
8500 USD por 3 inyecciones excepto vuelos | cells+ flights-
Nuestro tratamiento con células madre incluye hotel y traslados. 8500 USD | hotel+ transfers+
Nuestro tratamiento con células madre no incluye hotel. 8500 USD | hotel-
3 inyecciones sin hotel 12000 USD | cells+ hotel-
fisioterapia sin hotel | hotel-
8500 USD, hotel y pruebas incluidos, vuelos y visa aparte | hotel+ tests+ flights- visa-
8500 USD\\n- 2 sesiones\\n- pruebas\\n- vuelos no incluidos | flights-
8500 USD (2 sesiones, hotel no incluido) | cells+ hotel-
8500 USD, 2 sesiones, 10 noches en el hospital. Vuelos y visa no incluidos. | flights- visa-
8500 USD por 3 sesiones con hotel y traslados | cells+ hotel+ transfers+
8500 USD. No incluye: vuelos, visa | flights- visa-
8500 USD, dos sesiones, hotel no incluido | hotel-
"""

RUSSIAN = """
Итого 8500 долларов. 2 сеанса, отель не включен. | hotel-
8500 USD, 3 инъекции, отель не включен | hotel-
8500 долларов, 3 укола, билеты отдельно | flights-
Пакет 6500 долларов: 3 укола, 10 дней в больнице, билеты отдельно. | flights-
8500 долларов, 3 сеанса, отель, билеты и виза не входят | hotel- flights- visa-
8500 долларов, отель, билеты и виза не включены | hotel- flights- visa-
8500 долларов за 4 укола включая отель и визу | cells+ hotel+ visa+
8500 долларов за 4 укола, включая отель и визу | cells+ hotel+ visa+
8500 долларов за 4 укола не включая отель и визу | cells+ hotel- visa-
8500 долларов за 4 укола без отеля и билетов | cells+ hotel- flights-
8500 долларов за 4 укола кроме билетов | cells+ flights-
Лечение стволовыми клетками включает отель и МРТ. 8500 долларов | hotel+ tests+
Лечение стволовыми клетками не включает отель. 8500 долларов | hotel-
4 укола без отеля 12000 долларов | cells+ hotel-
реабилитация без отеля | hotel-
8500 долларов. В стоимость входит отель, трансфер, виза | hotel+ transfers+ visa+
8500 долларов. Отель в стоимость не входит | hotel-
8500 долларов, 3 укола. Билеты не входят в стоимость | flights-
8500 долларов, отель и МРТ включены, билеты и виза отдельно | hotel+ tests+ flights- visa-
8500 долларов\\n- 2 сеанса\\n- МРТ\\n- билеты не включены | flights-
8500 долларов (2 сеанса, отель не включен) | cells+ hotel-
8500 долларов, 2 сеанса. Билеты и виза не включены. | flights- visa-
8500 долларов, два сеанса, отель не включен | hotel-
8500 долларов, клиника в центре, отель рядом |
8500 долларов, 3 укола. Не входят питание, билеты, виза | flights- visa-
Курс 4 укола 9500 долларов без проживания | cells+ hotel-
Включено:\\n— 4 укола\\n— МРТ\\nНе включено:\\n— билеты\\n— виза\\n8500 долларов | cells+ tests+ flights- visa-
МРТ не нужно, отель включен. 9000 долларов | hotel+
8500 долларов за 3 сеанса с проживанием и трансфером | cells+ hotel+ transfers+
"""

ARABIC = """
الإجمالي 8500 دولار. 2 جلسات، الفندق غير مشمول. | hotel-
8500 دولار، 3 حقن، الطيران على حسابكم | flights-
باقة 6500 دولار: 3 جلسات، 10 أيام في المستشفى، تذاكر الطيران غير مشمولة. | flights-
8500 دولار، 3 جلسات، الفندق والطيران والتأشيرة غير مشمولة | hotel- flights- visa-
8500 دولار، الفندق والطيران والتأشيرة غير مشمولة | hotel- flights- visa-
8500 دولار لأربع حقن شاملة الفندق والتأشيرة | cells+ hotel+ visa+
8500 دولار لأربع حقن، شاملة الفندق والتأشيرة | cells+ hotel+ visa+
8500 دولار لأربع حقن بدون الفندق والطيران | cells+ hotel- flights-
8500 دولار لأربع حقن ما عدا الطيران | cells+ flights-
العلاج بالخلايا الجذعية يشمل الفندق والرنين. السعر 8500 دولار | hotel+ tests+
العلاج بالخلايا الجذعية لا يشمل الفندق. السعر 8500 دولار | hotel-
4 حقن بدون فندق 12000 دولار | cells+ hotel-
علاج طبيعي بدون فندق | hotel-
8500 دولار، الفندق والرنين مشمول، الطيران والتأشيرة غير مشمولة | hotel+ tests+ flights- visa-
8500 دولار\\n- 2 جلسات\\n- الرنين\\n- الطيران غير مشمول | flights-
8500 دولار (2 جلسات، الفندق غير شامل) | cells+ hotel-
8500 دولار، جلستان، الفندق غير شامل | hotel-
8500 دولار، 10 أيام في المستشفى، الفندق غير شامل | hotel-
8500 دولار، 2 جلسات. الطيران والتأشيرة غير مشمولة. | flights- visa-
السعر 8500 دولار شامل الفندق والاستقبال من المطار | hotel+ transfers+
9000 دولار والفندق مجاني والتأشيرة عليكم | hotel+
8500 دولار، 3 جلسات، الفندق والطيران غير مشمولة | hotel- flights-
التكلفة 9500 دولار تشمل 4 حقن والتأهيل، ولا تشمل الفندق والتذاكر | cells+ rehabilitation+ hotel- flights-
السلام عليكم، التكلفة 9500 دولار، 3 جلسات، السكن غير مشمول | hotel-
8500 دولار مع الفندق، 3 حقن | hotel+ cells+
"""

HINDI = """
कुल 8500 डॉलर। 2 सत्र, होटल शामिल नहीं। | hotel-
8500 डॉलर, 4 इंजेक्शन, होटल शामिल नहीं | hotel-
8500 डॉलर, 3 इंजेक्शन, टिकट अलग | flights-
पैकेज 6500 डॉलर: 3 इंजेक्शन, 10 दिन अस्पताल, हवाई टिकट अलग। | flights-
8500 डॉलर, 3 सत्र, होटल, टिकट और वीज़ा शामिल नहीं | hotel- flights- visa-
8500 डॉलर, होटल, टिकट और वीज़ा शामिल नहीं | hotel- flights- visa-
होटल और वीज़ा सहित 4 इंजेक्शन 8500 डॉलर | cells+ hotel+ visa+
4 इंजेक्शन बिना होटल 12000 डॉलर | cells+ hotel-
होटल के बिना 4 इंजेक्शन 12000 डॉलर | cells+ hotel-
फिजियोथेरेपी बिना होटल | hotel-
8500 डॉलर, होटल और एमआरआई शामिल, टिकट और वीज़ा अलग | hotel+ tests+ flights- visa-
8500 डॉलर\\n- 2 सत्र\\n- एमआरआई\\n- टिकट शामिल नहीं | flights-
8500 डॉलर (2 सत्र, होटल शामिल नहीं) | cells+ hotel-
8500 डॉलर, 2 सत्र, 10 दिन अस्पताल। टिकट और वीज़ा शामिल नहीं। | flights- visa-
8500 डॉलर, दो सत्र, होटल शामिल नहीं | hotel-
8500 डॉलर, दवा कीमत के अंदर है, वीज़ा अलग | medicines+ visa-
8500 डॉलर, सब कुछ शामिल है सिवाय टिकट के | flights-
"""

BENGALI = """
পুরো চিকিৎসার দাম ৮,৫০,০০০ টাকা, ২টি সেশন, ১৪ দিন, হোটেল আলাদা। | hotel-
প্যাকেজ ৬৫০০ ডলার: ৩টি ইনজেকশন, ১০ দিন হাসপাতাল, বিমানভাড়া আলাদা। | flights-
চিকিৎসার দাম ৮,৫০,০০০ টাকা, ভিসা আলাদা, ওষুধ দামের ভেতরে। | visa- medicines+
৮৫০০ ডলার, ৪টি ইনজেকশন, হোটেল অন্তর্ভুক্ত নয় | hotel-
৮৫০০ ডলার, ৩টি সেশন, হোটেল, টিকিট এবং ভিসা অন্তর্ভুক্ত নয় | hotel- flights- visa-
৮৫০০ ডলার, হোটেল, টিকিট এবং ভিসা অন্তর্ভুক্ত নয় | hotel- flights- visa-
হোটেল ও ভিসাসহ ৪টি ইনজেকশন ৮৫০০ ডলার | cells+ hotel+ visa+
হোটেল ছাড়া ৪টি ইনজেকশন ১২০০০ ডলার | cells+ hotel-
৮৫০০ ডলার, হোটেল এবং এমআরআই অন্তর্ভুক্ত, টিকিট এবং ভিসা আলাদা | hotel+ tests+ flights- visa-
৮৫০০ ডলার\\n- ২টি সেশন\\n- এমআরআই\\n- টিকিট আলাদা | flights-
৮৫০০ ডলার (২টি সেশন, হোটেল আলাদা) | cells+ hotel-
৮৫০০ ডলার, ২টি সেশন, ১০ দিন হাসপাতাল। টিকিট এবং ভিসা অন্তর্ভুক্ত নয়। | flights- visa-
৮৫০০ ডলার, দুটি সেশন, হোটেল আলাদা | hotel-
৮৫০০ ডলার, ওষুধ প্যাকেজের মধ্যে, বিমান ভাড়া বাদে | medicines+ flights-
৮৫০০ ডলার, হোটেল ফ্রি, টিকিট নিজের খরচে | hotel+ flights-
"""

TABLE = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH, "ru": RUSSIAN, "ar": ARABIC, "hi": HINDI, "bn": BENGALI}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param(*map(str.strip, line.split("|")), id=f"{tag}-{number}")
        for tag, lines in TABLE.items()
        for number, line in enumerate(lines.strip().splitlines(), 1)
    ],
)
def test_a_part_is_in_or_out_only_by_a_word_that_is_said_of_it(message: str, said: str) -> None:
    found = look(message.replace("\\n", "\n"))
    signs = {"included": "+", "excluded": "-", "": ""}
    read = {f"{part}{signs[one.standing]}" for part, one in found.parts.items() if one.standing}
    assert (read, found.contradictory) == (set(said.split()), ())


@pytest.mark.parametrize(
    "text",
    [
        "Hotel not included in the price of 9000 USD",
        "Hôtel non compris dans le prix de 9000 €",
        "Hotel no incluido en el precio de 9000 USD",
        "Отель не входит в стоимость 9000 долларов",
        "الفندق ليس ضمن السعر 9000 دولار",
    ],
)
def test_the_price_in_which_a_part_is_not_is_no_amount_of_that_part(text: str) -> None:
    found = look(text)
    assert [money.figure for money in found.totals] == ["9000"]
    assert (found.parts["hotel"].standing, found.parts["hotel"].money) == ("excluded", None)


def test_amounts_that_a_list_gives_for_its_parts_are_read_without_a_currency() -> None:
    found = look("Total USD 18,000. Cells 10,000, rehab 8,000, hotel 2,000 extra.")
    assert [money.figure for money in found.totals] == ["18,000"]
    amounts = {part: said.money.figure for part, said in found.parts.items() if said.money}
    assert amounts == {"cells": "10,000", "rehabilitation": "8,000", "hotel": "2,000"}


@pytest.mark.parametrize("text", ["Total USD 18,000. Stem cells 100,000,000", "USD 9,000, MRI 2026, hotel 4"])
def test_a_number_of_cells_and_a_year_are_no_amounts(text: str) -> None:
    found = look(text)
    assert (len(found.totals), [said for said in found.parts.values() if said.money]) == (1, [])
