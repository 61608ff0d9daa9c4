"""How many sessions a message speaks of: numbers beside the word for them, wanted, and of cells."""

from __future__ import annotations

import pytest

from tests.support.chat_messages import look


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Je fais trois séances de kiné par semaine.", []),
        ("3 sesiones de fisioterapia por semana", []),
        ("had 2 sessions of physiotherapy yesterday", []),
        ("3 сеанса физиотерапии", []),
        ("4 séances d'oxygène hyperbare et voulons 2 injections", ["2"]),
        ("She doesn't want three sessions, only two", []),
        ("Je ne veux pas trois séances, seulement deux", []),
        ("No quiero tres sesiones, solo dos", []),
        ("je ne sais pas si 2 ou 3 séances", ["2", "3"]),
        ("2 sessions with stem cells", ["2"]),
        ("2 sessions, please", ["2"]),
        ("We want 3 injections", ["3"]),
        ("deux séances, ou séances : 4", ["2", "4"]),
        ("2 sesiones", ["2"]),
        ("3 сеанса", ["3"]),
        ("٣ جلسات", ["3"]),
        ("2 सत्र", ["2"]),
        ("২টি সেশন", ["2"]),
        ("12 sessions or 2 sessions", ["12", "2"]),
        ("2 ou 3 séances", ["2", "3"]),
        ("2-3 sessions", ["2", "3"]),
        ("2 séances ou bien 3", ["2", "3"]),
        ("2 séances ou bien 3 séances", ["2", "3"]),
        ("2 ou bien 3 séances", ["2", "3"]),
        ("We thought of 2 sessions or 3, please", ["2", "3"]),
        ("1 injection ou 2 pour mon frère", ["1", "2"]),
        ("1 session or 2 for my brother", ["1", "2"]),
        ("1 or 2 sessions for my brother", ["1", "2"]),
        ("1 sesión o 2 para mi hermano", ["1", "2"]),
        ("1 сеанс или 2 для брата", ["1", "2"]),
        ("1 или 2 сеанса", ["1", "2"]),
        ("1 جلسة أو 2 لأخي", ["1", "2"]),
        ("جلسة أو جلستين", ["1", "2"]),
        ("1 सेशन या 2 लगेंगे", ["1", "2"]),
        ("1 সেশন বা 2 লাগবে", ["1", "2"]),
        ("1 session or 2 weeks, 1 injection ou 2 mois", ["1"]),
        ("2 sesiones o tal vez 3.", ["2", "3"]),
        ("2 сеанса, или 3", ["2", "3"]),
        ("جلستان أو ٣", ["2", "3"]),
        ("2 sessions or 3 nights, 2 sessions or 3.5, 2 sessions or 30%", ["2"]),
        ("10:30 sessions, 1.5 sessions, 2024 sessions, 0 sessions, 1.2-3 sessions", []),
    ],
)
def test_numbers_beside_the_word_for_sessions_are_suggested_and_both_of_two(
    text: str, numbers: list[str]
) -> None:
    assert list(look(text).sessions) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("deux ou trois séances", ["2", "3"]),
        ("Trois séances s’il vous plaît", ["3"]),
        ("deux séances ou bien trois", ["2", "3"]),
        ("une ou deux séances", ["1", "2"]),
        ("une séance ou deux ?", ["1", "2"]),
        ("une seule séance", ["1"]),
        ("two or three sessions", ["2", "3"]),
        ("One session, or six injections", ["1", "6"]),
        ("four to five stem cell infusions", ["4", "5"]),
        ("dos sesiones", ["2"]),
        ("una o dos sesiones", ["1", "2"]),
        ("cuatro inyecciones", ["4"]),
        ("два сеанса", ["2"]),
        ("два-три сеанса", ["2", "3"]),
        ("от трёх до пяти сеансов", ["3", "5"]),
        ("جلستان", ["2"]),
        ("نريد سعرا لجلستين", ["2"]),
        ("جلستين أو ثلاث جلسات", ["2", "3"]),
        ("جلسة واحدة", ["1"]),
        ("أربع جلسات", ["4"]),
        ("حقنتين", ["2"]),
        ("दो या तीन सत्र", ["2", "3"]),
        ("पाँच इंजेक्शन", ["5"]),
        ("দুই বা তিনটি সেশন", ["2", "3"]),
        ("দুটি সেশন", ["2"]),
        ("ছয়টি ইনজেকশন", ["6"]),
    ],
)
def test_numbers_of_sessions_are_told_in_words_from_one_to_six(text: str, numbers: list[str]) -> None:
    assert list(look(text).sessions) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "Combien coûte une séance ?",
        "¿Cuánto cuesta una sesión?",
        "एक सत्र का खर्च",
        "একটি সেশনের খরচ",
        "vingt-deux séances, twenty two sessions, treinta y dos sesiones, двадцать два сеанса",
        "seven sessions, dix séances",
        "deuxième séance, second session, दोनों सत्र",
    ],
)
def test_an_article_and_a_larger_number_in_words_are_no_number_of_sessions(text: str) -> None:
    assert look(text).sessions == ()
