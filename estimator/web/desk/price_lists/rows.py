"""Fields of an entry that are filled in as rows of choices: conditions, tiers, factors, names, what is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estimator.i18n import gettext as _
from estimator.price_lists import editing
from estimator.price_lists.editing import parts
from estimator.web.desk.price_lists.cells import Cell, Option, drawn_options
from estimator.web.desk.price_lists.labels import label_of, numbers_of
from estimator.web.language import current_reader

MOST_NAMES = 1_000
"""Maximum number of names in a drop-down; where there are more, the code is typed."""

EMPTY, MORE = 1, 3
"""The number of empty rows below the others, and how many there are when somebody has asked for more."""


class RowsField:
    """A field whose value is written as rows; it is no field of WTForms, but a page treats it as one."""

    type = "RowsField"
    widget = None
    is_rows = True

    def __init__(self, key: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        self.key, self.name, self.id = key, f"f.{key}", f"f.{key}"
        self.columns, self.rows = columns, rows
        self.errors: Sequence[str] = ()
        self.warnings: Sequence[str] = ()
        self.label = self.place = ""
        self.description: Any = ""
        self.heading: Any = ""
        self.is_needed = False
        #: whether what its columns are called stands above them, because it cannot be seen from what stands in them
        self.has_heads = False


def help_of(kind: str) -> str:
    """Say how the rows of a kind are filled in."""
    return {
        "condition": _(
            "All must hold. Of several answers to one question, and of several months, one is enough. A number or a "
            "day stands beside “at least”, “from” and the like."
        ),
        "tiers": _(
            "In the last row “up to” stays empty: everything above. A price is one number, or low, likely and high "
            "such as 280 | 310 | 360."
        ),
        "factors": _("A number that is asked. Several are multiplied, at most 20. None: once."),
        "names": _("Charges, packages or groups."),
        "covers": _("A charge, and how many units of it. Empty: all of them."),
    }[kind]


def mending(kind: str) -> str:
    """Say what to do about rows that cannot be read."""
    return {
        "condition": _(
            "Beside “at least” and the like stands a number such as 3, or a day such as 2027-06-01."
        ),
        "tiers": _(
            "Each row has a price such as 310, and all but the last one up to how many units, such as 7."
        ),
    }.get(kind, _("Choose one of the names."))


def rows_field(one: editing.Input, data: editing.Data, asked_for: str) -> RowsField | None:
    """Return a field as rows; None if it has none, its text cannot be taken apart, or there is too much to choose from.

    `asked_for` is the key of the field of which somebody has asked for more rows.
    """
    kind = one.field.kind
    if not parts.has_rows(one.field):
        return None
    drivers = {code: str(part.get("kind")) for code, part in _drivers(data).items()}
    found = parts.rows_of(kind, one.text, drivers)
    offered = _offered(kind, data)
    if found is None or any(len(options) > MOST_NAMES for options in offered.values()):
        return None
    columns = [name for name in parts.COLUMNS[kind] if (one.field.key, name) != ("stairstep", "flat")]
    empty = MORE if asked_for == one.field.key else EMPTY
    rows = [
        [
            Cell(
                f"f.{one.name}.{at}.{column}",
                row.get(column, ""),
                (),
                drawn_options([("", "–"), *offered[column]], row.get(column, ""))
                if column in offered
                else None,
            )
            for column in columns
        ]
        for at, row in enumerate([*found, *({} for _row in range(empty))])
    ]
    field = RowsField(one.field.key, [_heading(kind, column) for column in columns], rows)
    field.has_heads = kind in ("tiers", "covers")
    return field


def _heading(kind: str, column: str) -> str:
    return {
        "test": _("Condition"),
        "value": _("Number or day"),
        "up_to": _("Up to"),
        "price": _("Price"),
        "flat": _("Fixed amount on top"),
        "units": _("Units"),
        "code": {"factors": _("Number"), "covers": _("Charge")}.get(kind, _("Of what")),
    }[column]


def _drivers(data: editing.Data) -> dict[str, Mapping[str, Any]]:
    return {code: part for code, part in editing.entries(data, ("driver",)).items() if isinstance(part, dict)}


def _offered(kind: str, data: editing.Data) -> dict[str, list[Option]]:
    """What can be chosen in each column in which something is chosen."""
    if kind == "condition":
        return {"test": _tests(data)}
    if kind == "factors":
        return {"code": list(numbers_of(data).items())}
    if kind == "tiers":
        return {}
    sections = ("charge",) if kind == "covers" else ("group", "charge", "package")
    found = []
    for section in sections:
        called = {"group": _("Group: %(label)s"), "package": _("Package: %(label)s")}.get(
            section, "%(label)s"
        )
        for code in editing.entries(data, (section,)):
            found.append((code, called.replace("%(label)s", label_of(data, (section, code)))))
    return {"code": found}


def _tests(data: editing.Data) -> list[Option]:
    """Every test that an answer can be put to, in words."""
    found: list[Option] = []
    for code, part in _drivers(data).items():
        question = label_of(data, ("driver", code))[:48]
        match part.get("kind"):
            case "choice":
                for own in editing.entries(data, ("driver", code, "choice")):
                    answer = label_of(data, ("driver", code, "choice", own))
                    found.append((f"{code} = {own}", f"{question}: {answer}"))
            case "yes_no":
                found += [
                    (f"{code} = yes", _("%(question)s: yes", question=question)),
                    (f"{code} = no", _("%(question)s: no", question=question)),
                ]
            case "number":
                found += [
                    (f"{code} >=", _("%(question)s: at least", question=question)),
                    (f"{code} <=", _("%(question)s: at most", question=question)),
                    (f"{code} =", _("%(question)s: exactly", question=question)),
                ]
            case "date":
                found += [
                    (f"{code} from", _("%(question)s: from", question=question)),
                    (f"{code} until", _("%(question)s: until", question=question)),
                ]
                months = enumerate(current_reader().month_names(), 1)
                found += [(f"{code} month = {number}", f"{question}: {name}") for number, name in months]
    return found
