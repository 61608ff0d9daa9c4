"""What staff write to patients names no way to pay but the account in force, which two people decide upon."""

from __future__ import annotations

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from estimator.clinic import accounts, numbers_in_words
from estimator.i18n import gettext as _
from estimator.web.forms import Unnamed


class NotPaidElsewhere:
    """Refuses the number of a payment card, and any IBAN but that of the account in force."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        named = accounts.paid_elsewhere(field.data or "")
        if named is not None:
            raise StopValidation(Unnamed(refusal(named)))


def refusal(named: numbers_in_words.Named) -> str:
    """Say what stands in words for patients that never may, and what to do."""
    if named == "card":
        return _(
            "The number of a payment card stands here. Take it out: patients never read one from the clinic."
        )
    return _(
        "The IBAN that stands here is not the account in force. Take it out: the quote names the account by itself. "
        "Another one is proposed in the settings, and a second person confirms it."
    )
