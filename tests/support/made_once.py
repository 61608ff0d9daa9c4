"""What every app of every test would make anew, made once for a process: compiled templates and addresses."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Compiled templates, by their text and where it lies."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled from the same text before."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


Build = Callable[..., tuple[str, str]]


def keeping(compile_builder: Callable[[Rule, bool], Build]) -> Callable[[Rule, bool], Build]:
    """Return a function that compiles what writes the addresses of a route, once for all routes alike."""
    kept: dict[Any, Build] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Build:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return compile_once
