"""What a clinic sets for itself, besides its price lists: business days, letters, retention, logo, limits.

Each setting has a default; only what differs from it is stored. What a price list says (time zone, how long a
quote is valid, who the provider is) is not repeated here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from estimator import audit
from estimator.act import Act
from estimator.clinic import overrun_rules
from estimator.clinic.shipped_messages import SHIPPED
from estimator.clinic.wrong_value import WrongValue
from estimator.db import advisory_lock, db
from estimator.i18n import gettext as _
from estimator.models import ClinicSetting
from pricing.overruns import Rule

logger = logging.getLogger(__name__)

LETTERS = ("estimate", "request_received", "quote_issued")
"""The letters that carry words of the clinic."""

PLACES = ("before", "after")
"""Where those words stand."""

LONGEST_TEXT = 1000
LONGEST_NAME = 60
MOST_MESSAGES = 20

DESK_MAIL = ("at_once", "hourly", "none")
"""When a mail tells the desk of a new request or question."""

PAST_BILLS = ("never", "enough", "always")
"""When patients read how often the range was true: never, with at least 11 comparable bills, or also with fewer."""

PLACEHOLDERS = ("name", "patient", "reference", "provider")
"""What can stand in a message in braces: who asks, the patient, the request, the provider."""

_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")
_GREETING = re.compile(
    r"\A(?:[^\s{}]{1,20}[ \u00a0]){0,4}\{name\}(?:[ \u00a0][^\s{},،:!]{1,12})?[ \u00a0\u202f]?(?:[,،:!]|(?=\n|\Z))"
)
MOST_HOLIDAYS = 500

CONTENT = "logo_png"
"""The key of the logo's bytes, which are read only where the logo is drawn."""


