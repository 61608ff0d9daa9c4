"""How pages take what somebody types: by fields that check it, drawn by one set of pieces."""

from __future__ import annotations

import ast
import re

from tests.test_house import ROOT, TEMPLATES, imports, name, tree

TYPED_FIELDS = (
    "TextField LineField AreaField WholeTextField AddressField PhoneField CodeField NumberField DayField"
).split()
"""Fields into which anything can be typed, and which refuse nothing by themselves."""

CHECKED_ELSEWHERE = {
    "estimator/web/estimate_form.py": "pricing says which answers are possible, and it is put at the question",
    "estimator/web/patient/my_data.py": "a code is right or wrong, and nothing else is said of it",
    "estimator/web/patient/compare_form.py": "a link is looked up, and what opens nothing is told at the field",
    "estimator/web/patient/verify.py": "verification reads number and revision together",
    "estimator/web/staff/settings/all_rates.py": "the clinic's rates say what a source may be",
    "estimator/web/staff/settings/letters.py": "the clinic's settings say what may stand in a letter",
    "estimator/web/staff/settings/messages.py": "the clinic's settings say what is wrong with a template",
    "estimator/web/staff/settings/rates.py": "the clinic's rates say what a source may be",
    "estimator/web/desk/price_lists/entry.py": "pricing says what is wrong, and it is put at the field",
    "estimator/web/desk/price_lists/examples.py": "a worked example says what it may be called",
    "estimator/web/desk/price_lists/guide_charges.py": "a price is read as the list reads it, and told at the field",
    "estimator/web/desk/price_lists/lists.py": "a text of any kind may become a draft",
    "estimator/web/desk/price_lists/new_draft.py": "what may stay empty has no check, what may not has one",
    "estimator/web/desk/price_lists/publish.py": "pricing says what is wrong with the draft",
    "estimator/web/desk/price_lists/acts.py": "pricing says what is wrong with the draft",
    "estimator/web/desk/price_lists/spreadsheet.py": "what it carries is read as a text of any kind, and asked again",
    "estimator/web/desk/price_lists/text.py": "a text of any kind may become a draft",
}
"""Where something is typed that another room judges; what it says is put at the field."""

NOT_OURS = {
    "estimator/web/fields.py": {
        "BooleanField",
        "HiddenField",
        "SelectField",
        "SelectMultipleField",
        "StringField",
    },
    "estimator/web/staff/invitations.py": {"PasswordField"},
    "estimator/web/staff/sign_in.py": {"HiddenField"},
}
"""Who may use fields of WTForms itself: our own are made of them, and Flask-Security asks for two of them."""


def test_whatever_is_typed_is_checked_by_its_field() -> None:
    for path in sorted((ROOT / "estimator" / "web").rglob("*.py")):
        theirs = {
            found.removeprefix("wtforms.")
            for found in imports(path)
            if found.startswith("wtforms.") and found.endswith("Field") and found != "wtforms.Field"
        }
        assert theirs <= NOT_OURS.get(name(path), set()), name(path)
        if name(path) in CHECKED_ELSEWHERE:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in TYPED_FIELDS:
                checks = [*node.args[1:2], *(each for each in node.keywords if each.arg == "validators")]
                assert checks, f"{name(path)}:{node.lineno}"


DRAWN_BY_HAND = {
    "components.html": "the one set of pieces",
    "patient/_questions.html": "the questions of a price list, with what is said of each answer",
    "patient/asked.html": "a link to be copied, which is sent nowhere",
    "patient/_breakdown_sheet.html": "a currency that the address asks for, and a link to be copied",
    "patient/other_offer.html": "questions to be copied into a chat, which are sent nowhere",
    "patient/comparison.html": "a currency that the address asks for, and a link to be copied",
    "desk/_quote_issued.html": "a link to be copied, which is sent nowhere",
    "desk/_chat.html": "two lines to be copied, which are sent nowhere",
    "desk/_conversation.html": "an answer to be copied into a chat, which is sent nowhere",
    "desk/outbox.html": "a search that the address says",
    "desk/requests.html": "filters that the address says, and a tick in each row of the list",
    "desk/raise.html": "a tick beside each price",
    "desk/section.html": "a search that the address says, and a tick in each row of the grid",
    "desk/publish.html": "a tick beside each warning",
    "desk/conflict.html": "what was sent, carried on as it was sent",
    "desk/spreadsheet.html": "what was sent, carried on as it was sent",
    "desk/translations.html": "what was sent, carried on as it was sent",
    "errors/error.html": "what was typed and could not be kept, to be copied",
}
"""Templates that draw controls themselves, and why a field of a form cannot."""


def test_controls_are_drawn_by_one_set_of_pieces() -> None:
    drawing = set()
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        controls = re.findall(r"<(?:select|textarea|input)\b[^>]*", text)
        # What is hidden is carried, not typed; a name beside a password is for the browser's own memory.
        if [one for one in controls if 'type="hidden"' not in one and 'name="username" hidden' not in one]:
            drawing.add(str(path.relative_to(ROOT / "templates")))
        if path.name != "components.html":
            assert "csrf_token" not in text, path.name
            assert (
                'class="error"' not in text.replace('<tr class="row-errors">', "")
                or path.name in WRITE_ERRORS
            )
    assert drawing == set(DRAWN_BY_HAND)


WRITE_ERRORS = {
    "_questions.html": "beside a question, whose id is its code",
    "section.html": "in a row below that of the grid",
    "message.html": "above all languages of a message, where somebody else has changed one meanwhile",
    "letter.html": "above all languages of a letter, where somebody else has changed them meanwhile",
}
"""Templates that say what is wrong in their own place."""


def test_a_form_that_asks_by_its_address_carries_the_language() -> None:
    """A browser puts what the form says in the place of the query that its address has."""
    asking = 0
    for path in TEMPLATES:
        if "desk" in path.parts:
            continue  # nobody is signed in without a cookie
        for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", path.read_text(), re.DOTALL):
            if 'method="post"' not in attributes:
                asking += 1
                assert "{{ carried_language() }}" in inside, f"{path.name}: <form{attributes}>"
    assert asking


def test_nothing_is_asked_after_an_address_that_may_ask_for_something_already() -> None:
    scripts = (ROOT / "estimator" / "static").glob("*.js")
    views = (ROOT / "estimator" / "web").rglob("*.py")
    for path in sorted([*TEMPLATES, *scripts, *views]):
        found = re.findall(r"(?<!\|mailto \})\}\?(?:\w+=|[${]).*", path.read_text())
        assert found == [], name(path)
