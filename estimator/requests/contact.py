"""A contact that is corrected at the desk: names, address, telephone, country and language of whoever asked.

What was issued keeps what it says. Codes go to the new address from then on, and nothing more to the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from estimator import audit
from estimator.act import Act
from estimator.db import db
from estimator.mail import outbox
from estimator.models import PatientRequest
from estimator.requests import mailed_codes, person_index
from estimator.requests.events import ChangedMeanwhile, add_event, lock
from estimator.requests.person import Person, email_lookup, person_of, sealed

CORRECTED = "contact"
"""The kind of event for a contact that was corrected; its detail names the fields, never what stands in them."""

STOPPED = "The address of the request was corrected before it was sent."


@dataclass(frozen=True)
class Contact:
    """How somebody is called and reached; `patient_name` only where somebody else asks for the patient."""

    full_name: str
    patient_name: str | None
    email: str | None
    phone: str | None
    country: str
    language: str

    @property
    def of_request(self) -> dict[str, str]:
        """What stands in the request itself, beside what is sealed for the person."""
        return {"country": self.country, "language": self.language}


def contact_of(request: PatientRequest, person: Person) -> Contact:
    """Return the contact of a request as it is kept."""
    return Contact(
        person.full_name, person.patient_name, person.email, person.phone, request.country, request.language
    )


def correct(act: Act, request: PatientRequest, contact: Contact, *, changes: int) -> tuple[str, ...]:
    """Keep another contact; return the names of the fields that are other than before, in the order of `Contact`.

    `changes` is that of the request as the caller saw it. Raises ChangedMeanwhile, Erased, and keys.Unreadable.
    """
    lock(request)
    if request.changes != changes:
        raise ChangedMeanwhile
    before = person_of(request, act.settings.data_keys)
    assert before is not None, "an erased request cannot be locked"
    was = contact_of(request, before)
    changed = tuple(
        one.name for one in fields(Contact) if getattr(was, one.name) != getattr(contact, one.name)
    )
    if not changed:
        return ()
    person = replace(
        before, **{name: getattr(contact, name) for name in changed if name not in was.of_request}
    )
    columns = {**sealed(person, request.name, act.settings.data_keys), **contact.of_request}
    for name in changed:
        setattr(request, name, columns[name])
    if "email" in changed:
        request.email_lookup = email_lookup(person.email, act.settings.lookup_key)
        mailed_codes.end(request)
        if before.email is not None:
            outbox.stop(act, request.reference, before.email, words=STOPPED)
    person_index.keep(request, person, act.settings.lookup_key)
    add_event(act, request, CORRECTED, fields=list(changed))
    audit.add(act, "request.contact", subject=request.reference, fields=list(changed))
    db.session.flush()
    return changed
