"""A database in a file that another program locks: who saves is told, and after the first nobody waits for them."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from estimator import db
from tests.support.server_process import Server, serving, visiting

pytestmark = pytest.mark.waits_long

WRITERS = 4


ANSWERS = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "single",
    "nights": "14",
    "icu_nights": "0",
    "rehab": "intensive",
    "rehab_days": "24",
    "companions": "1",
    "attendant": "no",
    "hotel_nights": "6",
    "transfer": "none",
    "interpreter": "none",
    "visa": "yes",
    "flights": "900",
    "own_mri": "no",
    "breathing": "no",
    "blood_thinners": "no",
    "infection": "no",
}
"""A plan that the demonstration's list of Delhi prices."""


def filled_in(server: Server) -> tuple[str, str, str]:
    """Return the path of the form, what it sends when it is filled in, and the cookie that belongs to it."""
    path = "/estimate/delhi"
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    page, cookie = response.read().decode(), (response.headers["Set-Cookie"] or "").partition(";")[0]
    connection.close()
    fields = {f"q_{code}": answer for code, answer in ANSWERS.items()}
    for name in ("csrf_token", "submission", "table_sha256"):
        tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag)
        fields[name] = tag.partition('value="')[2].partition('"')[0]
    return path, urlencode(fields), cookie


def post(server: Server, path: str, body: str, cookie: str) -> tuple[int, float]:
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


@pytest.mark.long
def test_after_the_first_wait_for_a_lock_nobody_waits_for_those_who_save(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        path, body, cookie = filled_in(server)
        over, found = threading.Event(), list[tuple[int, float]]()

        def save() -> None:
            while not over.is_set():
                found.append(post(server, path, body, cookie))

        with closing(sqlite3.connect(server.instance / "estimator.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writers = [threading.Thread(target=save) for _writer in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(11)  # each process has waited once
            with visiting(server, ("/robots.txt", "/")) as visitor:
                time.sleep(4)
            over.set()
            for writer in writers:
                writer.join()
            other.execute("ROLLBACK")
        assert {status for status, _seconds in found} == {503}, found[:5]
        assert max(seconds for _status, seconds in found) < 20
        assert set(visitor.statuses) == {200}
        assert max(visitor.waits) < db.BUSY_SECONDS, "nobody else waits as long as those who save did"
        time.sleep(6)
        assert post(server, path, body, cookie)[0] == 303
