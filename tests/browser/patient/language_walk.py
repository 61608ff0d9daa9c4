"""The whole way of a patient in one language, from the start page to an accepted quote, without a word of English.

Every page, mail and document that is met is yielded with what is wrong with it for a reader of that language.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTPUTF8
from pathlib import Path

import pikepdf
from playwright.sync_api import Page, expect

from estimator.i18n import reader
from tests.browser.patient.quote_walk import ANSWERS, NAME, check, digits, issue
from tests.browser.patient.served import Site
from tests.browser.patient.walk import OFFER, answer, open_all
from tests.support.accessibility import OVERFLOW
from tests.support.english_texts import english

PERSON = {"full_name": NAME, "email": "mina@quillworth.org", "phone": "+49 30 901820", "message": "§ 1"}
QUESTION = "§ 2"
WHOLE = {
    code: value if isinstance(value, str) else "yes" if value else "no" for code, value in ANSWERS.items()
}
TYPED = (*PERSON.values(), QUESTION, "anna@example.org")

READ = """() => {
  const own = document.documentElement.lang;
  const attributes = ["alt", "aria-label", "aria-valuetext", "placeholder", "title", "data-done", "data-heading",
    "data-open", "data-missing", "data-assumed", "data-return", "data-steps"];
  const found = [document.title];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, textarea")) return;
    if (node.lang && node.lang !== own) return;
    for (const name of attributes) if (node.hasAttribute(name)) found.push(node.getAttribute(name));
    for (const child of (node.content ?? node).childNodes) walk(child);
  };
  walk(document.body);
  return found;
}"""
"""Everything that a page says in its own language, seen, heard or told by a script later on."""


BROKEN = """() => {
  const found = new Set();
  for (const element of document.querySelectorAll("label, legend, button, .button, h1, h2")) {
    if (!element.checkVisibility()) continue;
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest(".spoken")) continue;
      for (const { 0: word, index } of text.data.matchAll(/\\p{L}+/gu)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 8)));
        if (lines.size > 1) found.add(`“${word}” is broken in two`);
      }
    }
  }
  return [...found];
}"""
"""Finds words of labels, buttons and headings that are broken because there is no room for them."""


class Walk:
    """One reader on the way through the pages."""

    def __init__(self, page: Page, site: Site, tag: str) -> None:
        self.page, self.site, self.tag = page, site, tag
        self.english = english(tag)
        self.mails: set[Path] = set()

    def wrong(self) -> list[str]:
        """Return what is wrong with the page that is open."""
        root = self.page.locator("html")
        said = (root.get_attribute("lang"), root.get_attribute("dir"))
        right = (self.tag, reader(self.tag).direction)
        found = [] if said == right else [f"it says to be in {said}"]
        return [*found, *self.page.evaluate(OVERFLOW), *self.page.evaluate(BROKEN), *self.foreign()]

    def foreign(self) -> list[str]:
        """Return what stands on the page in another language."""
        return self.english.found(self.page.evaluate(READ), TYPED)

    def printed(self, path: str) -> tuple[bytes, list[str]]:
        """Wait for a document, and return it with its lines that are in another language, and in which it is."""
        for _look in range(150):
            answered = self.page.request.get(path)
            if answered.headers["content-type"] == "application/pdf":
                break
            self.page.wait_for_timeout(200)
        content = answered.body()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            language = str(pdf.Root.Lang)
        found = [] if language == self.tag else [f"it says to be in {language}"]
        done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
        return content, [*found, *self.english.found(self._unbroken(done.stdout.decode()), TYPED)]

    @staticmethod
    def _unbroken(text: str) -> list[str]:
        """Return the paragraphs of a document without the ends of lines, which may stand within a name or address."""
        return [
            " ".join(paragraph.split()).replace("http:// ", "http://") for paragraph in text.split("\n\n")
        ]

    def letters(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the mails that have come since the last look, with what is wrong with either text."""
        self.site.wait_for_mail()
        for path in sorted(set((self.site.instance / "mail").glob("*.eml")) - self.mails):
            self.mails.add(path)
            mail = message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
            if mail["To"] not in TYPED:
                continue  # staff read English
            yield f"subject of “{mail['Subject']}”", self.english.found([str(mail["Subject"])], TYPED)
            plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
            assert plain is not None
            assert html is not None
            yield f"text of “{mail['Subject']}”", self.english.found(plain.get_content().splitlines(), TYPED)
            self.page.goto("about:blank")  # where the policy of our pages does not hold
            self.page.set_content(html.get_content())
            yield f"page of “{mail['Subject']}”", self.wrong()


