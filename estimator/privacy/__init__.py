"""Personal data: export, erasure, retention limits, and replacing the keys that seal it."""

from __future__ import annotations

from estimator.privacy import affected, data_export, erasure, exported, key_rotation, retention

__all__ = [
    "affected",
    "data_export",
    "erasure",
    "exported",
    "key_rotation",
    "retention",
]
