"""Apps for tests: created as in production, cached while nothing about them changes, and reset after each test.

Creating an app takes longer than most tests. So tests of a process with the same settings share one, each on a new
database and in a new folder: `INSTANCE` is a symbolic link to the folder of the running test. A test that changes its
app gets one of its own, or the changed one is dropped after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

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
SETTINGS: Mapping[str, str] = {**SECRETS, "DEMO": "1"}
"""Settings with secrets in place, of a demonstration on this machine."""

MOST_KEPT = 6

_loaded: dict[tuple[tuple[str, str], ...], Settings] = {}
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
        if not any(settings is known for known in _loaded.values()):
            app = create_app(settings, pages=pages)
        elif key in _kept:
            app = _kept[key][0]
            app.extensions["jobs"] = Jobs(settings.queue_url, settings.secret_key)
        else:
            app = create_app(settings, pages=pages)
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