def states(page: Page, site: Site, tag: str) -> Iterator[tuple[str, list[str]]]:
    """Go the whole way; yield the name of every page, mail and document, and what is wrong with it."""
    walk = Walk(page, site, tag)
    walk.mails |= set((site.instance / "mail").glob("*.eml"))
    page.goto("/")
    yield "start", walk.wrong()
    page.locator("a[href='/estimate/delhi']").click()
    page.wait_for_selector(".step-of:not([hidden])")
    page.evaluate("location.hash = '#step-check'")
    page.locator("main button[value=show]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "form without answers", walk.wrong()
    page.goto("/estimate/delhi")
    page.wait_for_selector(".step-of:not([hidden])")
    while page.locator("[data-next]").is_visible():
        shown = str(page.locator(".step:visible").get_attribute("id"))
        answer(page, {code: value for code, value in WHOLE.items() if _is_in(page, shown, code)})
        yield f"form, {shown}", walk.wrong()
        page.locator("[data-next]").click()
    expect(page.locator("#total")).not_to_have_attribute("aria-busy", "true")
    yield "form, last look", walk.wrong()
    page.locator("main button[value=show]").click()
    expect(page.locator(".document-head")).to_be_visible()
    open_all(page)
    yield "breakdown", walk.wrong()
    page.locator(".changes button").first.click()
    expect(page.locator(".since")).to_be_visible()
    open_all(page)
    yield "breakdown after one change", walk.wrong()
    made = page.url
    page.locator(".answers button").first.evaluate("button => button.click()")
    page.wait_for_url("**/change/*")
    yield "one question alone", walk.wrong()
    yield "PDF of the estimate", walk.printed(f"{made}/estimate.pdf")[1]
    for name in ("change", "data", "delete", "question"):
        page.goto(f"{made}/{name}")
        yield f"estimate, {name}", walk.wrong()
    page.locator("main form.asking button.button").last.click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "question without words", walk.wrong()
    page.goto(f"{made}/other-offer")
    page.fill("#words", OFFER)
    page.locator("main button[value=find]").click()
    expect(page.locator("#found")).to_be_visible()
    yield "what another clinic wrote is found", walk.wrong()
    page.locator("main button[value=compare]").last.click()
    expect(page.locator(".beside-table")).to_be_visible()
    open_all(page)
    yield "what another clinic wrote is compared", walk.wrong()
    page.goto(f"{made}/email")
    page.locator("form.email button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "mail without an address", walk.wrong()
    page.fill("#address", "anna@example.org")
    page.locator("form.email button").click()
    expect(page.locator(".outcome").first).to_be_visible()
    yield "mail is asked for", walk.wrong()
    yield from walk.letters()
    page.goto(made)
    page.evaluate("document.querySelectorAll('.actions details').forEach((each) => { each.open = true; })")
    page.locator(".ways a[href$='/ask']").click()
    yield from _request(walk)


def _is_in(page: Page, step: str, code: str) -> bool:
    return page.locator(f"#{step} [name=q_{code}]").count() > 0


def _request(walk: Walk) -> Iterator[tuple[str, list[str]]]:
    """From the form of a request to its page."""
    page, site = walk.page, walk.site
    page.locator("main button[value=check]").last.click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "request with every mistake", walk.wrong()
    for name, text in PERSON.items():
        page.fill(f"#{name}", text)
    page.select_option("#country", "DE")
    page.select_option("#planned_month", index=5)
    page.check("#for_whom")
    page.check("#consent_health_data")
    page.check("#consent_contact")
    yield "request", walk.wrong()
    page.locator("main button[value=check]").last.click()
    expect(page.locator(".checked")).to_be_visible()
    yield "request, last look", walk.wrong()
    page.locator("main button[value=send]").last.click()
    expect(page.locator(".steps")).to_be_visible()
    reference = page.locator(".reference bdi").inner_text()
    link = page.input_value("#link")
    yield "request is sent", walk.wrong()
    page.goto(link)
    page.fill("#words", QUESTION)
    page.locator("#typed button.button").click()
    expect(page.locator(".outcomes")).to_be_visible()
    yield "page of the request", walk.wrong()
    request = page.url.partition("#")[0]
    yield from walk.letters()
    quote = issue(site, asked=reference)
    page.goto(request)
    yield "page of the request with its quote", walk.wrong()
    page.goto(f"{request}/data")
    yield "my data", walk.wrong()
    page.goto(f"{request}/erase")
    yield "deleting it", walk.wrong()
    page.goto(quote.path)
    yield "quote that is closed", walk.wrong()
    page.goto(quote.link)
    yield "quote before the code", walk.wrong()
    page.locator("main button[value=send]").click()
    code = digits(page, site)
    page.fill("#code", "12")
    page.locator("main button[value=check]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "code that is wrong", walk.wrong()
    page.fill("#code", code)
    page.locator("main button[value=check]").click()
    expect(page.locator(".document-head")).to_be_visible()
    open_all(page)
    yield "quote", walk.wrong()
    content, found = walk.printed(f"{quote.path}/1.pdf")
    yield "PDF of the quote", found
    for name in ("accept", "question", "decline"):
        page.goto(f"{quote.path}/{name}")
        page.locator("main form button.button").first.click()
        expect(page.locator(".error-summary")).to_be_focused()
        yield f"quote, {name} with errors", walk.wrong()
    check(page, quote)
    yield "check of what is accepted", walk.wrong()
    page.locator("main button[value=accept]").click()
    page.wait_for_selector("main h1")
    yield "accepted", walk.wrong()
    page.goto(quote.path)
    open_all(page)
    yield "quote that is accepted", walk.wrong()
    yield from walk.letters()
    page.goto("/verify")
    yield "verify", walk.wrong()
    page.locator(".by-number button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "verify without a number", walk.wrong()
    page.goto(f"/verify/{quote.number}/1")
    yield "verify by number", walk.wrong()
    page.goto("/verify")
    page.set_input_files("#file", {"name": "quote.pdf", "mimeType": "application/pdf", "buffer": content})
    page.locator(".by-file button").click()
    expect(page.locator(".verdict")).to_be_visible()
    yield "verify by file", walk.wrong()
    page.goto("/demonstration/mail/")
    yield "mailbox", walk.wrong()
    page.goto("/nothing/here")
    yield "no such page", walk.wrong()
    page.goto("/estimate/delhi")
    page.evaluate("document.querySelector('[name=csrf_token]').value = 'x'; document.forms.typed.submit()")
    page.wait_for_load_state()
    yield "form after the visit ended", walk.wrong()
