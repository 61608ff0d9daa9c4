"""What a document says can be copied, searched and read aloud exactly as it stands on the page, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from estimator.i18n import reader
from estimator.marked_text import Words, filled
from estimator.pdf import page_foot, renderer
from estimator.template_environment import environment
from tests.support.example_papers import EVERY_LANGUAGE, html_of, pdf_of, plan, text_of

MADE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)

SENTENCES = {
    "en": "All human beings are born free and equal in dignity and rights: final, office, “fi”.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité\u202f: 12\u202f345,67\xa0€, cœur, l’œuvre.",
    "es": "¿Todos los seres humanos nacen libres e iguales en dignidad y derechos? ¡Sí, también aquí!",
    "ru": "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах; її ґанок.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. İyi, ılık.",
    "vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
    "yo": "Gbogbo ènìyàn ni a bí ní òmìnira; ẹ̀tọ́, ọ̀wọ̀ àti ọgbọ́n; e\u0301te\u0301, n\u0303.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। १२,३४,५६७",
    "mr": "सर्व मानवी व्यक्ति जन्मतःच स्वतंत्र आहेत व त्यांना समान प्रतिष्ठा व समान अधिकार आहेत.",
    "bn": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। ১২,৩৪,৫৬৭",
    "pa": "ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ, ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ ਜਨਮ ਤੋਂ ਹੀ ਆਜ਼ਾਦ ਹੈ।",
    "gu": "પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર અને સમાન હોય છે.",
    "ta": "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் சமமானவர்கள்.",
    "te": "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "am": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。金額は￥一二三。",
    "zh-Hans": "人人生而自由，在尊严和权利上一律平等。价格：一万二千元。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
}

UNSEEN = re.compile("[\u200b\u2060\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]")
"""What is not drawn, so that nobody can copy it."""

TURNED = re.compile("ل[اأإآى]|[\u064b-\u0652]")
ARABIC_WORD = re.compile("[\u0621-\u0652]+")


def squeezed(text: str) -> str:
    return "".join(UNSEEN.sub("", text).split())


def pieces(markup: str) -> Iterator[str]:
    """Yield each piece of text that a document shows."""

    def below(element: Element) -> Iterator[str]:
        if element.text and element.text.strip():
            yield element.text
        for child in element:
            if not str(child.tag).endswith("svg"):
                yield from below(child)
            if child.tail and child.tail.strip():
                yield child.tail

    body = html5lib.parse(markup, namespaceHTMLElements=False).find("body")
    assert body is not None
    return below(body)


@pytest.mark.parametrize("said", ["খরচের আনুমানিক হিসাব", "खर्च का अनुमान", "final office"])
def test_the_foot_of_each_page_is_copied_out_exactly(said: str) -> None:
    sheet = page_foot.sheet(["Zellzentrum", said], reader("en"))
    letters = " ".join([*said, "चार अर्थ", "কর্ম"])  # of which parts of syllables are drawn like others
    html = f'<!doctype html><html lang="en"><title>-</title><style>{sheet}</style><p>{letters}'
    more = '<p style="break-before: page">two'
    read = squeezed(text_of(renderer.document(html + more, created=MADE), "-raw"))
    assert [read.count(f"Zellzentrum·{squeezed(said)}Page{page}of2") for page in "12"] == [1, 1], read


@pytest.mark.long
@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_in_any_of_these_languages_is_copied_out_exactly(language: str) -> None:
    sentence = SENTENCES[language]
    sheet = page_foot.sheet(["Zellzentrum", sentence], reader(language))
    html = f'<!doctype html><html lang="{language}"><title>-</title><style>{sheet}</style>'
    narrow = (
        f'<p style="width: 60mm">{sentence}<p><b>{sentence}</b><table><tr><th scope="row">{sentence}</table>'
    )
    read = squeezed(text_of(renderer.document(html + narrow, created=MADE), "-raw"))
    assert read.count(squeezed(sentence)) == 4, read


@pytest.mark.long
def test_no_word_is_broken_in_two_because_what_follows_is_of_another_language() -> None:
    source = Words("Charter of Patients’ Rights, draft, India", "en", "ltr")
    said = filled(
        "Les coûts prévus vous sont communiqués. Gardez-le. (%(source)s ; 2018)", {"source": source}
    )
    shared: Any = environment().get_template("pdf/_parts.html").module
    lines = [
        f'<ul style="width: {width / 2}mm"><li>{shared.whole(Words(said))}</li></ul>'
        for width in range(60, 200)
    ]
    style = '<style>body { font: 9.5pt "Noto Sans"; overflow-wrap: anywhere }</style>'
    html = f'<!doctype html><html lang="fr"><title>-</title>{style}{"".join(lines)}'
    read = text_of(renderer.document(html, created=MADE), "-raw").split()
    assert [read.count(word) for word in ("(Charter", "Patients’", "communiqués.")] == [len(lines)] * 3


@pytest.mark.long
@pytest.mark.parametrize("language", [tag for tag in EVERY_LANGUAGE if reader(tag).direction == "ltr"])
def test_every_piece_of_a_document_is_copied_out_exactly(language: str) -> None:
    named = plan(language)
    found = squeezed(text_of(pdf_of(*named), "-raw"))
    shown = list(pieces(html_of(*named)))
    assert len(shown) > 100
    assert [piece for piece in shown if squeezed(piece) not in found] == []


def test_arabic_is_copied_out_but_for_the_ligatures_that_a_reader_turns_round() -> None:
    """Poppler of 2022 returns the letters of lam-alef, and of a sign with its letter, the wrong way round."""
    named = plan("ar")
    shown = {word for piece in pieces(html_of(*named)) for word in ARABIC_WORD.findall(piece)}
    assert len(shown) > 50
    found = set(ARABIC_WORD.findall(UNSEEN.sub("", text_of(pdf_of(*named), "-raw"))))
    missing = {word for word in shown if word not in found}
    assert {word for word in missing if not TURNED.search(word)} == set()
    assert len(missing) < len(shown) / 4
