"""What an installation knows about itself: which keys are its own, which workers live, what was done and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, UTCDateTime


class KeyFingerprint(Base):
    """The fingerprint of a key that this database belongs to; the key cannot be worked out from it."""

    __tablename__ = "key_fingerprint"

    #: secret_key, link_key, lookup_key or data_keys, as their files are called
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: the id of a data key; empty for the others
    key_id: Mapped[str] = mapped_column(String(8), primary_key=True, default="")
    #: HMAC-SHA256 under the key, in hexadecimal
    fingerprint: Mapped[str] = mapped_column(String(64))
    #: a data key that has sealed: every machine needs it to read
    seals: Mapped[bool] = mapped_column(default=False)


class WorkerHeartbeat(Base):
    """A worker process that runs, and how it found its surroundings when it last said so."""

    __tablename__ = "worker_heartbeat"

    #: 32 random hexadecimal digits, new for each process
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: the machine's own name
    host: Mapped[str] = mapped_column(String(80))
    #: when it last said that it lives, by the database's clock where that has one of its own
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: how many seconds its clock is ahead of the database's
    clock_ahead: Mapped[float] = mapped_column(Float, default=0)
    #: length of the queue; None if it could not be reached
    queue_length: Mapped[int | None]


class InstallationState(Base):
    """One fact about the installation: that mail is held, or when the work of the night was last done."""

    __tablename__ = "installation_state"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: JSON
    value: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
