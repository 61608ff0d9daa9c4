"""The fields of our forms, and how they read what was typed or chosen.

A field keeps what was typed, as it was typed, and shows it again whatever becomes of it; `data` is what was meant.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from flask import request
from markupsafe import Markup
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import Choice, SelectChoice  # type: ignore[attr-defined]
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, StopValidation
from wtforms.widgets import FileInput, html_params

from estimator import figures, telephone
from estimator.i18n import folded_digits
from estimator.mail import addresses
from estimator.web import typed_text

LONGEST_NAME = 64
"""Maximum length of a form's random name, or of a hash, that a page carries."""

LONGEST_NUMBER = 40
"""Maximum length of a typed number, signs and spaces included."""

_MARKS_OF_A_CHAT = re.compile("[\u200e\u200f]")


def lines(text: str) -> str:
    """Return a text whose lines end as ours do."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """Return a text in one line, with one space where there was more."""
    return " ".join(text.split())


# What is typed


class TextField(StringField):
    """A line of text; `data` has no space around it. A page shows at most `most_shown` characters of it again."""

    attributes: ClassVar[Mapping[str, Any]] = {"autocomplete": "off", "spellcheck": "false"}
    data: str

    def __init__(self, *arguments: Any, most_shown: int | None = None, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.most_shown = most_shown

    def process_data(self, value: Any) -> None:
        """Take the initial value of the field."""
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed, as it is meant; what a page did not ask for stays as it was."""
        if valuelist:
            self.data = self.meant(valuelist[0])

    def meant(self, typed: str) -> str:
        """Return what somebody means who types this."""
        return typed_text.trimmed(typed_text.without_directions(typed))

    def fill(self, text: str) -> None:
        """Replace the text in the field, instead of what was typed."""
        self.data, self.raw_data = text, None

    @property
    def shown(self) -> str:
        """The text in the field when a page shows it: what was typed, unchanged."""
        return self._value()

    @property
    def is_cut(self) -> bool:
        """Whether more was typed than is shown again."""
        return self.most_shown is not None and len(self._whole()) > self.most_shown

    def _whole(self) -> str:
        return lines(self.raw_data[0]) if self.raw_data else self.data

    def _value(self) -> str:
        return self._whole()[: self.most_shown]

    @property
    def needed(self) -> bool:
        """Whether something has to be written."""
        return any(isinstance(check, DataRequired) for check in self.validators)


class LineField(TextField):
    """A line of text in which several spaces are one."""

    def meant(self, typed: str) -> str:
        """Return it in one line."""
        return one_line(typed_text.cleaned(typed))


class SignatureField(TextField):
    """A name that is typed as a signature: it keeps the spaces between its words."""

    def meant(self, typed: str) -> str:
        """Return it as it was typed, without what a keyboard adds."""
        return typed_text.cleaned(typed)


class _Area:
    """A text of several lines; its first empty line is kept, which a browser would drop."""

    field_flags: ClassVar[Mapping[str, Any]] = {}

    def __call__(self, field: TextField, **attributes: Any) -> Markup:
        shown = html_params(id=field.id, name=field.name, **attributes)
        return Markup("<textarea {}>\n{}</textarea>").format(Markup(shown), field._value())  # noqa: S704


class AreaField(TextField):
    """A text of several lines."""

    widget = _Area()
    attributes: ClassVar[Mapping[str, Any]] = {"dir": "auto"}

    def meant(self, typed: str) -> str:
        """Return it with lines that end as ours do."""
        return typed_text.trimmed(typed_text.without_directions(lines(typed)))


class WordsField(AreaField):
    """Somebody's own words, without what a keyboard adds to them."""

    def meant(self, typed: str) -> str:
        """Return the words."""
        return typed_text.cleaned(lines(typed))


class PastedField(WordsField):
    """A message as it is copied from a chat, without the marks that a chat puts around numbers."""

    def meant(self, typed: str) -> str:
        """Return the words."""
        return super().meant(typed_text.without_directions(_MARKS_OF_A_CHAT.sub("", lines(typed))))


