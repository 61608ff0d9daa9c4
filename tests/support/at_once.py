"""Several people who do something at the same moment, each with a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from estimator.db import db

T = TypeVar("T")


def at_once(app: Flask, people: int, do: Callable[[int], T]) -> list[T | Exception]:
    """Have people do something at once, commit what succeeds, and return what each got: a result or an error."""
    db.session.remove()
    found: dict[int, T | Exception] = {}
    ready = threading.Barrier(people)

    def one(number: int) -> None:
        with app.app_context():
            try:
                ready.wait()
                result: T | Exception = do(number)
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                result = error
            finally:
                db.session.remove()
            found[number] = result

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(people)]


def meanwhile(app: Flask, do: Callable[[], T]) -> T:
    """Have somebody else do something and commit it, while whoever asks still holds what they read before."""

    def other() -> T:
        with app.app_context():
            result = do()
            db.session.commit()
            return result

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(other).result()
