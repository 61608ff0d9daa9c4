"""The settings of one running app."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from estimator import keys


class WrongSetting(Exception):
    """A setting that the app cannot start with; the message says which, and what to write."""


@dataclass(frozen=True)
class MailServer:
    """The server that mail is handed to; `security` is "starttls", "tls" or "unencrypted"."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """The settings of one running app; the names in capitals are those of the environment."""

    instance: Path
    database_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    link_key: str = field(repr=False)
    lookup_key: str = field(repr=False)
    data_keys: keys.Keyring = field(compare=False)
    mail_server: MailServer | None
    mail_from: str
    mail_reply_to: str | None
    mail_give_up_hours: int
    mails_per_address: int
    mails_per_estimate: int
    mails_per_network: int
    mails_per_hour: int
    estimates_per_network: int
    pdfs_per_network: int
    pdfs_ahead: int
    addresses_kept_days: int
    lease_seconds: int
    public_url: str
    privacy_notice: str | None
    demo: bool
    languages: tuple[str, ...]
    kept_days: int
    documents_kept_days: int
    second_approver: bool
    host: str
    port: int
    workers: int
    proxies: int
    log_format: str
    metrics_token: str | None = field(repr=False)

    @property
    def https(self) -> bool:
        """Whether readers reach the app through HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def host_name(self) -> str:
        """The name that this installation gives to a mail server (HELO)."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def mail_folder(self) -> Path:
        """The folder for mail where no mail server is set."""
        return self.instance / "mail"

    @property
    def sends_mail(self) -> bool:
        """Whether a mail reaches somebody: a server takes it, or the pages of the demonstration show it."""
        return self.mail_server is not None or self.demo
