"""Who asks: sealed columns of a request as one value, and what their mail address is looked up by."""

from __future__ import annotations

from dataclasses import dataclass, fields

from estimator import keys
from estimator.models import PatientRequest

TABLE = PatientRequest.__tablename__


@dataclass(frozen=True)
class Person:
    """Who asks, and what they wrote; each field is a sealed column of the same name.

    `patient_name` is there where somebody else asks. What is None was left open: codes of `wording.injury` about the
    patient, and when whoever asks can be reached.
    """

    full_name: str
    email: str | None
    phone: str | None
    message: str
    patient_name: str | None = None
    injury_level: str | None = None
    injury_completeness: str | None = None
    injury_month: str | None = None
    age_group: str | None = None
    answer_hours: str | None = None

    @property
    def patient(self) -> str:
        """The name of the patient, to whom a quote is made out."""
        return self.patient_name or self.full_name

    @property
    def asked_by(self) -> str | None:
        """The name of whoever asks for somebody else; None if the patient asks."""
        return self.full_name if self.patient_name else None


def person_of(request: PatientRequest, keyring: keys.Keyring) -> Person | None:
    """Return who asks, None once the person is erased. Raises keys.Unreadable."""
    full_name = _opened(request, "full_name", keyring)
    if full_name is None:
        return None
    rest = {
        column.name: _opened(request, column.name, keyring)
        for column in fields(Person)
        if column.name not in ("full_name", "message")
    }
    return Person(full_name=full_name, message=_opened(request, "message", keyring) or "", **rest)


def readable_person(request: PatientRequest, keyring: keys.Keyring) -> Person | None:
    """Return who asks, None once the person is erased or if its key is missing."""
    try:
        return person_of(request, keyring)
    except keys.Unreadable:
        return None


def email_lookup(address: str | None, lookup_key: str) -> str | None:
    """Return what is stored of an address so that the requests from it are found."""
    return None if address is None else keys.lookup(lookup_key, "address", address.casefold())


def sealed(person: Person, name: str, keyring: keys.Keyring) -> dict[str, bytes | None]:
    """Return the columns of a person, sealed for the row with this name."""
    return {
        column: None if text is None else keyring.seal(text, TABLE, column, name)
        for column, text in vars(person).items()
    }


def _opened(request: PatientRequest, column: str, keyring: keys.Keyring) -> str | None:
    sealed: bytes | None = getattr(request, column)
    return None if sealed is None else keyring.open(sealed, TABLE, column, request.name)
