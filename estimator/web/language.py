"""The reader of a request, and how they choose another language: `?language=ar` or `?lang=ar` after any address.

A link in a message has the language of the message after it, which counts where nobody has chosen another one: the
menus of many telephones are not in the language that their owner reads.

A browser that accepts cookies remembers it, and the address loses it again. For one that accepts none `?lang=ar` stays
after every address of the pages that follow.

On a page with a form the switch is made of buttons that send the form along, to `?speak=ar` after its address: it comes
back in the other language with everything that was typed, and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_territory_currencies
from flask import Flask, current_app, g, has_request_context, redirect, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from estimator import clinic, links
from estimator.db import unavailable
from estimator.i18n import Reader, reader, says_all
from estimator.web import missing_languages

CARRIED = "lang"
"""What carries a language after an address where no cookie can."""

CHOOSING = ("language", CARRIED)
"""What chooses a language after an address."""

SPEAK = "speak"
"""What chooses one after the address that a form is sent to."""


OF_STAFF = "pages of staff"
"""The extension that holds the names of the pages that only staff see."""

MOSTLY_IN = {"bn": "BD", "hi": "IN", "ru": "RU", "de": "DE", "ja": "JP", "tr": "TR"}
"""The country in which most speakers of a language live, where one currency is a good guess."""


def init_app(app: Flask) -> None:
    """Let every page of an app be read in another language, where it stands."""
    app.before_request(_remember)
    app.url_defaults(_carry)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Put the language after an address of ours, while it was carried to this page in the same way."""
    if has_request_context() and "carried" in g and endpoint != "static":
        values.setdefault(CARRIED, g.carried)


def _remember() -> Response | None:
    """Remember a chosen language for this visit and show the same page again; a strange one is ignored."""
    if request.endpoint == "static":
        return None
    if not request.cookies and _is_ours(request.args.get(CARRIED)):
        g.carried = request.args[CARRIED]
    if request.method == "POST":
        before = current_reader().tag if SPEAK in request.args else ""
        if _chosen(request.args.get(SPEAK)):
            g.switched_from = before
            del g.reader
            if not request.cookies:
                g.carried = request.args[SPEAK]
        return None
    wanted = [request.args[name] for name in CHOOSING if name in request.args]
    if (
        not wanted
        and "language" not in session
        and _chosen(request.args.get(links.WRITTEN))
        and not request.cookies
    ):
        g.carried = request.args[links.WRITTEN]
    if not wanted or request.method != "GET":
        return None
    is_ours = _chosen(wanted[0])
    if "carried" in g and CHOOSING[0] not in request.args:
        return None  # the cookie came with none before; the next page shows whether it is accepted
    if request.endpoint is None:
        return None  # the page that says so is shown in that language
    place = request.view_args or {}
    # What begins with an underscore would be an instruction to url_for.
    kept: dict[str, Any] = {
        name: request.args.getlist(name) for name in request.args if name[:1] not in ("", "_")
    }
    # A name that another address of this page has in its path would become a part of the path.
    parts = {name for rule in current_app.url_map.iter_rules(request.endpoint) for name in rule.arguments}
    for name in (*CHOOSING, links.WRITTEN, SPEAK, "endpoint", *place, *parts):
        kept.pop(name, None)
    g.pop("carried", None)
    if is_ours and not request.cookies:
        kept[CARRIED] = wanted[0]  # until a cookie comes back
    return redirect(url_for(request.endpoint, **place, **kept), code=303)


def _chosen(tag: str | None) -> bool:
    """Keep a language for this visit; whether it is one of ours."""
    if not _is_ours(tag):
        return False
    session["language"] = tag
    return True


def carried() -> str:
    """Return the language that every address on this page carries; empty where cookies are accepted."""
    return str(g.get("carried", ""))


def _is_ours(tag: str | None) -> bool:
    return tag is not None and tag in current_app.config["SETTINGS"].languages


def is_switching() -> bool:
    """Whether a form was sent by the language switch only: it is then shown again, and nothing is done with it."""
    return "switched_from" in g


def follows(answers: str) -> str:
    """Return the language of answers after a switch: the page's, unless another one had been chosen for them."""
    return current_reader().tag if answers == g.get("switched_from") else answers


def query(**more: str) -> str:
    """Return what stands after the address of this page, without a chosen language, and with something more."""
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in (*CHOOSING, links.WRITTEN, SPEAK)
    ]
    asked = urlencode([*kept, *more.items()])
    return f"?{asked}" if asked else ""


def spoken() -> Sequence[str]:
    """Return the languages of this page: those of the installation, and on pages of staff those that these speak.

    A page of staff in a language that only patients' pages speak would be English with some words of that language.
    """
    every: Sequence[str] = current_app.config["SETTINGS"].languages
    if request.endpoint not in current_app.extensions.get(OF_STAFF, ()):
        return every
    return [tag for tag in every if tag == "en" or says_all(tag)] or ["en"]


def current_reader() -> Reader:
    """Return the reader of this request: the language they chose, else their browser's, else the clinic's."""
    if not has_request_context():
        return reader("en")
    if "reader" not in g:
        tags = spoken()
        chosen = carried() or session.get("language")
        if chosen not in tags:
            chosen = request.accept_languages.best_match(tags) or _of_the_clinic(tags)
        g.reader = reader(chosen)
    found: Reader = g.reader
    return found


def link_to_pass_on(path: str) -> str:
    """Return the address of a page in full, for somebody to copy or send; it opens as they read it here.

    Who has chosen a language keeps theirs, and so do they themselves on another telephone whose menus have another one.
    """
    return links.written_in(current_reader().tag, f"{current_app.config['SETTINGS'].public_url}{path}")


def own_currency() -> str | None:
    """Return the currency that a reader counts in: that of the country their browser names, else of their language's.

    None where nothing tells: Arabic, English, French and Spanish are spoken in too many countries.
    """
    first = next(iter(request.accept_languages.values()), "").replace("_", "-")
    region = first.rpartition("-")[2].upper() if "-" in first else ""
    country = region if len(region) == 2 else MOSTLY_IN.get(current_reader().tag)
    return next(iter(get_territory_currencies(country)), None) if country else None


def unspoken() -> missing_languages.Said | None:
    """Return the sentence for a reader whose browser asks first for a language that we do not speak.

    It is said where a visit begins: not to somebody who has chosen a language, nor to who comes from a page of ours.
    """
    if session.get("language") is not None or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return None
    wanted = next(iter(request.accept_languages.values()), "")
    spoken = {tag.partition("-")[0] for tag in current_app.config["SETTINGS"].languages}
    return None if wanted.partition("-")[0].lower() in spoken else missing_languages.said(wanted)


def _of_the_clinic(tags: Sequence[str]) -> str:
    """Return the language that an administrator set, else the first; error pages need one without a database."""
    if len(tags) == 1:
        return tags[0]
    try:
        found = clinic.default_language()
    except SQLAlchemyError as error:
        if unavailable(error) is None:  # an outage is told once, and not by each page
            current_app.logger.warning("the default language could not be asked for")
        return tags[0]
    return found if found is not None and found in tags else tags[0]
