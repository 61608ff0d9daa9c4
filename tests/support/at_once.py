"""Several people who do something at the same moment, each with a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

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


def one_behind_another(app: Flask, do: Callable[[int], Iterator[None]]) -> list[Exception | None]:
    """Have two people read something, and then change it, the second while the first has not committed yet.

    `do` yields once between what it reads and what it changes. Returns what each was refused with.
    """
    db.session.remove()
    refused: dict[int, Exception | None] = {}
    both_have_read = threading.Barrier(2)
    first_has_changed, second_is_over = threading.Event(), threading.Event()
    connections: list[int] = []

    def one(number: int) -> None:
        with app.app_context():
            try:
                steps = do(number)
                next(steps)
                if number == 1 and db.engine.dialect.name == "postgresql":
                    connections.append(db.session.scalar(select(func.pg_backend_pid())) or 0)
                both_have_read.wait()
                if number == 1:
                    first_has_changed.wait()
                next(steps, None)
                if number == 0:
                    first_has_changed.set()
                    wait_until_it_waits(connections, second_is_over)
                db.session.commit()
                refused[number] = None
            except Exception as error:
                db.session.rollback()
                refused[number] = error
            finally:
                db.session.remove()
                (first_has_changed, second_is_over)[number].set()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [refused[0], refused[1]]


def wait_until_it_waits(connections: list[int], is_over: threading.Event) -> None:
    """Return when another connection waits for a lock, or its work is over.

    On SQLite nothing tells; whoever has read there changes nothing before the first has committed.
    """
    if not connections:
        return
    with db.engine.connect() as looking:
        waits = func.cardinality(func.pg_blocking_pids(connections[0])) > 0
        while not is_over.is_set() and not looking.scalar(select(waits)):
            is_over.wait(0.01)


def meanwhile(app: Flask, do: Callable[[], T]) -> T:
    """Have somebody else do something and commit it, while whoever asks still holds what they read before."""

    def other() -> T:
        with app.app_context():
            result = do()
            db.session.commit()
            return result

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(other).result()
