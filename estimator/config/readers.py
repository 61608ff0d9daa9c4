"""How the text of a setting becomes its value; what cannot be used is a ValueError with advice."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from estimator.i18n import reader
from estimator.messages import gettext as _

_LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(_("write a whole number from %(least)s to %(most)s", least=least, most=most))
        return int(text)

    return read


def flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(_("write 1 for yes or 0 for no"))
    return text == "1"


def languages(text: str) -> tuple[str, ...]:
    tags = tuple(tag.strip() for tag in text.split(",") if tag.strip())
    if not tags:
        raise ValueError(_("name at least one language, for example en"))
    for tag in tags:
        try:
            reader(tag)
        except ValueError:
            raise ValueError(
                _("there is no language %(tag)s; write tags such as en or pt-BR", tag=tag)
            ) from None
    return tags


def is_host_name(name: str) -> bool:
    """Whether a name, in small letters, can be that of a host: one that cannot is refused wherever it is sent."""
    return len(name) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in name.split("."))


def address(text: str) -> str:
    advice = _("write scheme and host without a path, such as https://estimate.example.org")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or text.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(advice)
    if not parts.hostname or "@" in parts.netloc or not text.isascii() or not text.isprintable():
        raise ValueError(advice)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(advice) from None
    if parts.netloc.endswith(":") or port == 0:
        raise ValueError(advice)
    if "[" not in parts.netloc and not is_host_name(parts.hostname.removesuffix(".")):
        raise ValueError(advice)
    return text.rstrip("/")


def web_page(text: str) -> str:
    """Return the address of a page that anybody can open, as it was written; raises ValueError."""
    parts = urlsplit(text)
    if (
        parts.scheme != "https"
        or not parts.hostname
        or not text.isascii()
        or not text.isprintable()
        or " " in text
    ):
        raise ValueError(_("write the whole address of a page, such as https://clinic.example.org/privacy"))
    return text


def mail_address(text: str) -> str:
    """Return an address, or a name with an address in angle brackets, as in a mail's From; raises ValueError."""
    name, address = parseaddr(text)
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        found = None
    if found is None or not text.isprintable() or text.count("@") > 1 or text.count("<") != text.count(">"):
        raise ValueError(
            _("write an address, such as estimates@example.org or Hospital <estimates@example.org>")
        )
    return formataddr((name, found.ascii_email or address)) if name else found.ascii_email or address


def sign_in(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError(_("write letters, digits and signs of ASCII; mail servers take no others here"))
    return text


def security(text: str) -> str:
    if text not in ("starttls", "tls", "unencrypted"):
        raise ValueError(_("write starttls, tls or unencrypted"))
    return text


def log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError(_("write text or json"))
    return text


def token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text or len(text) < 32:
        raise ValueError(
            _("write at least 32 letters and digits, for example those of: openssl rand -hex 32")
        )
    return text


class _NotOneServer(ValueError):
    """An address names several servers where there is room for one, or a port that is none."""


def _is_one_server(rest: str) -> bool:
    """Whether what follows the scheme of an address names one server at most, with a port in digits if with any."""
    after = re.sub("^[^:/]*(:[^@]*)?@", "", rest, count=1)
    place = re.split("[/?]", after)[0]
    return re.fullmatch(r"(\[[^][]*\]|[^][:,]*)(:[0-9]*)?", place) is not None


def queue(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("redis", "rediss"):
        if not _is_one_server(rest):
            raise ValueError(_("name one server, with its port in digits: redis://HOST:6379/0"))
        return text
    try:
        return database(text)
    except _NotOneServer:
        raise
    except ValueError:
        raise ValueError(
            _("write sqlite:///PATH, postgresql://USER@HOST/DATABASE or redis://HOST:6379/0")
        ) from None


def host(text: str) -> str:
    found = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
    with_port = found.count(":") == 1  # an IPv6 address has more of them
    if (
        not text.isascii()
        or not text.isprintable()
        or with_port
        or any(letter in found for letter in " /@?#[]")
    ):
        raise ValueError(_("write a host name or an IP address, without a port"))
    return found


def database(text: str) -> str:
    advice = _("write sqlite:///PATH or postgresql://USER@HOST/DATABASE")
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise ValueError(advice)
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        if not _is_one_server(rest):
            raise _NotOneServer(
                _(
                    "write the port in digits, and several servers at the end: "
                    "postgresql://USER@/DATABASE?host=ONE,OTHER&port=5432,5432"
                )
            )
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and rest[1:] not in ("", ":memory:"):
        return text
    raise ValueError(advice)
