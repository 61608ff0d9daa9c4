"""Months and years of a message: of a plan, or of an injury, and of nothing else."""

from __future__ import annotations

import pytest

from tests.support.chat_messages import look


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("on 05/06/2027", ["2027-06", "2027-05"]),
        ("on 05.06.2027", ["2027-06"]),
        ("on 2027-06-05", ["2027-06"]),
        ("in 3/2024", ["2024-03"]),
        ("marzo de 2027", ["2027-03"]),
        ("मार्च 2027", ["2027-03"]),
        ("31/31/2027, 12/03/1890, 12/03/2099, 1.2.3.4, version 12/2027/5", []),
        ("28/11/2026, 12:03 - hello", []),
    ],
)
def test_a_date_that_can_be_two_is_suggested_as_both(text: str, months: list[str]) -> None:
    assert [when.month for when in look(text).dates] == months


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("nous viendrons en février", ["2027-02"]),
        ("on pourrait venir entre le 10 et le 24 mars, appelez plutot le soir", ["2027-03"]),
        ("We can come between the 10th and the 24th of March", ["2027-03"]),
        ("podemos viajar entre el 10 y el 24 de marzo", ["2027-03"]),
        ("Хотим приехать между 10 и 24 марта", ["2027-03"]),
        ("نريد السفر بين 10 و 24 مارس", ["2027-03"]),
        ("हम 10 और 24 मार्च के बीच आना चाहते हैं", ["2027-03"]),
        ("আমরা 10 এবং 24 মার্চ আসতে চাই", ["2027-03"]),
        ("we plan to come 10-24 March", ["2027-03"]),
        ("hospitalisé entre le 10 et le 24 mars", []),
        ("Est-ce possible en mars ou avril ?", ["2027-03", "2027-04"]),
        ("We plan to come in Feb", ["2027-02"]),
        ("¿Podemos viajar en enero?", ["2027-01"]),
        ("Мы хотели бы приехать в феврале", ["2027-02"]),
        ("نريد السفر في شباط", ["2027-02"]),
        ("हम मार्च में आना चाहते हैं", ["2027-03"]),
        ("আমরা ফেব্রুয়ারিতে আসতে চাই", ["2027-02"]),
        ("we want to come in November", ["2026-11", "2027-11"]),
        ("In February, we want to come.", ["2027-02"]),
        ("l'accident en mars, nous voulons venir en février", ["2026-03", "2027-02"]),
        ("se cayó en marzo del año pasado", ["2025-03"]),
        ("He fell in December", ["2025-12"]),
        ("paraplégique depuis mars", ["2026-03"]),
        ("estamos pensando en ir en febrero, se cayó en 2019", ["2019"]),
    ],
)
def test_a_month_without_a_year_is_the_next_one_of_a_plan_and_the_last_one_of_an_injury(
    text: str, months: list[str]
) -> None:
    assert [when.month for when in look(text).dates] == months


@pytest.mark.parametrize(
    "text",
    [
        "I may come. I want a quote for May Smith.",
        "We visited you in February, in February I wrote to you",
        "MRI in March, opéré en avril, операция в мае, जनवरी में एमआरआई",
        "Can he come for the operation in February after his accident?",
        "5 years ago, 2020",
        "৫ বছর আগে গাছ থেকে পড়ে যাই",
        "next year, last year, 3 March",
    ],
)
def test_a_month_of_which_it_is_not_told_what_happens_in_it_is_none(text: str) -> None:
    assert look(text).dates == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Accident en 2021", ["2021"]),
        ("Il est paralysé depuis 2019", ["2019"]),
        ("in a wheelchair since 2019", ["2019"]),
        ("tuvo un accidente en 2021", ["2021"]),
        ("Он упал с высоты в 2021 году", ["2021"]),
        ("инвалид с 2019 года", ["2019"]),
        ("تعرض لحادث سيارة في عام 2022", ["2022"]),
        ("२०२२ में एक्सीडेंट हुआ", ["2022"]),
        ("২০২১ সালে দুর্ঘটনায় আহত", ["2021"]),
        ("En 2021, il est tombé.", ["2021"]),
        ("Injury: 2019. Level: T10", ["2019"]),
        ("injured in March 2021, paralysed since 2021", ["2021-03"]),
        ("Avez-vous traité des paraplégiques depuis 2015 ? How many injuries did you see in 2023?", []),
        ("Our conversation in 2024 was about the injury", []),
        ("We live in Paris since 2015. He works since 2016, MRI in 2023, opéré en 2022", []),
        ("an accident that cost us in 2019 USD, 2019 accident, room 2019, in 2031 an accident", []),
    ],
)
def test_a_year_alone_is_told_where_an_injury_happened_in_it(text: str, years: list[str]) -> None:
    assert [when.month for when in look(text).dates] == years


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("12 Jan 2025", "2025-01"),
        ("12 janv. 2025", "2025-01"),
        ("12-Jan-2025", "2025-01"),
        ("January 12th, 2025", "2025-01"),
        ("Sept 2025", "2025-09"),
        ("12 ago 2024", "2024-08"),
        ("12 янв. 2025", "2025-01"),
        ("в августе 2023 года", "2023-08"),
        ("14 جوان 2024", "2024-06"),
        ("في كانون الثاني 2025", "2025-01"),
        ("सितम्बर 2025", "2025-09"),
        ("২০২৩ সালের আগস্টে", "2023-08"),
    ],
)
def test_a_month_is_told_in_short_declined_and_behind_its_year(text: str, month: str) -> None:
    assert [when.month for when in look(text).dates] == [month]


def test_what_is_the_date_of_something_else_is_no_date_of_an_injury() -> None:
    for text in (
        "Date of injury: 12 Mar 2022. Date of birth: 3 Apr 1990",
        "Fecha de nacimiento: 3 de abril de 1990. Fecha del accidente: 12 de marzo de 2022",
        "Дата рождения: 3 апреля 1990. Дата травмы: 12 марта 2022",
        "تاريخ الميلاد: 3 أبريل 1990، تاريخ الإصابة: 12 مارس 2022",
        "दुर्घटना की तारीख: 12 मार्च 2022, जन्म तिथि: 3 अप्रैल 1990",
        "দুর্ঘটনার তারিখ: ১২ মার্চ ২০২২, জন্ম তারিখ: ৩ এপ্রিল ১৯৯০",
        "DOB 03-04-1990 DOI 2022-03-12, né en 1990",
    ):
        assert [when.month for when in look(text).dates] == ["2022-03"], text
    assert look("We met in March 2024. My visa expires in June 2027.").dates == ()
    assert look("votre devis du 12/11/2026, the price from January 2025").dates == ()
    text = "born on 12/05/1990, accident on 13/04/2024. МРТ от 12.05.2026. Брата прооперировали 3 июня 2025"
    assert [when.month for when in look(text).dates] == ["2024-04"]


def test_a_month_that_is_written_twice_is_one_suggestion() -> None:
    assert [when.text for when in look("le 14/03/2024, donc en mars 2024").dates] == ["14/03/2024"]


def test_a_letter_that_only_looks_like_one_of_a_month_makes_none() -> None:
    assert look("aprıl 2027, nıſan 2027").dates == ()
