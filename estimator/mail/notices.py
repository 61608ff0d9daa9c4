"""Notices to the desk: mail in the clinic's own language to the address for replies, without a personal word."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr

from estimator.act import Act
from estimator.mail import outbox


def put(
    act: Act,
    template: str,
    *,
    about: str,
    submission: str,
    options: Mapping[str, str | bool] | None = None,
) -> None:
    """Put a notice to the desk into the outbox; how many there may be is for the caller to limit."""
    outbox.put(
        act,
        outbox.Message(
            template,
            about=about,
            address=parseaddr(act.settings.mail_reply_to or act.settings.mail_from)[1],
            language=act.settings.languages[0],
            options=options or {},
            submission=submission,
            # Other mail of the day must not keep the desk from hearing of something.
            limits=outbox.UNLIMITED,
        ),
    )
