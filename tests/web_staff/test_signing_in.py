from __future__ import annotations

from collections.abc import Callable

from clinic_staff import Browser, Person
from flask import Flask

Join = Callable[..., Person]


def test_somebody_signs_in_with_password_and_code(app: Flask, join: Join, laptop: Browser) -> None:
    person = join()
    person.sign_in(laptop)
    assert (laptop.status, laptop.heading) == (200, "Start")
    assert laptop.says("Your roles: Price editor")
