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
        words = field.data or ""
        if not any(sign.isdecimal() for sign in words):
            return
        match numbers_in_words.other_than(accounts.account_of(accounts.in_force()), words):
            case "card":
                sentence = _(
                    "The number of a payment card stands here. Take it out: patients never read one from the clinic."
                )
            case "iban":
                sentence = _(
                    "The IBAN that stands here is not the account in force. Take it out: the quote names the account "
                    "by itself. Another one is proposed in the settings, and a second person confirms it."
                )
            case _:
                return
        raise StopValidation(Unnamed(sentence))