class WholeTextField(AreaField):
    """A text that is a document: it is kept with the space around it."""

    attributes: ClassVar[Mapping[str, Any]] = {"class": "code", "dir": "ltr", "spellcheck": "false"}

    def meant(self, typed: str) -> str:
        """Return all of it."""
        return lines(typed)


class CompactField(TextField):
    """A number, a code or an address: there is nothing unseen in it, and its letters are of the usual width."""

    def meant(self, typed: str) -> str:
        """Return it."""
        return typed_text.compact(typed)


class AddressField(CompactField):
    """A mail address as somebody types it; `address` is its form for mail servers, None if it is invalid."""

    attributes: ClassVar[Mapping[str, Any]] = {
        "autocapitalize": "none",
        "autocomplete": "email",
        "dir": "ltr",
        "inputmode": "email",
        "spellcheck": "false",
    }

    def meant(self, typed: str) -> str:
        """Return the address without the capital letter with which a phone begins a sentence."""
        return typed_text.mail_address(typed)

    @property
    def address(self) -> str | None:
        """The address."""
        return addresses.checked(self.data)

    def perhaps(self, confirmed: Field) -> str | None:
        """Return the address that is perhaps meant, unless this one was asked about and confirmed already."""
        address = self.address
        if address is None or (confirmed.data or "").strip() == self.data:
            return None
        return addresses.suggestion(address)


class PhoneField(CompactField):
    """A telephone number, without what phones put around it, in digits that everybody reads."""

    attributes: ClassVar[Mapping[str, Any]] = {
        "autocapitalize": "none",
        "autocomplete": "tel",
        "dir": "ltr",
        "inputmode": "tel",
        "spellcheck": "false",
    }

    #: for a hint
    example = telephone.EXAMPLE

    def meant(self, typed: str) -> str:
        """Return the number."""
        return one_line(folded_digits(typed_text.compact(typed)))


class CodeField(CompactField):
    """A code of a mail or of an app; a page shows no more of it again than a code has."""

    attributes: ClassVar[Mapping[str, Any]] = {
        "autocomplete": "one-time-code",
        "dir": "ltr",
        "inputmode": "numeric",
        "spellcheck": "false",
    }

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **{"most_shown": 40, **values})


