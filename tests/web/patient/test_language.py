"""One language for a whole visit: the reader's choice, else their browser's, else the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import pytest
from flask import Flask

from estimator.web import missing_languages
from tests.support.asking import filled
from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.quote_clinic import list_text
from tests.support.visitor import Page, Visitor, words


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app in three languages."""
    return start(table_text(), languages=("en", "ar", "pt-BR"))


def language(page: Page) -> str:
    return str(page.one("html").get("lang"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9", "ar"),
        ("pt-BR,pt;q=0.8", "pt-BR"),
        ("fi,xx", "en"),
        ("fi;q=0.9,ar;q=0.5", "ar"),
        ("*", "en"),
    ],
)
def test_the_browser_says_which_language_is_wanted(app: Flask, wanted: str, found: str) -> None:
    assert language(Visitor(app, headers={"Accept-Language": wanted}).open("/")) == found


def test_a_chosen_language_is_kept_for_the_visit(app: Flask, visitor: Visitor) -> None:
    start = visitor.open("/")
    links = {link.get("lang"): link for link in start.one("nav", class_="languages").iter("a")}
    assert set(links) == {"en", "ar", "pt-BR"}
    assert links["en"].get("aria-current") == "true"
    assert "".join(links["ar"].itertext()) == "العربية"
    assert (links["ar"].get("lang"), links["ar"].get("dir")) == ("ar", "rtl")
    visitor.open("/" + links["ar"].get("href", ""))
    for path in ("/", "/estimate/clinic", "/nothing"):
        assert language(visitor.open(path)) == "ar"
    assert language(Visitor(app).open("/")) == "en"


@pytest.mark.parametrize("use_cookies", [True, False])
def test_a_link_of_a_message_opens_in_its_language_and_so_does_what_follows(
    app: Flask, use_cookies: bool
) -> None:
    reader = Visitor(app, headers={"Accept-Language": "en-US,en;q=0.9"})
    reader.client = app.test_client(use_cookies=use_cookies)
    page = reader.open("/?written=ar")
    assert language(page) == "ar"
    further = next(href for link in page.all("a") if "/estimate/" in (href := link.get("href", "")))
    then = reader.open(further)
    assert language(reader.open(then.location) if then.status == 303 else then) == "ar"


def test_what_somebody_chose_counts_more_than_the_language_of_a_message(visitor: Visitor) -> None:
    visitor.open("/?language=pt-BR")
    for path in ("/?written=ar", "/"):
        assert language(visitor.open(path)) == "pt-BR"
    visitor.open("/?written=ar&language=en")
    assert language(visitor.open("/")) == "en"


def test_a_link_that_somebody_takes_along_opens_as_they_read_it(app: Flask, visitor: Visitor) -> None:
    visitor.open("/?language=ar")
    made = visitor.estimate(ANSWERS)
    form = visitor.open(f"{made.path}/question")
    sent = visitor.send(form, {"words": "?", "email": "mina@quillworth.org", "consent": "yes"}, button=None)
    for page in (made, visitor.open(sent.location)):
        link = urlsplit(page.one("input", id="link").get("value", ""))
        telephone = Visitor(app, headers={"Accept-Language": "en-US,en;q=0.9"})
        opened = telephone.open(f"{link.path}?{link.query}")
        while opened.status == 303:
            opened = telephone.open(opened.location)
        assert (opened.status, language(opened)) == (200, "ar")


@pytest.mark.parametrize("strange", ["xx", "", "a" * 300, "%00", "__class__"])
def test_a_strange_language_of_a_message_is_none(app: Flask, strange: str) -> None:
    page = Visitor(app, headers={"Accept-Language": "ar"}).open(f"/?written={strange}")
    assert (page.status, language(page)) == (200, "ar")


