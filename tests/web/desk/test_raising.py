"""Many prices at once: every new price is seen before it counts, and only what is ticked changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from tests.support.browser import plain_words
from tests.support.staff_browser import Staff


def price(app: Flask, code: str, section: str = "charge") -> str:
    with app.app_context():
        data = editing.look(drafts.find(1).text).data or {}
    (found,) = editing.inputs(data, (section, code), only=("price",))
    return found.text


def saves(app: Flask) -> int:
    with app.app_context():
        return drafts.find(1).saves


def boxes(editor: Staff) -> dict[str, bool]:
    """Return the box of each row, and whether it is ticked."""
    return {
        str(box.get("value")): box.get("checked") is not None
        for box in editor.page.all("input", name="row", type="checkbox")
    }


def ticked(editor: Staff) -> list[str]:
    return [row for row, is_ticked in boxes(editor).items() if is_ticked]


@pytest.fixture
def grid(editor: Staff, draft: str) -> str:
    editor.see(f"{draft}/section/charge")
    return f"{draft}/section/charge"


@pytest.mark.long
def test_what_was_changed_at_once_is_said_with_the_first_prices(editor: Staff, grid: str) -> None:
    editor.send("raise", {"tick": ["ward", "single"], "by": "10"})
    editor.press("Change these prices")
    said = editor.page.text
    assert "Saved. 2 prices were changed: General ward: from 39 | 42.6 | 46.2 to 42.9 | 46.86 | 50.82" in said
    assert "Single room: from 63 to 69.3" in said


def test_of_all_charges_only_those_of_the_provider_change(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("raise", {"every": "yes", "by": "4"})
    assert "None of them is changed yet." in editor.page.text
    assert boxes(editor)["charge.ward.price"] is True
    unticked = [row for row, is_ticked in boxes(editor).items() if not is_ticked]
    assert unticked == [
        "charge.review_credit.price",
        "charge.visa.price",
        "charge.visa_companions.price",
        "charge.flight_tickets.price",
        "charge.hotel_nights.price",
        "charge.reserve_icu.price",
        "package.marrow_week.price",
        "package.cord_fortnight.price",
        "tax.gst.percent",
    ]
    left_out = [
        plain_words(row) for row in editor.page.all("tr") if "paid to somebody else" in plain_words(row)
    ]
    assert left_out[
        0
    ] == "Your medical visa paid to somebody else 13 | 83 | 153 13.52 | 86.32 | 159.12".replace(
        "visa paid", "visapaid"
    )
    assert any("a tax, which the law sets" in plain_words(row) for row in editor.page.all("tr"))
    editor.press("Change these prices")
    assert editor.page.path == grid
    assert price(app, "ward") == "40.56 | 44.3 | 48.05"
    assert [price(app, code) for code in ("visa", "flight_tickets", "review_credit")] == [
        "13 | 83 | 153",
        "1",
        "-60",
    ]


def test_what_is_left_out_can_be_taken_in_and_the_rest_left_out(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("raise", {"group": ["stay", "visas"], "by": "10"})
    assert len(ticked(editor)) == 7
    editor.send("change", {"row": ["charge.visa.price", "charge.single.price"]})
    assert price(app, "visa") == "14.3 | 91.3 | 168.3"
    assert price(app, "single") == "69.3"
    assert price(app, "ward") == "39 | 42.6 | 46.2"


def test_an_amount_is_taken_off_and_rounded_as_somebody_chose(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("raise", {"tick": ["single", "attendant"], "how": "amount", "by": "-7,50", "step": "5"})
    assert "−USD 7.50" in editor.page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert ticked(editor) == ["charge.single.price"]
    assert "Cannot change like that" in editor.page.text
    assert "Taxes are percentages, and follow the prices: GST" in editor.page.text
    assert "would be 0, or change its sign" in editor.page.text
    editor.press("Change these prices")
    assert (price(app, "single"), price(app, "attendant")) == ("55", "7.2")


@pytest.mark.long
def test_a_bad_figure_is_told_and_what_was_ticked_stays(app: Flask, editor: Staff, grid: str) -> None:
    for how, by, said in (
        ("percent", "four", "Enter by how many percent, for example 4 or -2.5."),
        ("percent", "-100", "Enter more than -100 and at most 1,000 percent."),
        ("percent", "2,500", "“2,500” can be read in two ways."),
        ("amount", "0.0051", "USD has no amount as small as that."),
        ("amount", "", "Enter by which amount in USD, for example 5 or -2.50."),
    ):
        editor.send("raise", {"tick": ["ward", "single"], "group": ["visas"], "how": how, "by": by})
        assert editor.page.status == 422
        assert said in editor.page.errors()[0]
        assert editor.page.value("by") == by
        sent = editor.page.typed(editor.page.form("raise")[0])
        assert sent.getlist("tick") == ["ward", "single"]
        assert sent.getlist("group") == ["visas"]
    editor.send("raise", {"tick": [], "group": [], "how": "percent", "by": "4"})
    assert "Tick the charges whose prices change" in editor.page.errors()[0]
    editor.send("raise", {"tick": ["robot"], "by": "4"})
    assert "None of these charges has a price of its own" in editor.page.errors()[0]
    assert saves(app) == 1


def test_what_was_typed_in_the_grid_is_saved_first_and_the_page_says_so(
    app: Flask, editor: Staff, grid: str
) -> None:
    editor.send("raise", {"tick": ["single"], "by": "10", "c.price.single": "70"})
    assert "What you typed in the table was saved first." in editor.page.text
    assert price(app, "single") == "70"
    assert "70 77" in editor.page.text
    editor.see(grid)
    editor.send("raise", {"tick": ["single"], "by": "10"})
    assert "was saved first" not in editor.page.text


def test_other_figures_are_shown_before_they_count(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("raise", {"tick": ["single", "ward"], "by": "10"})
    editor.send("change", {"by": "20", "row": ["charge.single.price"]})
    assert "63 75.6" in editor.page.text
    assert ticked(editor) == ["charge.single.price"], "what was unticked stays so"
    assert saves(app) == 1
    editor.send("again", {"by": "nonsense"})
    assert editor.page.errors()[0].startswith("Error: Enter by how many percent")
    editor.send("again", {"by": "20"})
    assert "63 75.6" in editor.page.text, "what was chosen in the grid is still known"
    editor.send("change", {"row": []})
    assert "Tick at least one price." in editor.page.text
    assert saves(app) == 1


def test_going_back_saves_nothing_and_keeps_what_was_ticked(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("raise", {"tick": ["single", "ward"], "group": ["visas"], "by": "10"})
    (button,) = editor.page.all("button", value="back")
    assert button.get("formaction") == grid
    _action, fields = editor.page.sent("back", {})
    editor.page = editor.post(grid, fields.to_dict(flat=False))
    sent = editor.page.typed(editor.page.form("raise")[0])
    assert sent.getlist("tick") == ["ward", "single"]
    assert (sent.getlist("group"), sent["by"]) == (["visas"], "10")
    assert saves(app) == 1


@pytest.mark.long
def test_a_draft_that_somebody_saved_meanwhile_is_not_changed_and_the_prices_are_shown_anew(
    app: Flask, editor: Staff, grid: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    editor.send("raise", {"tick": ["single", "ward"], "by": "10"})
    other = sign_in(app, "price_editor")
    other.see(grid)
    other.send("save", {"c.price.single": "100"})
    editor.send("change", {"row": ["charge.single.price"]})
    assert editor.page.status == 409
    assert "saved this draft after these prices were shown, so nothing was changed" in editor.page.text
    assert "100 110" in editor.page.text
    assert (price(app, "single"), saves(app)) == ("100", 2)
    assert ticked(editor) == ["charge.single.price"]
    editor.press("Change these prices")
    assert (price(app, "single"), price(app, "ward")) == ("110", "39 | 42.6 | 46.2")


def test_what_prices_would_become_is_a_page_that_one_can_go_back_to(editor: Staff, draft: str) -> None:
    page = editor.see(f"{draft}/section/charge")
    typed = {"c.price.single": "64", "tick": ["single", "deluxe"], "how": "percent", "by": "10"}
    action, fields = page.sent("raise", typed)
    answer = editor.client.post(action, data=fields)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    answer.close()
    shown = editor.see(address).text
    assert "What you typed in the table was saved first." in shown
    assert "70.4" in shown
    editor.press("Change these prices")
    assert editor.page.path.endswith("/section/charge")
    assert "77.44" in editor.see(address).text, "worked out from what the prices are now"
    assert "was saved first" not in editor.page.text


def test_an_address_of_a_change_that_is_none_leads_to_the_charges(editor: Staff, draft: str) -> None:
    for asked in ("", "?how=percent&by=many&tick=single", "?how=percent&by=4", "?by=4&tick=nothing"):
        assert editor.see(f"{draft}/raise{asked}").path.endswith("/section/charge")


def test_more_ticks_than_an_address_can_hold_are_shown_all_the_same(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/text")
    more = "".join(
        f'\n[charge.a_rather_long_code_{number}]\nlabel.en = "Extra {number}"\ngroup = "stay"\nprice = 3\n'
        for number in range(100)
    )
    before, package, after = editor.page.value("text").partition("[package.")
    editor.send("Save", {"text": f"{before}{more}\n{package}{after}"})
    page = editor.see(f"{draft}/section/charge?page=2")
    codes = [str(one.get("value")) for one in page.all("input", name="tick")]
    editor.send("raise", {"tick": codes, "how": "percent", "by": "10"})
    assert "Change these prices" in editor.page.text
