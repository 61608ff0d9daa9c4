from __future__ import annotations

import re

import pytest

from estimator import links

KEY = "k" * 32
TOKEN = links.compose(KEY, "estimate", "EST-7K3M-92QF", 1)


def test_a_token_has_256_bits_and_needs_no_escaping() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", TOKEN)


def test_a_token_is_the_same_whenever_it_is_composed() -> None:
    assert links.compose(KEY, "estimate", "EST-7K3M-92QF", 1) == TOKEN
    assert TOKEN == "wrQNncSmyAeZZyVV-GeyZtqV3z1zlKB0wZ79JmHyAjk"


def test_another_key_kind_record_or_serial_makes_another_token() -> None:
    others = {
        links.compose("x" * 32, "estimate", "EST-7K3M-92QF", 1),
        links.compose(KEY, "quote", "EST-7K3M-92QF", 1),
        links.compose(KEY, "estimate", "EST-7K3M-92QG", 1),
        links.compose(KEY, "estimate", "EST-7K3M-92QF", 2),
    }
    assert len(others) == 4
    assert TOKEN not in others


def test_what_is_stored_is_the_hash_of_the_token() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", links.stored(TOKEN))
    assert TOKEN not in links.stored(TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        f"GET /e/{TOKEN} HTTP/1.1",
        f"GET /e/{TOKEN}/estimate.pdf?download=1 HTTP/1.1",
        f"GET //e/{TOKEN}/change",
        f"GET /r/{TOKEN[:20]} HTTP/1.1",
        f"GET /q/{TOKEN[:20]} HTTP/1.1",
        f"Exception on /e/{TOKEN} [GET]",
        f"Referer: https://estimate.example/e/{TOKEN}#top",
        f"KeyError: '{TOKEN}'",
        f"GET /%65/{TOKEN}",
        f"GET /e/{TOKEN[:20]}",
        f"GET /e/%41{TOKEN[:20]}%0a",
    ],
)
def test_no_token_gets_into_a_log(text: str) -> None:
    masked = links.masked(text)
    assert TOKEN[:20] not in masked
    assert "…" in masked


@pytest.mark.parametrize("text", ["GET /estimate/delhi 200", "GET /e 404", "EST-7K3M-92QF", "a" * 44, ""])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert links.masked(text) == text
