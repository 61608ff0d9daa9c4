"""Addresses as people type them: checked, never corrected; a slip of the fingers is only pointed out."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from email_validator import EmailNotValidError, validate_email

from estimator.normal_form import normal_form

LONGEST = 254
LONGEST_LOCAL_PART = 64
"""Maximum length in bytes that mail servers accept: of an address, and of its part before the @ (RFC 5321)."""

COMMON = (
    "126.com 163.com aol.com bk.ru bluewin.ch btinternet.com comcast.net duck.com fastmail.com foxmail.com "
    "free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com hotmail.de "
    "hotmail.es hotmail.fr hotmail.it icloud.com inbox.ru laposte.net libero.it list.ru live.com live.nl mac.com "
    "mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.fr posteo.de proton.me "
    "protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com seznam.cz t-online.de telia.com ukr.net "
    "virgilio.it wanadoo.fr web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de "
    "yahoo.es yahoo.fr yahoo.in yahoo.it yandex.com yandex.kz yandex.ru ya.ru ymail.com zoho.com"
).split()
"""The most frequent mail domains; a domain that differs by a letter from one of them is perhaps a slip."""

ALIKE = 0.85

PROVIDERS: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...] = (
    (("gmail.com", "googlemail.com"), {".": ""}),
    (("icloud.com", "mac.com", "me.com"), {}),
    (("proton.me", "pm.me", "protonmail.com"), {".": "", "-": "", "_": ""}),
    (("yandex.ru", "ya.ru", "yandex.by", "yandex.com", "yandex.kz"), {".": "-"}),
)
"""Domains of one provider that lead to the same mailboxes, and how it reads the marks of a name."""


ENCODED = "=?"
"""How an encoded word of a header begins, out of which another address is read, or an end of line."""


def checked(typed: str) -> str | None:
    """Return an address as mail servers want it, its domain in ASCII; None if it is no address."""
    address = typed.strip()
    if ENCODED in address:
        return None
    if len(address) > LONGEST or "\N{REPLACEMENT CHARACTER}" in address:  # a letter was lost
        return None
    try:
        found = validate_email(address, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return None
    if len(found.local_part.encode()) > LONGEST_LOCAL_PART:
        return None
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def spelling(typed: str) -> str:
    """Return the one spelling under which an address is stored and looked up, however it was typed.

    Full-width letters, other full stops and capitals lead to one mailbox, so they are one address here as well.
    """
    return (checked(typed) or typed.strip()).lower()


def counted(typed: str) -> str:
    """Return what an address is counted as: at least as coarse as `spelling`, so that none escapes a limit.

    It has no +tag, since all tags of an address reach one mailbox; what large providers take for one name is one.
    """
    local, at, domain = normal_form("NFKC", spelling(typed)).casefold().rpartition("@")
    name = local.partition("+")[0] or local
    for domains, read in PROVIDERS:
        if domain in domains:
            domain = domains[0]
            name = "".join(read.get(letter, letter) for letter in name) or name
    return f"{name}{at}{domain}"


def suggestion(address: str) -> str | None:
    """Return the address that somebody perhaps meant, None if there is nothing to ask about."""
    local, _at, domain = address.rpartition("@")
    domain = domain.lower()
    if domain in COMMON:
        return None
    near = get_close_matches(domain, COMMON, n=1, cutoff=ALIKE)
    return f"{local}@{near[0]}" if near else None


def masked(address: str, *, domain: bool = False) -> str:
    """Return as much of an address as its owner needs to know it again: "a…@gmail.com", "a…@q….org".

    A domain that few people have can be a name. It is shown only where `domain` says so, if many people have it, or if
    it is perhaps a slip for one of those, which its owner must be able to see.
    """
    local, _at, host = address.rpartition("@")
    host = host.lower()
    if not domain and host not in COMMON and suggestion(address) is None:
        first, _dot, last = _readable(host).rpartition(".")
        host = f"{first[:1]}….{last}"
    return f"{local[:1]}…@{host}"


def _readable(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
