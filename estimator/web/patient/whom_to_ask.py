"""How to reach a clinic where a page cannot help, with what its price list names: mail, telephone, both, or neither."""

from __future__ import annotations

from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from pricing.table import Provider


def otherwise(*providers: Provider) -> str:
    """Say whom to write to or call instead; empty if no list names a way."""
    email, phone = _ways(*providers)
    return _for(
        email,
        phone,
        _("Or write to %(email)s, or call %(phone)s.", email=email, phone=phone),
        _("Or write to %(email)s.", email=email),
        _("Or call %(phone)s.", phone=phone),
    )


def about_a_contract(provider: Provider) -> str:
    """Say whom to ask for a contract that no link opens any more; empty if the list names no way."""
    email, phone = _ways(provider)
    return _for(
        email,
        phone,
        _("If it is yours, write to %(email)s or call %(phone)s.", email=email, phone=phone),
        _("If it is yours, write to %(email)s.", email=email),
        _("If it is yours, call %(phone)s.", phone=phone),
    )


def for_a_new_link(provider: Provider) -> str:
    """Say whom to ask for a new link, with which codes are counted anew; empty if the list names no way."""
    email, phone = _ways(provider)
    return _for(
        email,
        phone,
        _(
            "You can also ask us for a new link: write to %(email)s or call %(phone)s.",
            email=email,
            phone=phone,
        ),
        _("You can also ask us for a new link: write to %(email)s.", email=email),
        _("You can also ask us for a new link: call %(phone)s.", phone=phone),
    )


def _ways(*providers: Provider) -> tuple[str, str]:
    """Return the addresses and the telephone numbers of providers, each once; empty where there is none."""
    return (
        listed_apart(dict.fromkeys(provider.email for provider in providers if provider.email)),
        listed_apart(dict.fromkeys(provider.phone for provider in providers if provider.phone)),
    )


def _for(email: str, phone: str, both: str, by_mail: str, by_telephone: str) -> str:
    if email and phone:
        return both
    return by_mail if email else by_telephone if phone else ""
