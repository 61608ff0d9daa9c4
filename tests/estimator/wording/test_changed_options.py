"""Which of the lines that may be taken came, went or cost another amount, whatever their order is."""

from __future__ import annotations

import pytest

from estimator import wording
from estimator.i18n import reader, speaking

INTERPRETER = wording.Offered("Interpreter", "120.00", "132.00", "USD")
ROOM = wording.Offered("A larger room", "33.33", "33.33", "USD")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([INTERPRETER, ROOM], []),
        ([ROOM, INTERPRETER], []),
        ([INTERPRETER, ROOM, ROOM], [("A larger room", "not in it", "USD 33.33")]),
        ([INTERPRETER._replace(total="165.00"), ROOM], [("Interpreter", "USD 132.00", "USD 165.00")]),
        ([INTERPRETER._replace(currency="EUR"), ROOM], [("Interpreter", "USD 132.00", "EUR 132.00")]),
        (
            [INTERPRETER._replace(net="132.00"), ROOM],
            [("Interpreter", "USD 120.00 without taxes", "USD 132.00 without taxes")],
        ),
        (
            [INTERPRETER, ROOM._replace(label="The largest room")],
            [("A larger room", "USD 33.33", "not in it"), ("The largest room", "not in it", "USD 33.33")],
        ),
        (
            [],
            [("Interpreter", "USD 132.00", "not in it"), ("A larger room", "USD 33.33", "not in it")],
        ),
    ],
)
def test_what_differs_is_told_once(now: list[wording.Offered], said: list[tuple[str, str, str]]) -> None:
    with speaking(reader("en")):
        found = list(wording.changed_options([INTERPRETER, ROOM], now, reader("en")))
    assert [
        (
            row.label.text.removeprefix("You may take with it: "),
            *(amount.replace("\N{NO-BREAK SPACE}", " ") for amount in (row.old, row.new)),
        )
        for row in found
    ] == said
