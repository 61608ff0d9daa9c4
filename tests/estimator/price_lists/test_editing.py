"""What is edited in forms: every text of a price list comes back, and a change changes nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricing
from estimator.price_lists import editing
from estimator.price_lists.editing.columns import ORDER
from estimator.price_lists.editing.writing import toml
from pricing.syntax import parsed
from tests.support.folders import ROOT

TABLES = [
    *sorted((ROOT / "pricing" / "tables").glob("*.toml")),
    *sorted((ROOT / "tests" / "pricing" / "golden").glob("*.toml")),
]
DELHI = (ROOT / "pricing" / "tables" / "delhi.toml").read_text(encoding="utf-8")


def data_of(text: str = DELHI) -> editing.Data:
    data = editing.look(text).data
    assert data is not None
    return data


def canonical(text: str = DELHI) -> str:
    return pricing.write(pricing.read(text))


def lines_that_differ(before: str, after: str) -> tuple[set[str], set[str]]:
    old, new = set(before.splitlines()), set(after.splitlines())
    return old - new, new - old


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_price_list_that_is_opened_and_saved_is_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = editing.written(data_of(text))
    assert written == canonical(text)
    assert toml(data_of(written), ORDER) == written, "our own order and style are those of the canonical text"


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_field_of_any_entry_changes_by_being_shown_and_sent_back(path: Path) -> None:
    data = data_of(canonical(path.read_text(encoding="utf-8")))
    for entry in every_entry(data):
        shown = {one.name: one.text for one in editing.inputs(data, entry)}
        emptied = editing.put(data, editing.place_of(entry), {"kind": data_kind(data, entry)})
        for one in editing.inputs(data, entry):
            if one.text and one.name != "kind":
                emptied = editing.typed_into(emptied, entry, {one.name: shown[one.name]})
        if entry != ("header",):
            there = {
                key: value
                for key, value in editing.get(data, editing.place_of(entry)).items()
                if key not in ("choice", "kind")
            }
            again = {
                key: value
                for key, value in editing.get(emptied, editing.place_of(entry)).items()
                if key != "kind"
            }
            assert again == there, entry


def data_kind(data: editing.Data, entry: editing.Path) -> object:
    found = editing.get(data, editing.place_of(entry))
    return found.get("kind") if entry != ("header",) else None


def every_entry(data: editing.Data) -> list[editing.Path]:
    found: list[editing.Path] = [("provider",)]
    for section in editing.SECTIONS:
        if section in ("header", "provider", "choice"):
            continue
        for code, entry in editing.entries(data, (section,)).items():
            found.append((section, code))
            found += [("driver", code, "choice", choice) for choice in entry.get("choice", {})]
    return found


def test_raising_one_price_changes_one_line() -> None:
    after = editing.written(editing.typed_into(data_of(), ("charge", "single"), {"price": "65.5"}))
    assert lines_that_differ(canonical(), after) == ({"price = 63"}, {"price = 65.5"})
    assert pricing.read(after)


def test_a_tier_is_a_line() -> None:
    path = ("charge", "rehab_intensive")
    typed = {"graduated": "up to 24: 60\nup to 48: 55 | 56 | 57 + 10 flat\nabove: 50"}
    after = editing.written(editing.typed_into(data_of(), path, typed))
    removed, added = lines_that_differ(canonical(), after)
    assert removed == set()
    assert added == {"  { up_to = 48, price = { low = 55, likely = 56, high = 57 }, flat = 10 },"}


def test_what_is_no_number_is_kept_and_told_at_its_field() -> None:
    data = editing.typed_into(data_of(), ("charge", "single"), {"price": "1,480"})
    text = editing.written(data)
    look = editing.look(text)
    assert 'price = "1,480"' in text
    assert look.table is None
    (price,) = [
        one for one in editing.inputs(data_of(text), ("charge", "single"), look.problems) if one.problems
    ]
    assert (price.name, price.text, price.unreadable) == ("price", "1,480", True)
    assert price.problems[0].kind == "not_a_number"


@pytest.mark.long
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("when", "sessions >= many"),
        ("when", "who knows"),
        ("when", "room = ward\nroom = single"),
        ("graduated", "up too 7: 310"),
        ("graduated", "up to seven: 310\nabove: x"),
        ("price", "280 | x | 360"),
        ("price", "280 | 310"),
        ("times", "twice"),
        ("on_request", "maybe"),
        ("of", "nothing here"),
    ],
)
def test_nothing_that_is_typed_is_lost_however_wrong(field: str, typed: str) -> None:
    path = ("charge", "single")
    text = editing.written(editing.typed_into(data_of(), path, {field: typed}))
    again = {one.name: one for one in editing.inputs(data_of(text), path, editing.look(text).problems)}
    assert again[field].text == typed
    assert editing.look(text).table is None
    shown = [*again.values()]
    told = [p for one in shown for p in one.problems] + editing.elsewhere(
        editing.look(text).problems, path, shown
    )
    assert told, "a mistake that nobody is told of"


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "toml_value"),
    [
        ("cells = umbilical, marrow", '{ cells = ["umbilical", "marrow"] }'),
        ("blood_thinners = yes", '{ blood_thinners = "yes" }'),
        ("visa = yes", "{ visa = true }"),
        ("sessions = 3", "{ sessions = 3 }"),
        ("sessions >= 3", "{ sessions = { least = 3 } }"),
        ("sessions 3 to 5", "{ sessions = { least = 3, most = 5 } }"),
        ("sessions >= 3\nsessions <= 5", "{ sessions = { least = 3, most = 5 } }"),
        ("cells = marrow\nsessions <= 2", '{ cells = "marrow", sessions = { most = 2 } }'),
    ],
)
def test_a_condition_is_read_by_what_is_asked(typed: str, toml_value: str) -> None:
    path = ("charge", "single")
    text = editing.written(editing.typed_into(data_of(), path, {"when": typed}))
    block = text.partition("[charge.single]")[2].partition("\n\n")[0]
    assert f"when = {toml_value}" in block.splitlines()
    assert pricing.read(text)


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "toml_value"),
    [
        ("arrival month = 6, 7", "{ arrival = { months = [6, 7] } }"),
        ("arrival from 2027-06-01 to 2027-08-31", "{ arrival = { from = 2027-06-01, to = 2027-08-31 } }"),
        ("arrival until 2027-08-31", "{ arrival = { to = 2027-08-31 } }"),
        (
            "arrival month = 6 from 2027-06-01",
            "{ arrival = { months = [6], from = 2027-06-01 } }",
        ),
    ],
)
def test_a_condition_on_a_day_is_read_and_shown_the_same(typed: str, toml_value: str) -> None:
    asked = 'kind = "date"\nrole = "extras"\nlabel.en = "Day of arrival"\n'
    data = data_of(DELHI.replace("[rule.breathing]", f"[driver.arrival]\n{asked}\n[rule.breathing]", 1))
    text = editing.written(editing.typed_into(data, ("charge", "single"), {"when": typed}))
    assert f"when = {toml_value}" in text
    assert pricing.read(text)
    (when,) = [one for one in editing.inputs(data_of(text), ("charge", "single")) if one.name == "when"]
    assert when.text == typed


def test_emptying_a_field_takes_the_key_away() -> None:
    after = editing.written(
        editing.typed_into(data_of(), ("charge", "single"), {"stage": "", "when": " ", "source": ""})
    )
    block = after.partition("[charge.single]")[2].partition("\n\n")[0]
    assert [line for line in block.splitlines()[1:] if not re.match(r"label\.(?!en)", line)] == [
        'label.en = "Single room"',
        'group = "stay"',
        'per = "nights"',
        "price = 63",
    ]


def test_a_field_that_nobody_touched_keeps_what_somebody_else_saved() -> None:
    base = data_of()
    theirs = editing.typed_into(base, ("charge", "single"), {"price": "70"})
    mine = {one.name: one.text for one in editing.inputs(base, ("charge", "single"))} | {
        "label.en": "One bed"
    }
    both = editing.typed_into(theirs, ("charge", "single"), mine, base)
    single = editing.get(both, ("charge", "single"))
    assert (single["price"], single["label"]["en"]) == (70, "One bed")


def test_another_code_is_used_wherever_the_old_one_was_named() -> None:
    data = data_of()
    for section, code, new in (
        (("driver",), "nights", "bed_nights"),
        (("driver", "room", "choice"), "single", "own_room"),
        (("group",), "stay", "hospital"),
        (("stage",), "treatment", "middle"),
        (("charge",), "ward", "general_ward"),
        (("package",), next(iter(editing.entries(data, ("package",)))), "new_package"),
    ):
        data = editing.rename(data, section, code, new)
    renamed = pricing.read(editing.written(data))
    assert "bed_nights" in {code for charge in renamed.charges for code in charge.per}
    assert len(renamed.charges) == len(pricing.read(DELHI).charges)


def test_entries_are_copied_moved_and_removed_in_the_order_of_the_list() -> None:
    data, section = data_of(), ("charge",)
    codes = list(editing.entries(data, section))
    copied = editing.add(data, section, "ward_2", editing.get(data, ("charge", "ward")), after="ward")
    assert list(editing.entries(copied, section))[codes.index("ward") + 1] == "ward_2"
    moved = editing.move(data, section, codes[1], -1)
    assert list(editing.entries(moved, section))[:2] == [codes[1], codes[0]]
    assert editing.move(data, section, codes[0], -1) == data
    assert codes[0] not in editing.entries(editing.remove(data, section, codes[0]), section)
    assert list(editing.entries(data, section)) == codes, "what was there before has not changed"


def test_a_new_code_is_one_that_nothing_else_has() -> None:
    data = data_of()
    assert editing.free_code(data, ("charge",), "ward") == "ward_2"
    assert editing.free_code(data, ("charge",), "stay") == "stay_2", "a group has it"
    assert editing.free_code(data, ("stage",), "ward") == "ward"


def test_rows_of_a_spreadsheet_change_what_is_there_and_add_the_rest() -> None:
    rows = "code\tname\nsingle\t\t\t\t70\nlaundry\tLaundry\tstay\tnights\t3.5\nNot a code\tx\n"
    found = editing.pasted(data_of(), rows.replace("code\tname", "Code\tName"), "en")
    assert (found.added, found.changed, found.refused) == (1, 1, ("Code\tName", "Not a code\tx"))
    table = pricing.read(editing.written(found.data))
    assert table.charges[-1].code == "laundry"
    assert table.charges[-1].per == ("nights",)


def test_rows_that_are_pasted_may_name_groups_and_questions_as_people_read_them() -> None:
    found = editing.pasted(data_of(), "laundry\tLaundry\thospital stay\tNights in this room\t3.5\n", "en")
    laundry = editing.get(found.data, ("charge", "laundry"))
    assert (laundry["group"], laundry["per"]) == ("stay", "nights")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("a = 1 # one", True),
        ('a = "# none"', False),
        ('a = """\n# none\n"""', False),
        ("a = '# none'\n", False),
        ('a = "\\"# none"', False),
    ],
)
def test_comments_are_noticed(text: str, there: bool) -> None:
    assert editing.has_comments(text) is there


