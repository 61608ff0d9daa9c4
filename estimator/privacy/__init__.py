"""Personal data: export, erasure, retention limits, and replacing the keys that seal it."""

from __future__ import annotations

from estimator.privacy import data_export, due_erasure, erasure, kept, key_rotation

__all__ = [
    "data_export",
    "due_erasure",
    "erasure",
    "kept",
    "key_rotation",
]
