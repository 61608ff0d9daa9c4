"""Patients' pages come compressed, and their length tells nothing of the token that protects their forms."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from estimator.config import Settings
from estimator.web.compression import mask, unmask
from tests.support.apps import Apps

ACCEPTED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def app(load: Callable[..., Settings], instance: Path, started: Apps) -> Flask:
    """Return an app with a database of its own."""
    return started.start(load(DATABASE_URL=f"sqlite:///{instance / 'estimator.sqlite'}"))


def page(client: FlaskClient, path: str = "/verify") -> TestResponse:
    answer = client.get(path, headers=ACCEPTED)
    assert answer.content_encoding == "gzip"
    return answer


def token_in(content: bytes) -> str:
    found = re.search(rb'name="csrf_token" value="([^"]+)"', content)
    assert found
    return found[1].decode()


def test_a_page_is_compressed_for_whoever_can_read_that_and_is_the_same(app: Flask) -> None:
    client = app.test_client()
    plain = client.get("/verify")
    assert plain.content_encoding is None
    assert "Accept-Encoding" in plain.vary
    found = page(client)
    assert "Accept-Encoding" in found.vary
    assert len(found.data) == int(found.headers["Content-Length"]) < len(plain.data) / 2
    without = [re.sub(rb'value="[^"]{60,}"', b"", each) for each in (plain.data, gzip.decompress(found.data))]
    assert without[0] == without[1]


def test_the_token_of_forms_is_another_text_in_each_answer_and_all_of_them_work(app: Flask) -> None:
    client = app.test_client()
    tokens = [token_in(gzip.decompress(page(client).data)) for _number in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        answer = client.post("/verify", data={"csrf_token": token})
        assert "Please try that again" not in answer.text
        assert answer.status_code == 422


@pytest.mark.parametrize("token", ["", "~", "a~b", "YQ~YWI", "~YQ", "é~é", "a" * 5_000 + "~"])
def test_a_token_that_is_none_is_refused_and_no_mistake(app: Flask, token: str) -> None:
    client = app.test_client()
    page(client)
    answer = client.post("/verify", data={"csrf_token": token})
    assert answer.status_code == 400
    assert 'class="errors"' in answer.text or "error-summary" in answer.text


def test_pages_of_staff_are_not_compressed(app: Flask) -> None:
    answer = app.test_client().get("/staff/sign-in", headers=ACCEPTED)
    assert answer.status_code == 200
    assert answer.content_encoding is None


def test_a_masked_token_is_read_again_and_what_was_not_masked_stays() -> None:
    token = "ImFi.c2Q.x-_9"
    assert unmask(mask(token)) == unmask(token) == token
    assert mask(token) != mask(token)
    assert token[:4] not in mask(token)