KEYS = st.sampled_from(["label", "price", "group", "when", "graduated", "x", "a b", "é", "choice", "kind"])
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
    | st.dates()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
SECTIONS = st.sampled_from(["driver", "charge", "provider", "group", "rule", "title", "table", "other"])


@given(st.dictionaries(SECTIONS, VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=4))
def test_data_of_any_kind_comes_back_from_its_text(data: dict[str, object]) -> None:
    assert parsed(toml(data, ORDER)) == data


def test_what_differs_is_told_field_by_field_also_while_it_is_wrong() -> None:
    old = data_of(canonical())
    new = editing.typed_into(old, ("charge", "single"), {"price": "a lot", "label.en": "One bed"})
    new = editing.remove(new, ("driver", "room", "choice"), "deluxe")
    new = editing.put(new, ("valid_from",), parsed("a = 2027-01-01")["a"])
    new = editing.move(editing.add(new, ("charge",), "laundry", {"price": 3}), ("charge",), "review", 2)
    found = [
        (change.path, change.change, [(f.old, f.new) for f in change.fields])
        for change in editing.differences(old, new)
    ]
    assert found == [
        (("header",), "changed", [(old["valid_from"].isoformat(), "2027-01-01")]),
        (("driver", "room", "choice", "deluxe"), "removed", []),
        (("charge", "single"), "changed", [("Single room", "One bed"), ("63", "a lot")]),
        (("charge", "laundry"), "added", [("", "3")]),
        (("charge",), "order", []),
    ]
    assert editing.differences(old, old) == []


def test_a_price_that_may_be_meant_in_thousands_keeps_its_zeros_in_a_draft_and_is_warned_of() -> None:
    charge = ("charge", "consultation")
    written = editing.written(editing.typed_into(data_of(), charge, {"price": "1.4800"}))
    look = editing.look(written)
    assert look.data is not None
    assert {one.name: one.text for one in editing.inputs(look.data, charge)}["price"] == "1.4800"
    assert [one.place for one in look.warnings if one.kind == "finer_than_currency"] == [
        "charge.consultation.price"
    ]