@dataclass(frozen=True)
class Logo:
    """The hash and size of the logo, for pages; its PNG is loaded separately."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class MessageTemplate:
    """A text that the desk often sends: its name for staff, and its words by language, with placeholders."""

    name: str
    texts: Mapping[str, str]
    #: whether the request then waits for whoever asks
    waits: bool = False


@dataclass(frozen=True)
class Clinic:
    """The settings of a clinic as they are at this moment."""

    #: days of the week without business, Monday 0
    weekend: tuple[int, ...] = (5, 6)
    holidays: tuple[date, ...] = ()
    #: business days within which a request is answered
    reply_days: int = 3
    #: days in which an acceptance can be taken back; nothing is to be paid before they are over
    reflection_days: int = 7
    #: percentage of the price above which adjustments need a second person's approval
    adjustment_limit: Decimal = Decimal(5)
    #: days before the last day of a quote on which one mail tells the patient of it; 0: none
    reminder_days: int = 7
    #: days of silence after which a request that is quoted or waits for the patient is to be followed up; 0: never
    follow_up_days: int = 7
    #: days after which a request without a quote, and all that was written to it, is removed
    requests_kept_days: int = 365
    #: years after which the person of a quote is erased; the figures stay
    quotes_kept_years: int = 10
    #: whether anybody can read the price lists in force
    public_prices: bool = False
    #: the language of a reader who chose none; None: the first of LANGUAGES
    default_language: str | None = None
    #: what stands in a letter before and after what it tells: by letter, place ("before", "after"), language
    letters: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    logo: Logo | None = None
    #: when a mail tells the desk of a new request or question
    desk_mail: str = "at_once"
    #: rules by which a final bill is far above what was expected
    overrun_rules: tuple[Rule, ...] = ()
    #: when an estimate says to patients how often the range was true
    past_bills: str = "never"
    #: whether the range of past bills stands beside the price list's own
    past_bills_range: bool = False
    #: what the clinic is called in mails to patients; empty: the provider's name in the price list
    mail_name: str = ""
    #: templates of messages to whoever asks, by their codes
    messages: Mapping[str, MessageTemplate] = field(
        default_factory=lambda: {
            code: MessageTemplate(one.name, one.texts, one.waits) for code, one in SHIPPED.items()
        }
    )

    def words(self, letter: str, place: str, language: str) -> list[str]:
        """Return what the clinic writes in a letter, paragraph by paragraph; empty if it writes nothing."""
        texts = self.letters.get(letter, {}).get(place, {})
        text = texts.get(language) or texts.get(language.partition("-")[0], "")
        return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


class SomebodyElse(Exception):
    """Somebody else has changed the setting since the page was shown."""


def current() -> Clinic:
    """Return the settings as they are stored, in one query.

    A stored value with an unknown name, or one that cannot be read, is logged and counts as not stored.
    """
    found = {key: _stored(key, value) for key, value in _rows()}
    return Clinic(**{key: values[0] for key, values in found.items() if values})


def default_language() -> str | None:
    """Return the language of readers who chose none, read on a connection of its own.

    So an error of this query does not break the transaction of the page that asks.
    """
    asked = select(ClinicSetting.value).filter_by(key="default_language")
    with db.engine.connect() as connection:
        text = connection.scalar(asked)
    found = () if text is None else _stored("default_language", text)
    return found[0] if found else None


def bases() -> dict[str, str]:
    """Return what `change` takes as `basis`, by setting: a short hash of the value that is stored at this moment."""
    stored = dict(_rows())
    return {key: _basis(stored.get(key)) for key in KINDS}


def change(act: Act, key: str, value: Any, *, basis: str | None = None) -> bool:
    """Set one setting to a value of its field's type; return whether that was a change.

    `basis` is the one of `bases` that the person saw, None to overwrite. Raises KeyError for an unknown setting,
    WrongValue, SomebodyElse.
    """
    kind = KINDS[key]
    checked = kind.check(value)
    advisory_lock("clinic")
    row = db.session.get(ClinicSetting, key, populate_existing=True)
    before = None if row is None else row.value
    text: str | None = _json(kind.write(checked))
    if checked == DEFAULTS[key]:
        text = None
    if text == before:
        return False
    if basis is not None and basis != _basis(before):
        raise SomebodyElse(key)
    if row is not None and text is None:
        db.session.delete(row)
    elif row is not None and text is not None:
        row.value, row.changed_by, row.changed_at = text, act.actor, act.now
    elif text is not None:
        db.session.add(ClinicSetting(key=key, value=text, changed_by=act.actor, changed_at=act.now))
    audit.add(act, "settings.changed", subject=f"clinic_setting:{key}")
    return True


def change_logo(
    act: Act, content: bytes | None, width: int = 0, height: int = 0, *, basis: str | None
) -> bool:
    """Set the logo to a PNG that `images.as_png` made, or remove it; raises SomebodyElse."""
    logo = None if content is None else Logo(hashlib.sha256(content).hexdigest(), width, height)
    if not change(act, "logo", logo, basis=basis):
        return False
    row = db.session.get(ClinicSetting, CONTENT)
    if row is not None and content is None:
        db.session.delete(row)
    elif content is not None:
        if row is None:
            row = ClinicSetting(key=CONTENT)
            db.session.add(row)
        row.value, row.changed_by, row.changed_at = base64.b64encode(content).decode(), act.actor, act.now
    db.session.flush()
    return True


def logo_content(logo: Logo) -> bytes | None:
    """Return the PNG of a logo; None if it is not the clinic's any more."""
    text = db.session.scalar(select(ClinicSetting.value).filter_by(key=CONTENT))
    try:
        content = base64.b64decode(text or "", validate=True)
    except ValueError:
        content = b""
    return content if hashlib.sha256(content).hexdigest() == logo.sha256 else None