def test_a_form_that_was_open_before_the_language_changed_can_still_be_sent(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    visitor.open("/?language=ar")
    sent = visitor.send(form, ANSWERS)
    assert sent.status == 303
    page = visitor.open(sent.location)
    assert language(page) == "ar"
    assert TOTAL in page.text("section", aria_labelledby="total-title")


def test_another_language_shows_the_same_page_again(visitor: Visitor) -> None:
    page = visitor.estimate(ANSWERS)
    for shown in (visitor.open("/"), page, visitor.open(f"{page.path}/delete"), visitor.open("/verify")):
        [link] = [link for link in shown.links() if link.endswith("=pt-BR")]
        assert link == "?language=pt-BR", "beside the address itself, which may be secret"
        sent = visitor.open(shown.path + link)
        assert (sent.status, sent.location) == (303, shown.path)
        assert language(visitor.open(sent.location)) == "pt-BR"
        visitor.open("/?language=en")


def test_what_else_stands_after_an_address_stays_there(visitor: Visitor) -> None:
    visitor.open("/?language=en")
    shown = visitor.open("/verify?number=x&revision=%26y&language=ar")
    assert shown.location == "/verify?number=x&revision=%26y"
    [link] = [link for link in visitor.open(shown.location).links() if link.endswith("=pt-BR")]
    assert link == "?number=x&revision=%26y&language=pt-BR"


def test_what_is_a_part_of_another_address_of_the_page_does_not_become_one_of_this(visitor: Visitor) -> None:
    visitor.open("/?language=en")
    assert visitor.open("/verify/Q-2026-00001?language=ar&revision=1").location == "/verify/Q-2026-00001"


def test_a_shorter_word_chooses_a_language_as_well(visitor: Visitor) -> None:
    assert language(visitor.open("/?lang=ar")) == "ar"
    visitor.open("/?language=en")
    sent = visitor.open("/?lang=ar")
    assert (sent.status, sent.location) == (303, "/")
    assert language(visitor.open("/")) == "ar"


def test_an_error_page_is_read_in_the_language_that_is_chosen_there(visitor: Visitor) -> None:
    missing = visitor.open("/nothing")
    assert missing.status == 404
    [link] = [link for link in missing.links() if link.endswith("=ar")]
    assert language(visitor.open(f"/nothing{link}")) == "ar"
    assert language(visitor.open("/e/nothing")) == "ar"


def switched(visitor: Visitor, page: Page, typed: Mapping[str, str], tag: str = "ar") -> Page:
    """Type something into the form of a page and press a language."""
    [button] = [button for button in page.all("button", lang=tag) if button.get("form") == "typed"]
    data = page.typed(page.one("form", id="typed"))
    for name, text in typed.items():
        data[name] = text
    address = button.get("formaction", "")
    assert address.endswith(f"?speak={tag}")
    return visitor.post(address, data)


def test_a_form_of_answers_keeps_what_was_typed_in_another_language(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    for path in ("/estimate/clinic", f"{made}/change", f"{made}/change/sessions"):
        page = switched(visitor, visitor.open(path), {"q_sessions": "3x"})
        assert (page.status, language(page)) == (200, "ar"), path
        assert page.control("q_sessions") == "3x"
        visitor.open("/?language=en")


def test_a_form_of_words_keeps_what_was_typed_in_another_language(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    typed = {
        f"{made}/email": {"address": "anna@exa"},
        f"{made}/question": {"words": "Is there a lift?", "email": "anna@exa", "phone": "+49"},
        f"{made}/ask": {"full_name": "Wilhelmina Quill", "message": "My stairs\nare steep.", "country": "DE"},
    }
    for path, texts in typed.items():
        page = switched(visitor, visitor.open(path), texts)
        assert (page.status, language(page)) == (200, "ar"), path
        assert {name: page.control(name) for name in texts} == texts
        assert page.problems == [], "nobody has asked for a check yet"
        visitor.open("/?language=en")


def test_what_was_agreed_to_in_other_words_is_not_agreed_to(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    page = switched(visitor, visitor.open(f"{made}/ask"), {"consent_health_data": "yes"})
    assert page.control("consent_health_data") is None
    question = switched(visitor, visitor.open(f"{made}/question"), {"consent": "yes"})
    assert question.control("consent") is None


def test_an_answer_comes_in_the_language_of_the_page_unless_another_was_chosen(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    form = visitor.open(f"{made}/ask")
    assert form.control("language") == "en"
    assert switched(visitor, form, {}).control("language") == "ar"
    visitor.open("/?language=en")
    assert switched(visitor, form, {"language": "pt-BR"}).control("language") == "pt-BR"


def test_enter_sends_a_form_as_before_and_changes_no_language(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    for path, act in (("/estimate/clinic", "total"), (f"{made}/ask", "check"), (f"{made}/email", None)):
        first = next(button for button in visitor.open(path).all("button") if button.get("form") == "typed")
        assert first.get("formaction") is None
        assert first.get("value") == act


def test_a_language_that_is_not_ours_sends_a_form_as_it_is(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    sent = visitor.post("/estimate/clinic?speak=xx", {**form.typed(), **ANSWERS, "act": "show"})
    assert sent.status == 303


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("sw-KE,sw;q=0.9,en;q=0.5", "sw"),
        ("fa", "fa"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-CN", "zh"),
        ("tl", "fil"),
        ("hi-IN,en;q=0.8", "hi"),
    ],
)
def test_a_reader_whose_language_is_missing_is_told_so_in_it(app: Flask, wanted: str, tag: str) -> None:
    visitor = Visitor(app, headers={"Accept-Language": wanted})
    page = visitor.open("/")
    assert language(page) == "en"
    said = page.one("p", class_="unspoken")
    assert said.get("lang") == tag
    assert said.get("dir") == ("rtl" if tag == "fa" else "ltr")
    assert words(said) == missing_languages.SENTENCES[tag]
    assert visitor.open("/", headers={"Sec-Fetch-Site": "same-origin"}).all("p", class_="unspoken") == []
    visitor.open("/?language=en")
    assert visitor.open("/").all("p", class_="unspoken") == []


@pytest.mark.parametrize("wanted", ["", "*", "en", "ar-EG", "xx", "pt-PT"])
def test_nobody_else_is_told_anything(app: Flask, wanted: str) -> None:
    page = Visitor(app, headers={"Accept-Language": wanted}).open("/")
    assert page.all("p", class_="unspoken") == []


def test_the_thirty_languages_with_most_speakers_are_known_besides_ours() -> None:
    ours = {"en", "ar", "fr", "es", "ru", "hi", "bn"}
    assert ours < set(missing_languages.SENTENCES)
    assert len(set(missing_languages.SENTENCES) - ours) >= 30
    assert all(text.strip() == text for text in missing_languages.SENTENCES.values())


def test_every_title_names_the_site(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS).path
    for path in ("/", "/estimate/clinic", made, f"{made}/ask", "/verify", "/nothing"):
        assert visitor.open(path).title.endswith(" – Treatment cost estimator"), path


def test_until_when_something_holds_is_said_without_an_english_time_zone(start: Callable[..., Flask]) -> None:
    india = table_text().replace('time_zone = "UTC"', 'time_zone = "Asia/Kolkata"')
    visitor = Visitor(start(india, languages=("en", "ar")))
    made = visitor.estimate(ANSWERS)
    assert "(India)" in made.text()
    visitor.open("/?language=ar")
    said = visitor.open(made.path).text()
    assert "(الهند)" in said
    assert "Asia/Kolkata" not in said


def test_a_pdf_that_is_in_another_language_says_so_on_its_button(visitor: Visitor) -> None:
    made = visitor.estimate(ANSWERS)
    assert made.links("Download as PDF (") == []
    visitor.open("/?language=ar")
    page = visitor.open(made.path)
    [link] = [link for link in page.all("a") if link.get("href", "").endswith("estimate.pdf")]
    assert words(link) == "تنزيل بصيغة PDF (English)"
    assert [(part.get("lang"), part.get("dir")) for part in link] == [("en", "ltr")]
    assert "English" in visitor.open(f"{made.path}/email").text()


@pytest.mark.parametrize("tag", ["", "xx", "EN", "ar'", "%00", "x" * 2000, "de", "//elsewhere.example.com"])
def test_a_language_that_there_is_not_changes_nothing(visitor: Visitor, tag: str) -> None:
    visitor.open("/?language=ar")
    page = visitor.open(f"/?language={tag}")
    assert (page.status, page.location) == (303, "/")
    assert language(visitor.open("/")) == "ar"


@pytest.mark.parametrize("path", ["//elsewhere.example.com", "/\\elsewhere.example.com", "/nothing"])
def test_a_language_leads_nowhere_but_to_pages_of_ours(visitor: Visitor, path: str) -> None:
    page = visitor.open("/", query_string="language=ar", environ_overrides={"PATH_INFO": path})
    assert page.status == 404
    assert "Location" not in page.headers


def test_a_form_is_sent_whatever_stands_after_its_address(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    sent = visitor.post("/estimate/clinic?language=ar", {**form.typed(), **ANSWERS, "act": "show"})
    assert sent.status == 303
    assert sent.location.startswith("/e/")


def test_a_language_that_is_no_longer_offered_is_forgotten(
    start: Callable[..., Flask], visitor: Visitor
) -> None:
    visitor.open("/?language=ar")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    later = Visitor(start(languages=("en",)))
    later.client.set_cookie("session", cookie.value)
    assert language(later.open("/")) == "en"


def test_what_a_list_says_only_in_its_own_language_is_marked_as_such(visitor: Visitor) -> None:
    visitor.open("/?language=ar")
    page = visitor.open("/estimate/clinic")
    heading = page.one("h1")
    assert [(part.get("lang"), part.get("dir")) for part in heading] == [("en", "ltr")]


def test_one_language_needs_no_switch(start: Callable[..., Flask]) -> None:
    assert Visitor(start(languages=("en",))).open("/").all("nav", class_="languages") == []


@pytest.mark.parametrize(
    ("tag", "sessions", "name"),
    [
        ("hi", "बदलें: Sessions", "बदलें: नाम"),
        ("bn", "বদলান: Sessions", "বদলান: নাম"),
        ("ru", "Изменить: Sessions", "Изменить: Имя"),
    ],
)
def test_what_a_button_changes_is_no_object_of_its_verb(
    start: Callable[..., Flask], tag: str, sessions: str, name: str
) -> None:
    visitor = Visitor(start(list_text(), languages=("en", tag)))
    visitor.open(f"/?language={tag}")
    estimate = visitor.estimate(ANSWERS)
    look = visitor.send(visitor.open(f"{estimate.path}/ask"), filled(), "check")
    for page, said in ((estimate, sessions), (look, name)):
        assert said in [words(each) for each in page.all("button")]
