"""What is kept of a demonstration: one filling at a time, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from estimator.db import db
from estimator.demonstration import filling, registry
from estimator.demonstration.registry import Kept
from tests.support.acts import acting
from tests.support.at_once import one_behind_another
from tests.support.example_list import NOW


def test_of_two_who_fill_in_a_demonstration_at_once_one_is_refused(app: Flask) -> None:
    def do(number: int) -> Iterator[None]:
        assert registry.kept() is None, "so a command looks before it begins"
        yield
        registry.begin(Kept(seed=number, cases=1), NOW + timedelta(seconds=number))

    first, second = one_behind_another(app, do)
    assert first is None
    assert isinstance(second, registry.HereAlready)
    assert second.kept == registry.kept() == Kept(seed=0, cases=1)


def test_what_is_here_is_not_filled_in_again_and_nothing_is_changed(app: Flask) -> None:
    registry.begin(Kept(seed=1, cases=1), NOW)
    db.session.commit()

    def untouched(*_given: object) -> None:
        raise AssertionError

    with pytest.raises(registry.HereAlready):
        filling.fill(
            acting(now=NOW + timedelta(seconds=1)),
            cases=1,
            seed=2,
            texts=[],
            import_shipped=untouched,
            real=False,
            commit=untouched,
        )
    assert registry.kept() == Kept(seed=1, cases=1)


def test_a_filling_that_was_emptied_ends_though_another_one_has_begun(app: Flask) -> None:
    registry.begin(Kept(seed=1, cases=1), NOW)
    registry.forget()
    registry.begin(Kept(seed=1, cases=1), NOW + timedelta(seconds=1))
    assert not registry.goes_on(NOW)
    with pytest.raises(registry.EmptiedMeanwhile):
        registry.keep(Kept(seed=1, cases=1, whole=True), NOW)
    assert registry.goes_on(NOW + timedelta(seconds=1))
