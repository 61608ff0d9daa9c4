"""Whether there is room where an installation writes."""

from __future__ import annotations

import pytest

from estimator.config import Settings
from estimator.operations import disks


def test_there_is_room_until_less_is_free_than_an_installation_needs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert disks.has_room(settings)
    monkeypatch.setattr(disks, "NO_ROOM", 2**63)
    assert not disks.has_room(settings)
