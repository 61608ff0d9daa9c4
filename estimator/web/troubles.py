"""What the desk must know because patients feel it: mail that does not go out, documents that are not made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.i18n import lazy_gettext
from estimator.operations import situation
from estimator.operations.situation import Trouble
from estimator.web import request_context

SENTENCES: Mapping[Trouble, Any] = {
    "no worker": lazy_gettext(
        "No email is sent and no document of a quote is made at the moment: the program that does both is not "
        "running. Tell the person who runs this installation."
    ),
    "mail held": lazy_gettext(
        "All email is held back at the moment, because this installation was restored from a copy. Tell the person "
        "who runs it when it may go out."
    ),
    "mail late": lazy_gettext(
        "Email has been waiting for more than half an hour. The outbox says why; patients may not have their codes "
        "and quotes."
    ),
    "documents late": lazy_gettext(
        "Documents of issued quotes have not been made for more than ten minutes, and their email waits for them. "
        "Tell the person who runs this installation."
    ),
}


def sentences() -> list[str]:
    """Return a sentence for each trouble that patients feel at this moment."""
    return [str(SENTENCES[trouble]) for trouble in situation.felt_by_patients(request_context.act())]
