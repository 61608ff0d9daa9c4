"""A message from a chat: its numbers, addresses, language and dates are found, and nothing is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from estimator.requests.chat import message
from estimator.requests.chat.dates import When
from estimator.requests.chat.message import Found, Number

LANGUAGES = ("en", "ar", "fr", "es", "ru", "hi", "bn")


def look(text: str, **other: Any) -> Found:
    given = {"country": "", "languages": LANGUAGES, "today": date(2026, 11, 29), **other}
    return message.look(text, **given)


def test_a_message_in_french_says_who_wrote_it_and_when_they_plan_to_come() -> None:
    assert look(
        "[12:03, 28/11/2026] +33 6 12 34 56 78: Bonjour, je voudrais un devis pour mon père, accident le "
        "25/03/2024. Nous pensons venir en mars 2027. Merci, jean.dupont@exemple.fr."
    ) == Found(
        (Number("+33 6 12 34 56 78", "FR"),),
        ("jean.dupont@exemple.fr",),
        "fr",
        (When("25/03/2024", "2024-03"), When("mars 2027", "2027-03")),
        for_other=True,
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, how much is it for my father?", "en"),
        ("Hola, ¿cuánto cuesta para mi padre? Gracias", "es"),
        ("مرحبا، كم التكلفة لوالدي؟", "ar"),
        ("Здравствуйте, сколько это стоит?", "ru"),
        ("नमस्ते, मेरे पिता के लिए कितना खर्च होगा?", "hi"),
        ("নমস্কার, আমার বাবার জন্য কত খরচ?", "bn"),
        ("Olá, obrigado, quanto é para minha mãe?", None),
        ("accident en mars de l'année dernière", "fr"),
        ("Quero saber o preço de um tratamento para a minha mãe", None),
        ("Vorrei sapere il prezzo della cura per mio padre in Italia", None),
        ("Danke, wie ist das mit der Klinik?", None),
        ("سلام، هزینه برای پدرم چقدر است؟ گفتگو", None),
        ("Доброго дня, скільки це коштує її батькові?", None),
        ("+49 30 901820", None),
        ("", None),
    ],
)
def test_a_language_is_suggested_where_it_is_clear_and_ours(text: str, language: str | None) -> None:
    assert look(text).language == language
    assert look(text, languages=("de",)).language in (None, "de")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("00221 77 512 34 56", [Number("+221 77 512 34 56", "SN")]),
        ("appelez le 0033 6 12 34 56 78.", [Number("+33 6 12 34 56 78", "FR")]),
        ("77 512 34 56 (Sénégal)", [Number("+221 77 512 34 56", "SN")]),
        ("I live in Senegal: 775123456", [Number("+221 77 512 34 56", "SN")]),
        ("1 000 000 00, 100 200 300", []),
    ],
)
def test_a_number_is_read_by_its_00_or_in_the_country_that_is_named(text: str, numbers: list[Number]) -> None:
    assert list(look(text).numbers) == numbers


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("call 77 512 34 56", True),
        ("06.12.34.56.78", True),
        ("77 512 34 56 (Sénégal)", False),
        ("+221 77 512 34 56", False),
        ("12 000 000 FCFA, on 25.03.2024, 2024-03-25", False),
        ("[12:03, 28/11/2026] Paul: hello", False),
    ],
)
def test_a_number_that_waits_for_its_country_is_told(text: str, waits: bool) -> None:
    assert look(text).waits_for_country is waits
    assert not look(text, country="SN").waits_for_country


@pytest.mark.parametrize(
    ("text", "country", "impossible"),
    [
        ("mon whatsapp c'est +33 6 12 34 56 7", "", ["+33 6 12 34 56 7"]),
        ("mon whatsapp c'est +33 6 12 34 56 7", "FR", ["+33 6 12 34 56 7"]),
        ("0033 6 12 34 56 7", "", ["0033 6 12 34 56 7"]),
        ("06 39 98 12 34", "FR", ["06 39 98 12 34"]),
        ("06 39 98 12 34", "", []),
        ("+33 6 12 34 56 78", "", []),
        ("+221 77 512 34 56 ou 06 39 98 12 34", "FR", []),
        ("12 000 000 FCFA, 25.03.2024", "FR", []),
    ],
)
def test_a_number_that_no_country_or_not_this_one_can_have_is_told_and_waits_for_none(
    text: str, country: str, impossible: list[str]
) -> None:
    found = look(text, country=country)
    assert list(found.impossible) == impossible
    assert not impossible or (found.numbers, found.waits_for_country) == ((), False)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Je suis au Sénégal", ["SN"]),
        ("from the United States, or Côte d’Ivoire", ["US", "CI"]),
        ("أنا من السنغال", ["SN"]),
        ("Мы живём: Казахстан", ["KZ"]),
        ("मैं नेपाल से हूँ", ["NP"]),
        ("vivo en México, in the UK", ["MX", "GB"]),
        ("a turkey and some china", []),
    ],
)
def test_a_country_is_told_by_its_name(text: str, codes: list[str]) -> None:
    assert list(look(text).countries) == codes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("C’est pour mon frère Ousmane, 34 ans", ["Ousmane"]),
        ("It is for my brother John Smith who fell", ["John Smith"]),
        ("mi hija, María Pérez (T10)", ["María Pérez"]),
        ("Моя сестра Анна Иванова упала", ["Анна Иванова"]),
        ("أخي اسمه محمد علي، عمره ٣٤", ["محمد علي"]),
        ("my brother has an injury, mon père est malade", []),
        ("mon frère s'appelle Cheikh Diop, il a", ["Cheikh Diop"]),
        ("mon frère s’appelle cheikh diop et il a 34 ans", ["cheikh diop"]),
        ("Mon petit frère Ibrahim est paraplégique", ["Ibrahim"]),
        ("mon frère (Yacine, 34 ans)", ["Yacine"]),
        ("ma sœur aînée qui s’appelle Awa Ndiaye.", ["Awa Ndiaye"]),
        ("mon beau-frère, nommé Moussa", ["Moussa"]),
        ("le nom de mon père est Amadou Ba.", ["Amadou Ba"]),
        ("My little brother Paul fell", ["Paul"]),
        ("my brother is called John Smith.", ["John Smith"]),
        ("My brother’s name is John Smith.", ["John Smith"]),
        ("my older sister (Ann)", ["Ann"]),
        ("for my brother-in-law, named Paul", ["Paul"]),
        ("mi hermano menor Juan Pérez", ["Juan Pérez"]),
        ("mi hermanito se llama Juan.", ["Juan"]),
        ("mi padre (Luis)", ["Luis"]),
        ("el nombre de mi hijo es Mateo.", ["Mateo"]),
        ("Моего брата зовут Иван Петров, ему", ["Иван Петров"]),
        ("мой младший брат Иван", ["Иван"]),
        ("мой брат (Иван)", ["Иван"]),
        ("имя моего сына: Пётр.", ["Пётр"]),
        ("اسم أخي محمد علي، عمره ٣٤", ["محمد علي"]),
        ("أخي يدعى محمد علي.", ["محمد علي"]),
        ("मेरे भाई का नाम राहुल शर्मा है", ["राहुल शर्मा"]),
        ("আমার ভাইয়ের নাম রহিম উদ্দিন।", ["রহিম উদ্দিন"]),
        ("mon frère Moussa TRAORÉ est paraplégique", ["Moussa TRAORÉ"]),
        ("je suis la sœur de Karim Benali. I’m the mother of James", ["Karim Benali", "James"]),
        (
            "soy la hermana de Pedro Ruiz, soy la mamá de Diego, I’m the mother of a patient",
            ["Pedro Ruiz", "Diego"],
        ),
        ("mi primo Luis Alberto QUISPE, D12", ["Luis Alberto QUISPE"]),
        ("mon frère (malade), my brother (injured), mi hermano se cayó", []),
        ("मेरे भाई का नाम आपको बताया था, моя мама Очень, mi hermana Necesita", []),
        ("My Brother Is Paralysed, My Father Had An Accident, My friend Indian", []),
    ],
)
def test_a_patient_is_told_by_who_they_are_to_whoever_writes(text: str, names: list[str]) -> None:
    assert list(look(text).patients) == names


@pytest.mark.parametrize(
    "text",
    [
        "un devis pour mon père",
        "My little brother has an injury.",
        "Mi hermana mayor tuvo un accidente",
        "это для моего брата",
        "Моя мама упала",
        "Я пишу по поводу брата",
        "брату 34 года",
        "لأخي إصابة",
        "عرض سعر لوالدتي",
        "मेरे छोटे भाई को चोट है",
        "আমার ভাইয়ের জন্য",
        "for a friend of mine, pour un ami",
    ],
)
def test_it_is_for_somebody_else_where_a_relative_is_named(text: str) -> None:
    found = look(text)
    assert (found.for_other, found.patients) == (True, ())


@pytest.mark.parametrize(
    "text",
    [
        "I would come with my brother",
        "Je viendrai avec ma femme, accompagné de mon frère",
        "vengo con mi esposa",
        "приеду с моим братом",
        "سأحضر مع أخي",
        "मैं अपने लिए पूछ रहा हूँ",
        "my friend told me about you",
        "приеду с братом, мне посоветовала сестра",
        "My wife will come with me. Ma femme m’accompagne. Mi hermano viene conmigo. Мой брат поедет со мной.",
    ],
)
def test_who_comes_along_is_not_the_one_it_is_for(text: str) -> None:
    assert not look(text).for_other


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("Répondez-moi sur WhatsApp svp", ["whatsapp"]),
        ("Vous pouvez me répondre par whatsapp", ["whatsapp"]),
        ("write me on WhatsApp", ["whatsapp"]),
        ("Please reply via Whats App", ["whatsapp"]),
        ("Escríbame por WhatsApp", ["whatsapp"]),
        ("Пишите мне в WhatsApp", ["whatsapp"]),
        ("Ответьте в ватсап", ["whatsapp"]),
        ("راسلوني على واتساب", ["whatsapp"]),
        ("मुझे व्हाट्सएप पर जवाब दें", ["whatsapp"]),
        ("হোয়াটসঅ্যাপে উত্তর দিন", ["whatsapp"]),
        ("Call me, please", ["telephone"]),
        ("rappelez-moi demain", ["telephone"]),
        ("Llámeme mañana", ["telephone"]),
        ("перезвоните мне", ["telephone"]),
        ("اتصل بي", ["telephone"]),
        ("मुझे फ़ोन करें", ["telephone"]),
        ("আমাকে ফোন করুন", ["telephone"]),
        ("Répondez par mail ou appelez-moi", ["email", "telephone"]),
        ("write to me by email", ["email"]),
        ("mon WhatsApp : +221 77 512 34 56", ["whatsapp"]),
        ("My WhatsApp number is 77 512 34 56", ["whatsapp"]),
        ("+221 77 512 34 56 (WhatsApp)", ["whatsapp"]),
        ("Mi WhatsApp es +52 33 1234 5678", ["whatsapp"]),
        ("Мой ватсап: +7 701 234 56 78", ["whatsapp"]),
        ("رقم الواتساب: ٠١٠٠١٢٣٤٥٦٧", ["whatsapp"]),
        ("मेरा व्हाट्सएप नंबर 98765 43210 है", ["whatsapp"]),
        ("আমার হোয়াটসঅ্যাপ নম্বর +880 1712 345678", ["whatsapp"]),
        ("respóndame por correo", ["email"]),
        ("Ответьте, пожалуйста, на почту", ["email"]),
        ("Email me at sarah@example.org", ["email"]),
        ("is your WhatsApp +91 98765 43210? Votre WhatsApp +91 98765 43210", []),
        ("no tengo WhatsApp 5512345678, the clinic’s WhatsApp: +91 98765 43210", []),
        ("I saw you on WhatsApp 3 times, WhatsApp 2 sessions", []),
        ("I saw you on WhatsApp. Write soon", []),
        ("Ne m’écrivez pas sur WhatsApp, please don’t call me, do not reply by email", []),
        ("appelez plutot le soir", ["telephone"]),
        ("Rappelez après 18 h", ["telephone"]),
        ("Please call in the evening", ["telephone"]),
        ("can you call after 6 pm", ["telephone"]),
        ("Llamen por la tarde", ["telephone"]),
        ("कॉल शाम को करें", ["telephone"]),
        ("ফোন সন্ধ্যায় করবেন", ["telephone"]),
        ("I will call in the evening, we call after 6 pm", []),
        ("N'appelez pas le soir", []),
        ("his call in the morning woke me", []),
    ],
)
def test_the_way_of_an_answer_is_told_where_they_ask_for_it(text: str, ways: list[str]) -> None:
    assert list(look(text).ways) == ways


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("lésion complète", ["A"]),
        ("lésion médullaire T10 incomplète", ["incomplete"]),
        ("paraplégie complète", ["A"]),
        ("T10 complète", ["A"]),
        ("an incomplete spinal cord injury", ["incomplete"]),
        ("C5-C6 complete, he is 41", ["A"]),
        ("the injury is not complete", ["incomplete"]),
        ("lesión medular completa", ["A"]),
        ("lesión incompleta", ["incomplete"]),
        ("неполное повреждение спинного мозга", ["incomplete"]),
        ("травма полная", ["A"]),
        ("إصابة كاملة", ["A"]),
        ("إصابة غير كاملة", ["incomplete"]),
        ("وإصابته في النخاع الشوكي T10 كاملة", ["A"]),
        ("अपूर्ण चोट", ["incomplete"]),
        ("मेरी चोट पूर्ण है", ["A"]),
        ("चोट T10 अपूर्ण", ["incomplete"]),
        ("Травма С5, неполная", ["incomplete"]),
        ("অসম্পূর্ণ আঘাত", ["incomplete"]),
        ("ASIA B", ["B"]),
        ("AIS-C, ASIA: d", ["C", "D"]),
        ("injury, incomplete (ASIA C)", ["C"]),
        ("prise en charge complète, a complete price, Asia and Europe, injury. Complete price please", []),
    ],
)
def test_how_complete_an_injury_is_is_told_beside_it(text: str, codes: list[str]) -> None:
    assert list(look(text).completeness) == codes


@pytest.mark.parametrize(
    ("text", "levels", "ages"),
    [
        ("Mon frère Ousmane a 34 ans.", [], [34]),
        ("Karim Benali, tétraplégique C5 AIS B depuis un accident. 41 ans. Trois séances.", ["C5"], [41]),
        ("Tetrapléjico C5. 41 años. Tres sesiones.", ["C5"], [41]),
        ("Травма C5. 41 год", ["C5"], [41]),
        ("Травма C5. 45 лет", ["C5"], [45]),
        ("أنا مشلول، 41 سنة، من تونس", [], [41]),
        ("मैं लकवाग्रस्त हूँ। 41 साल।", [], [41]),
        ("আমি পঙ্গু। 41 বছর।", [], [41]),
        ("j ai 41 ans", [], [41]),
        ("Paralysé depuis quand ? 12 ans. Blessé. 5 ans.", [], []),
        ("Il y a 12 ans, mon frère est tombé.", [], []),
        ("mon frère, 34 ans, T10", ["T10"], [34]),
        ("C5-C6 complete, he is 41 years old", ["C5", "C6"], [41]),
        ("lesión D12, tiene 50 años", ["T12"], [50]),
        ("Травма Т4, ему 28 лет", ["T4"], [28]),
        ("عمره ٣٤ سنة، إصابة L1", ["L1"], [34]),
        ("उम्र 22, T11", ["T11"], [22]),
        ("मैं 28 साल का हूँ, 5 साल के बाद", [], [28]),
        ("আমি ৩৫ বছর বয়সী, ৫ বছর আগে", [], [35]),
        ("брату 34 года, брат болеет 5 лет", [], [34]),
        ("T13, L9, BC5, T10x, il y a 12 ans, 10 years ago, hace 3 años, 300 years old", [], []),
    ],
)
def test_a_level_and_an_age_are_told_where_they_stand_plainly(
    text: str, levels: list[str], ages: list[int]
) -> None:
    assert list(look(text).levels) == levels
    assert list(look(text).ages) == ages


def test_a_number_without_a_country_code_is_one_once_the_country_is_chosen() -> None:
    text = "اتصل بي ٠١٠٠١٢٣٤٥٦٧"
    assert look(text).numbers == ()
    assert look(text, country="EG").numbers == (Number("+20 10 01234567", "EG"),)


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
    ("text", "names"),
    [
        ("Hello, I am Maria García and I want to know", ["Maria García"]),
        ("my name is john smith, from India", ["john smith"]),
        ("MY NAME IS JOHN SMITH AND I WANT", ["JOHN SMITH"]),
        ("I’m Dr. Anna Weber from Berlin", ["Anna Weber"]),
        ("This is John. We are looking for", ["John"]),
        ("Bonjour, je m’appelle Jean de La Tour et je voudrais", ["Jean de La Tour"]),
        ("Me llamo José Luis Pérez. Quiero", ["José Luis Pérez"]),
        ("Здравствуйте, меня зовут Иван Петров, мне 30 лет", ["Иван Петров"]),
        ("اسمي محمد علي، أريد عرض سعر", ["محمد علي"]),
        ("اسمي محمد وأريد عرض سعر", ["محمد"]),
        ("नमस्ते, मेरा नाम राहुल शर्मा है", ["राहुल शर्मा"]),
        ("আমার নাম রহিম উদ্দিন। আমি", ["রহিম উদ্দিন"]),
        (
            "[12:03, 28/11/2026] Jean Dupont: Bonjour\n[12:04, 28/11/2026] +33 6 12 34 56 78: oui",
            ["Jean Dupont"],
        ),
        ("I am looking for a price, je suis intéressé, soy de México, I AM ASKING", []),
        ("Bonjour, c'est Claire Dubois, téléphone 06 12 34 56 78", ["Claire Dubois"]),
        ("C’est Claire Dubois.", ["Claire Dubois"]),
        ("Moussa Traoré ici, je voudrais un devis", ["Moussa Traoré"]),
        ("Hi John here, I have a question", ["John"]),
        ("Bonjour c’est Awa, la fille de Mamadou", ["Awa"]),
        ("Salut, c’est moi, Fatou Diallo", ["Fatou Diallo"]),
        ("bonjour, ici Paul Martin", ["Paul Martin"]),
        ("Hello, this is Anna’s husband", []),
        ("Aquí Andrés Gómez, escribo desde Perú", ["Andrés Gómez"]),
        ("le escribe Juan MARTÍNEZ. Mi hija", ["Juan MARTÍNEZ"]),
        ("Здравствуйте, это Анна Иванова.", ["Анна Иванова"]),
        ("С уважением, Елена", ["Елена"]),
        ("Thank you\nBest regards,\nDr. John Smith", ["John Smith"]),
        ("Quel est le prix ? Merci, Mariam Koné", ["Mariam Koné"]),
        ("Gracias.\nJuan Pérez", ["Juan Pérez"]),
        ("Thanks, Dr Sharma", []),
        ("Merci, Bonne Journée", []),
        ("Thanks, John Smith told me of you.", []),
        ("je m'appelle Moussa TRAORÉ et je suis", ["Moussa TRAORÉ"]),
        ("I am John Smith PLEASE HELP ME, I am Ann MRI", ["John Smith", "Ann"]),
        ("اسمي محمد وليد الشمري من العراق", ["محمد وليد الشمري"]),
        ("Soy Lucía Fernández de Guadalajara", ["Lucía Fernández", "Lucía Fernández de Guadalajara"]),
        ("Soy Ana de México", ["Ana"]),
        ("my name is Md. Rahim Uddin. This is Christian", ["Md Rahim Uddin", "Christian"]),
        ("my name is not important, мое имя не важно, اسمي مذكور في الملف. আমার নাম গোপন রাখবেন", []),
        ("I’m Okay with it, This is Great News. je suis Médecin à Dakar, soy Médico, Это Очень Срочно.", []),
        ("Regards\nTeam Apollo\nCordialement\nClinique Pasteur\nRegards\nSent from my telephone", []),
        ("I am Indian, je suis Sénégalais, soy Mexicano, this is India, I'm French", []),
        ("I Am Looking For A Price, This is Very Urgent, I am Paraplegic", []),
        ("c'est Urgent, C'est New Delhi, non ? Hello Doctor Singh here are my files", []),
        ("my name is", []),
        (
            "Bonjour Madame, je me permets de vous contacter, Karim Benali, tétraplégique C5 AIS B",
            ["Karim Benali"],
        ),
        ("I am writing to you, Karim Benali, 41 years old, from Tunis", ["Karim Benali"]),
        ("Les escribo, Ana Gómez Ruiz, tetrapléjica, para preguntar", ["Ana Gómez Ruiz"]),
        ("Обращаюсь к вам, Иван Петров, инвалид первой группы", ["Иван Петров"]),
        ("je vous écris, Marie Dupont, car mon frère est tétraplégique", []),
        ("je vous écris, Docteur Karim Benali, patient de Tunis", []),
        ("je vous contacte, Clinique Pasteur, 12 ans après", []),
        ("appelez plutot le soir. Moi c est Samir", ["Samir"]),
        ("je m appelle Samir Haddad", ["Samir Haddad"]),
        ("my names Paul", ["Paul"]),
    ],
)
def test_the_name_is_what_a_message_says_of_itself(text: str, names: list[str]) -> None:
    assert list(look(text).names) == names


def test_a_name_of_which_the_end_cannot_be_told_is_suggested_twice() -> None:
    assert look("اسمي محمد علي أريد معرفة التكلفة من فضلك").names == ("محمد", "محمد علي")


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


def test_a_message_has_no_more_than_100_kb() -> None:
    assert not message.is_too_long("a" * 100_000)
    assert message.is_too_long("я" * 50_001)
    assert look("+49 30 901820 " * 10_000) == Found()


@pytest.mark.parametrize(
    "text",
    [
        "+1" * 50_000,
        "1/" * 50_000,
        "a@" * 50_000,
        "\n[" * 50_000,
        "a-" * 49_000 + "@b",
        "my name is " * 9_000,
        "\n[1] a" * 16_000,
        "2 sessions " * 9_000,
        "2 sessions or " * 7_000,
        "deux ou une " * 8_000,
        "twenty " * 14_000,
        "2 " * 50_000,
        "00 " * 30_000,
        "my brother " * 9_000,
        "mon frère (" * 8_000,
        "répondez sur " * 7_000,
        "lésion " * 13_000,
        "Saint " * 16_000,
        "T10 " * 25_000,
        ", 34 ans" * 12_000,
        "a, [1:23" * 12_000,
        "\n30/11/2026 à 14:52 " * 5_000,
        "a, " * 33_000,
        "\u200e" * 30_000,
        "mars-" * 20_000,
        "in 2021 " * 12_000,
        "je suis Jean DUPONT " * 5_000,
        "WhatsApp 1 " * 9_000,
    ],
)
def test_a_hostile_message_suggests_little(text: str) -> None:
    found = look(text, country="DE")
    assert len(found.numbers) <= message.MOST
    assert len(found.dates) <= message.MOST
    assert len(found.names) <= message.MOST
    assert len(found.sessions) <= message.MOST


@pytest.mark.parametrize(
    "stamp",
    [
        "30/11/2026 à 14:52 - Moussa Traoré: ",
        "30/11/2026, 14:52 - Moussa Traoré: ",
        "30/11/2026 14:52 - Moussa Traoré: ",
        "11/30/26, 2:52\u202fPM - Moussa Traoré: ",
        "30/11/26, 2:52\u00a0p.\u00a0m. - Moussa Traoré: ",
        "30/11/2026 a las 14:52 - Moussa Traoré: ",
        "30/11/26, 14:52 - Moussa Traoré: ",
        "30.11.2026, 14:52 - Moussa Traoré: ",
        "30.11.2026 в 14:52 - Moussa Traoré: ",
        "2026-11-30 14 h 52 - Moussa Traoré: ",
        "\u200f30\u200f/11\u200f/2026، 2:52 م - Moussa Traoré: ",
        "\u200f٣٠\u200f/١١\u200f/٢٠٢٦، ٢:٥٢ م - Moussa Traoré: ",
        "30/11/2026, 2:52 pm - Moussa Traoré: ",
        "30/11/26, 2:52 अपराह्न - Moussa Traoré: ",
        "৩০/১১/২০২৬, ২:৫২ PM - Moussa Traoré: ",
        "30/11/26, 2:52 অপরাহ্ণ - Moussa Traoré: ",
        "[30/11/2026 14:52:33] Moussa Traoré: ",
        "\u200e[30/11/2026 à 14:52:33] ~\u202fMoussa Traoré: ",
        "[11/30/26, 2:52:33\u202fPM] Moussa Traoré: ",
        "[30.11.2026, 14:52:33] Moussa Traoré: \u200e",
        "[\u200f٣٠\u200f/١١\u200f/٢٠٢٦، ٢:٥٢:٣٣ م] Moussa Traoré: ",
        "[14:52, 30/11/2026] Moussa Traoré: ",
        "Moussa Traoré, [30/11/2026 14:52]\n",
        "Moussa Traoré, [30.11.26 14:52]\n",
        "Moussa Traoré, [30/11/2026 14:52] ",
        "Moussa Traoré, [Nov 30, 2026 at 2:52:33 PM]:\n",
        "Moussa Traoré, [30 nov. 2026 à 14:52:33] :\n",
        "Moussa Traoré, [30 нояб. 2026 г. в 14:52]:\n",
    ],
)
def test_the_line_of_a_chat_gives_a_name_and_no_date(stamp: str) -> None:
    found = look(f"{stamp}Bonjour, venue en mars 2027.\n{stamp}Merci", country="ML")
    assert (found.names, found.dates) == (("Moussa Traoré",), (When("mars 2027", "2027-03"),))
    assert found.numbers == ()
    assert not look(stamp).waits_for_country


@pytest.mark.parametrize("me", ["Vous", "You", "Tú", "Вы", "أنت", "आप", "আপনি"])
def test_what_a_chat_calls_whoever_copies_from_it_is_no_name(me: str) -> None:
    found = look(f"[30/11/2026, 14:52:33] {me}: Bonjour\n[30/11/2026, 14:53:12] Moussa Traoré: Bonjour")
    assert found.names == ("Moussa Traoré",)


def test_what_only_begins_like_the_line_of_a_chat_is_the_message_itself() -> None:
    found = look("[urgent] Question: how much?\n30/03/2027 à Dakar - et vous: non\nDakar, [le 05.05.2027]")
    assert (found.names, [when.month for when in found.dates]) == ((), ["2027-03", "2027-05"])
