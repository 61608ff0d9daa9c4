"""Apps for tests: created as in production, cached while nothing about them changes, and reset after each test.

Creating an app takes longer than most tests. So tests of a process with the same settings share one, each on a new
database and in a new folder: `INSTANCE` is a symbolic link to the folder of the running test. A test that changes its
app gets one of its own, or the changed one is dropped after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from estimator import config, create_app
from estimator import db as database
from estimator.config import Settings
from estimator.db import db
from estimator.jobs import Jobs

SECRETS: Mapping[str, str] = {
    "SECRET_KEY": "s" * 32,
    "LINK_KEY": "l" * 32,
    "LOOKUP_KEY": "u" * 32,
    "DATA_KEYS": f"testkey1 {'d' * 64}",
}
SETTINGS: Mapping[str, str] = {**SECRETS, "DEMO": "1", "LANGUAGES": "en"}
"""Settings with secrets in place, of a demonstration on this machine."""

MOST_KEPT = 12

_loaded: dict[tuple[tuple[str, str], ...], Settings] = {}
_changed: dict[tuple[int, str], Settings] = {}
_kept: dict[Any, tuple[Flask, dict[str, Any]]] = {}


def load(given: Mapping[str, str]) -> Settings:
    """Return settings made of the given ones only, independent of the environment of the process.

    They are cached, unless they are read from files, which each test has for itself.
    """
    from_files = any(not given[name] for name in SECRETS) or any(name.endswith("_FILE") for name in given)
    if from_files:
        return config.load({}, **given)
    known = tuple(sorted(given.items()))
    if known not in _loaded:
        _loaded[known] = config.load({}, **given)
    return _loaded[known]


def changed(settings: Settings, **parts: Any) -> Settings:
    """Return settings with some parts changed; equal changes of cached settings give the same ones."""
    if not _is_cached(settings) or "data_keys" in parts:  # keys do not tell what they are
        return replace(settings, **parts)
    key = id(settings), repr(sorted(parts.items()))
    if key not in _changed:
        _changed[key] = replace(settings, **parts)
    return _changed[key]


def _is_cached(settings: Settings) -> bool:
    return any(settings is known for kept in (_loaded, _changed) for known in kept.values())


class _Compiled(BytecodeCache):
    """Templates that were compiled for one app, for the others: that takes longer than creating an app."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled of the same text."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class Apps:
    """The apps of one test."""

    def __init__(self, set_up: Callable[[str], None]) -> None:
        self._set_up = set_up
        self._started: list[Flask] = []

    def start(self, settings: Settings, *, pages: bool = True, made_with: Any = None) -> Flask:
        """Return an app with these settings, on a database with all tables that the apps of this test share.

        `made_with` is a further part of the cache key, for what else the app depends on when it is created.
        """
        if not self._started:
            self._set_up(settings.database_url)
        key = (id(settings), pages, repr(made_with), database.BUSY_SECONDS)
        if not _is_cached(settings):
            app = _created(settings, pages)
        elif key in _kept:
            app = _kept[key][0]
            app.extensions["jobs"] = Jobs(settings.queue_url, settings.secret_key)
        else:
            app = _created(settings, pages)
            if len(_kept) == MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = app, _shape(app)
        self._started.append(app)
        return app

    def end(self) -> None:
        """Disconnect from databases and queues, and drop the apps that a test has changed."""
        for app in self._started:
            app.extensions["jobs"].close()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        for key, (app, shape) in list(_kept.items()):
            if app in self._started and _shape(app) != shape:
                del _kept[key]


def _created(settings: Settings, pages: bool) -> Flask:
    app = create_app(settings, pages=pages)
    app.jinja_env.bytecode_cache = _compiled
    return app


def _shape(app: Flask) -> dict[str, Any]:
    """Return the parts of an app that tests can change, to detect that one did."""
    return {
        "config": dict(app.config),
        # Equal settings may hold other keys, which are left out when settings are compared.
        "settings": id(app.config["SETTINGS"]),
        "extensions": {name: id(value) for name, value in app.extensions.items() if name != "jobs"},
        "pages": dict(app.view_functions),
        "before": {name: list(functions) for name, functions in app.before_request_funcs.items()},
        "addresses": len(list(app.url_map.iter_rules())),
        "wsgi_app": app.wsgi_app,
    }