class NumberField(CompactField):
    """A number as staff type it; `number` is it as a Decimal, None if it cannot be read or can be read in two ways."""

    attributes: ClassVar[Mapping[str, Any]] = {
        "autocapitalize": "none",
        "autocomplete": "off",
        "inputmode": "numeric",
        "spellcheck": "false",
    }

    def __init__(self, *arguments: Any, longest: int = 40, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.longest = longest

    @property
    def number(self) -> Decimal | None:
        """The number."""
        found = figures.only(self.data, percent=True) if len(self.data) <= LONGEST_NUMBER else None
        return None if found is None or len(format(found, "f")) > self.longest else found


# What is chosen


@dataclass(frozen=True)
class Option:
    """One button or box of a field that has several; the first has the field's own id, to which a summary leads."""

    id: str
    value: str
    label: str
    chosen: bool


class _Options:
    """A field that is drawn as several buttons or boxes."""

    @property
    def options(self: Any) -> list[Option]:
        """The buttons or boxes."""
        return [
            Option(
                self.id if number == 0 else f"{self.name}-{choice.value}",
                choice.value,
                choice.label,
                choice.selected,
            )
            for number, choice in enumerate(self.iter_choices())
        ]


Choices = Iterable[tuple[str, str] | tuple[str, str, Mapping[str, str]] | SelectChoice]


class ChoiceField(SelectField):
    """One of several words; what is not among them is refused, and shown again all the same.

    `refusal` is said of a word that is not offered, and of none, unless `optional`. `empty` is what the list shows
    while nothing is chosen.
    """

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        *,
        refusal: str,
        choices: Choices | Callable[[], Choices] = (),
        empty: str | None = None,
        optional: bool = False,
        **values: Any,
    ) -> None:
        super().__init__(label, validators, validate_choice=False, **values)
        self.refusal, self.empty, self.optional = refusal, empty, optional
        #: what words are called that are not offered and may stand there all the same
        self.also: Mapping[str, str] = {}
        self.choices: Any = choices

    @property
    def needed(self) -> bool:
        """Whether something has to be chosen."""
        return not self.optional

    @property
    def offered(self) -> list[SelectChoice]:
        """What can be chosen."""
        return [SelectChoice.from_input(choice) for choice in self.choices or ()]

    def iter_choices(self) -> Any:
        """Return what the list shows: the empty word, what is offered, and what was sent without being offered."""
        shown = self.offered
        if self.empty is not None:
            shown.insert(0, SelectChoice("", self.empty))
        if self.data and self.data not in [choice.value for choice in shown]:
            shown.append(SelectChoice(self.data, self.also.get(self.data, self.data)))
        return [
            Choice(str(choice.value), choice.label, str(choice.value) == (self.data or ""), choice.render_kw)
            for choice in shown
        ]

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is not offered."""
        if not self.data and self.optional:
            return
        if self.data not in [str(choice.value) for choice in self.offered]:
            raise StopValidation(str(self.refusal))


class RadiosField(_Options, ChoiceField):
    """One of several words, each with a button; what is not offered has no button, so that none is pressed."""

    def iter_choices(self) -> Any:
        """Return what has a button."""
        return [
            Choice(str(choice.value), choice.label, str(choice.value) == self.data, choice.render_kw)
            for choice in self.offered
        ]


class TicksField(_Options, SelectMultipleField):
    """Several words, each with a box; `data` are those that are ticked and offered, in their order."""

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        choices: Choices | Callable[[], Choices] = (),
        **values: Any,
    ) -> None:
        super().__init__(label, validators, validate_choice=False, **values)
        self.choices: Any = choices

    def iter_choices(self) -> Any:
        """Return what has a box."""
        offered = [SelectChoice.from_input(choice) for choice in self.choices or ()]
        return [
            Choice(str(choice.value), choice.label, str(choice.value) in (self.data or ()), choice.render_kw)
            for choice in offered
        ]

    @property
    def ticked(self) -> list[str]:
        """What is ticked of what is offered."""
        return [choice.value for choice in self.iter_choices() if choice.selected]

    def pre_validate(self, form: BaseForm) -> None:
        """Pass over what is not offered: there is no box that could be unticked."""


class TickField(BooleanField):
    """A box that sends "yes"."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take only that."""
        self.data = list(valuelist[:1]) == ["yes"]

    def _value(self) -> str:
        return "yes"


# What a page carries, and files


class CarriedField(HiddenField):
    """A hidden value that a page carries to the next one; one longer than `most` is not ours, and becomes empty."""

    def __init__(self, *arguments: Any, most: int = LONGEST_NAME, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.most = most

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was carried."""
        if valuelist:
            self.data = valuelist[0] if len(valuelist[0]) <= self.most else ""

    def _value(self) -> str:
        return self.data or ""


class SubmissionField(CarriedField):
    """The name of a form, random for each that is handed out, so that the same form sent twice is one record."""

    def name_or_new(self) -> str:
        """Return the name that was sent, or a new one."""
        return self.data or secrets.token_urlsafe(16)

    def _value(self) -> str:
        return self.name_or_new()


class FileField(Field):
    """A file; `content` is read once, and no further than one byte more than may be sent."""

    widget = FileInput()

    def __init__(self, *arguments: Any, most: int, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.most = most

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the file of this request."""
        self.process_errors = []
        self.data = b""
        if formdata is not None:
            file = request.files.get(self.name)
            self.data = b"" if file is None else file.stream.read(self.most + 1)


def typed_names(forms: Iterable[type[BaseForm]]) -> dict[str, bool]:
    """Return the name of each field of some forms, and whether one of them lets it be typed: not carried or chosen."""
    found: dict[str, bool] = {}
    for form in forms:
        for name in dir(form):
            kind = getattr(getattr(form, name), "field_class", None)  # of a field that is in no form yet
            if isinstance(kind, type):
                found[name] = found.get(name, False) or issubclass(kind, TextField)
    return found
