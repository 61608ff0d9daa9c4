"""What is in another language stays marked in every sentence that it is put into, and is plain text everywhere else."""

from __future__ import annotations

from copy import deepcopy

from markupsafe import escape

from estimator.i18n import gettext, reader
from estimator.marked_text import Sentence, Words, filled, joined, plain

FOREIGN = Words("Room & board", "en", "ltr")
MARKED = '<span lang="en" dir="ltr">Room &amp; board</span>'


def test_a_foreign_text_is_marked_where_it_is_drawn() -> None:
    assert escape(FOREIGN) == MARKED
    assert escape(Words("Room & board")) == "Room &amp; board"
    assert str(FOREIGN) == "Room & board"


def test_a_sentence_keeps_the_marks_of_what_is_put_into_it() -> None:
    said = filled("%(what)s <%(price)s>", {"what": FOREIGN, "price": "USD 5"})
    assert said == "Room & board <USD 5>"
    assert escape(said) == f"{MARKED} &lt;USD 5&gt;"
    again = filled("(%(said)s)", {"said": said})
    assert escape(again) == f"({MARKED} &lt;USD 5&gt;)"
    assert type(plain(again)) is str
    assert escape(plain(again)) == "(Room &amp; board &lt;USD 5&gt;)"


def test_a_sentence_of_one_language_is_a_plain_text() -> None:
    assert type(filled("%(what)s", {"what": Words("Room")})) is str
    assert type(joined(", ", [Words("Room"), "board"])) is str


def test_joined_texts_stay_marked() -> None:
    said = joined("; ", ["1 < 2", FOREIGN, Words("Bed")])
    assert said == "1 < 2; Room & board; Bed"
    assert escape(said) == f"1 &lt; 2; {MARKED}; Bed"


def test_a_copy_of_a_sentence_is_marked_as_well() -> None:
    said = deepcopy(joined("", ["To ", FOREIGN]))
    assert isinstance(said, Sentence)
    assert escape(said) == f"To {MARKED}"


def test_messages_of_ours_mark_what_a_list_says_in_its_own_language() -> None:
    label = reader("ar").words({"en": "Room"}, "en")
    assert escape(gettext("After %(label)s", label=label)) == 'After <span lang="en" dir="ltr">Room</span>'
    assert gettext("100 %") == "100 %"


def test_a_name_is_foreign_to_readers_of_another_language_only() -> None:
    assert reader("fr").own("Clinic", "en") == Words("Clinic", "en", "ltr")
    assert reader("en-IN").own("Clinic", "en") == Words("Clinic")