@dataclass(frozen=True)
class _Kind:
    """How one setting is validated, written as JSON, and read from it."""

    check: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongValue(
                {"": _("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)}
            )
        return value

    return check


def _weekend(value: Any) -> tuple[int, ...]:
    days = tuple(sorted(set(value)))
    if any(type(day) is not int or not 0 <= day <= 6 for day in days):
        raise WrongValue({"": _("Choose days of the week.")})
    if len(days) > 6:
        raise WrongValue({"": _("Leave at least one day of the week for business.")})
    return days


def _holidays(value: Any) -> tuple[date, ...]:
    days = tuple(sorted(set(value)))
    for day in days:
        if type(day) is not date or not 2000 <= day.year <= 2100:
            raise WrongValue({"": _("“%(day)s”: holidays lie between the years 2000 and 2100.", day=day)})
    if len(days) > MOST_HOLIDAYS:
        raise WrongValue({"": _("Enter at most %(most)s holidays.", most=MOST_HOLIDAYS)})
    return days


def _per_cent(value: Any) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= 100:
        raise WrongValue({"": _("Enter a number from 0 to 100.")})
    if value != value.quantize(Decimal("0.01")):
        raise WrongValue({"": _("Enter at most two decimals.")})
    return value.quantize(Decimal("0.01"))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue({"": _("Choose yes or no.")})
    return value


def _language(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9-]{2,20}", value)):
        raise WrongValue({"": _("Choose one of the languages.")})
    return value


def _letters(value: Any) -> dict[str, dict[str, dict[str, str]]]:
    """Return the texts without empty ones; a problem's place is "estimate.before.en"."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    problems = {}
    for letter, places in value.items():
        for place, texts in places.items():
            for language, text in texts.items():
                where = f"{letter}.{place}.{language}"
                if letter not in LETTERS or place not in PLACES or _language(language) is None:
                    raise WrongValue({where: _("There is no such letter.")})
                clean = _clean(text)
                problem = problem_of_text(clean)
                if problem:
                    problems[where] = problem
                elif clean:
                    found.setdefault(letter, {}).setdefault(place, {})[language] = clean
    if problems:
        raise WrongValue(problems)
    return found


def _one_of(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise WrongValue({"": _("Choose one of these.")})
        return value

    return check


def _name(value: Any) -> str:
    name = " ".join(str(value or "").split())
    if problem := _problem_of_name(name) or problem_of_text(name):
        raise WrongValue({"": problem})
    return name


def _problem_of_name(name: str, *, needed: bool = False) -> str | None:
    if len(name) > LONGEST_NAME or any(_is_invisible(sign) for sign in name) or (needed and not name):
        return _("Enter a name of at most %(most)s characters.", most=LONGEST_NAME)
    return None


def _messages(value: Any) -> dict[str, MessageTemplate]:
    """Return the templates without empty texts; a problem's place is "CODE.name" or "CODE.text.en"."""
    found, problems = {}, {}
    if len(value) > MOST_MESSAGES:
        raise WrongValue({"": _("There are %(most)s templates already.", most=MOST_MESSAGES)})
    for code, template in value.items():
        texts = {tag: _clean(text) for tag, text in template.texts.items() if _clean(text)}
        name = " ".join(template.name.split())
        if not re.fullmatch(r"[a-z0-9]{1,20}", code) or any(_language(tag) is None for tag in texts):
            raise WrongValue({"": _("There is no such template.")})
        if problem := _problem_of_name(name, needed=True):
            problems[f"{code}.name"] = problem
        if not texts:
            problems[f"{code}.name"] = _("Write the message in at least one language.")
        problems |= {f"{code}.text.{tag}": said for tag, said in _problems_of_message(texts).items()}
        found[code] = MessageTemplate(name, texts, _flag(template.waits))
    if problems:
        raise WrongValue(problems)
    return found


def _problems_of_message(texts: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong in each language of a message: its text, an unknown placeholder, or one that is lost."""
    everywhere = {name for text in texts.values() for name in _PLACEHOLDER.findall(text)} & set(PLACEHOLDERS)
    problems = {}
    for tag, text in texts.items():
        names = _PLACEHOLDER.findall(text)
        unknown = next((name for name in names if name not in PLACEHOLDERS), None)
        lost = sorted(everywhere - set(names))
        if (problem := problem_of_text(text)) is not None:
            problems[tag] = problem
        elif unknown is not None:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            problems[tag] = _("There is no {%(name)s}. There are: %(known)s", name=unknown, known=known)
        elif set("{}") & set(_PLACEHOLDER.sub("", text)):
            problems[tag] = _("A brace { or } stands alone. Write a placeholder as {name}, without spaces.")
        elif lost:
            problems[tag] = _(
                "{%(name)s} stands in another language and is missing here. Put it in, or take it out there.",
                name=lost[0],
            )
    return problems


def filled(text: str, values: Mapping[str, str], *, greeting: str) -> str:
    """Return the text of a message with its placeholders filled; an empty value takes the space before it along.

    Where it greets somebody whose name is not known, it begins with `greeting`.
    """
    if not values["name"]:
        text = _GREETING.sub(lambda _found: greeting, text)
    return re.sub(
        rf"[ \u00a0]?{_PLACEHOLDER.pattern}",
        lambda found: found[0].partition("{")[0] + values[found[1]] if values.get(found[1]) else "",
        text,
    )


def _clean(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def problem_of_text(text: str) -> str | None:
    """Say why a text cannot stand in a letter; None if it can."""
    if len(text) > LONGEST_TEXT:
        return _(
            "Enter at most %(most)s characters; there are %(count)s.", most=LONGEST_TEXT, count=len(text)
        )
    if any(_is_invisible(sign) for sign in text):
        return _(
            "It contains an invisible character that can reverse the order of letters. Type the text again."
        )
    schemes = re.findall(r"\b([A-Za-z][A-Za-z0-9+.-]*):/*[^\s/]", text)
    known = {"http", "ftp", "file", "javascript", "data", "vbscript", "mailto", "tel", "ws", "wss"}
    if re.search(r"(?!https://)\b[A-Za-z][A-Za-z0-9+.-]*://", text, re.I) or known & {
        scheme.lower() for scheme in schemes
    }:
        return _("Links must begin with https://.")
    if re.search(r"<\s*[A-Za-z/!]", text):
        return _("Enter plain text: HTML is not accepted.")
    return None


def _is_invisible(sign: str) -> bool:
    """Whether a sign can hide or reorder others; the joiners and marks that some scripts need are none."""
    return sign != "\n" and (
        unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn")
        or unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    )


def _logo(value: Any) -> Logo | None:
    if value is not None and not (
        isinstance(value, Logo)
        and re.fullmatch(r"[0-9a-f]{64}", value.sha256)
        and all(type(side) is int and 0 < side <= 4000 for side in (value.width, value.height))
    ):
        raise WrongValue({"": _("This picture cannot be used.")})
    return value


def _days(texts: Iterable[str]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


KINDS: Mapping[str, _Kind] = {
    "weekend": _Kind(_weekend, list, tuple),
    "holidays": _Kind(_holidays, lambda days: [day.isoformat() for day in days], _days),
    "reply_days": _Kind(_whole(1, 60)),
    "reflection_days": _Kind(_whole(0, 90)),
    "adjustment_limit": _Kind(_per_cent, str, Decimal),
    "reminder_days": _Kind(_whole(0, 60)),
    "follow_up_days": _Kind(_whole(0, 90)),
    "requests_kept_days": _Kind(_whole(30, 3650)),
    "quotes_kept_years": _Kind(_whole(1, 30)),
    "public_prices": _Kind(_flag),
    "default_language": _Kind(_language),
    "letters": _Kind(_letters),
    "logo": _Kind(
        _logo,
        lambda logo: None if logo is None else [logo.sha256, logo.width, logo.height],
        lambda parts: Logo(*parts),
    ),
    "overrun_rules": _Kind(overrun_rules.checked, overrun_rules.written, overrun_rules.read),
    "past_bills": _Kind(_one_of(*PAST_BILLS)),
    "past_bills_range": _Kind(_flag),
    "desk_mail": _Kind(_one_of(*DESK_MAIL)),
    "mail_name": _Kind(_name),
    "messages": _Kind(
        _messages,
        lambda found: {
            code: {"name": one.name, "texts": dict(one.texts), "waits": one.waits}
            for code, one in found.items()
        },
        lambda stored: {code: MessageTemplate(**one) for code, one in stored.items()},
    ),
}
"""Every setting: a field of `Clinic`."""

DEFAULTS: Mapping[str, Any] = {one.name: getattr(Clinic(), one.name) for one in fields(Clinic)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _rows() -> list[tuple[str, str]]:
    asked = select(ClinicSetting.key, ClinicSetting.value).where(ClinicSetting.key != CONTENT)
    return [(key, value) for key, value in db.session.execute(asked)]


def _basis(stored: str | None) -> str:
    return "default" if stored is None else hashlib.sha256(stored.encode()).hexdigest()[:20]


@lru_cache(maxsize=64)
def _stored(key: str, text: str) -> tuple[Any, ...]:
    """Return the stored value as a tuple of one; an empty tuple if it cannot be used, which is logged once."""
    if key not in KINDS:
        logger.warning("a clinic's setting has a name that this version does not know: %.40r", key)
        return ()
    try:
        return (KINDS[key].check(KINDS[key].read(json.loads(text))),)
    except (ValueError, TypeError, AttributeError, KeyError, InvalidOperation, RecursionError):
        logger.warning("the clinic's setting %s cannot be read; its default counts", key)
        return ()
