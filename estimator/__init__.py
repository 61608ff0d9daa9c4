"""The treatment cost estimator: a Flask app around the arithmetic of `pricing`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from estimator.folders import templates_folder

if TYPE_CHECKING:
    from flask import Flask

    from estimator.config import Settings

__all__ = ["create_app", "templates_folder"]


def create_app(settings: Settings | None = None, *, pages: bool = True) -> Flask:
    """Return the app for these settings, or for those of the environment.

    Without `pages` it answers no request: that is enough for commands and the worker, which start sooner so.
    Raises config.WrongSetting for a setting that cannot be used, migrations.WrongRevision for a database whose
    tables this version does not work with, and, with `pages`, operations.fingerprints.OtherKeys for one that belongs
    to other keys.
    """
    from flask import Flask
    from flask_babel import Babel

    from estimator import config, logs, migrations, models, postgresql
    from estimator.db import db, engine_options, outage_of
    from estimator.i18n import DOMAINS
    from estimator.jobs import Jobs

    settings = config.load() if settings is None else settings
    outage = outage_of(settings.database_url)
    limits = postgresql.PAGES if pages else postgresql.WORK
    app = Flask("estimator", instance_path=str(settings.instance), template_folder=str(templates_folder()))
    # Before anything asks for the templates' environment, which is created with these options: no lines of mere tags.
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, limits, outage),
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=200_000,
        MAX_FORM_MEMORY_SIZE=200_000,
        MAX_FORM_PARTS=1_000,
        TRAP_HTTP_EXCEPTIONS=False,
        # One look-up serves all catalogues; Flask-Babel wants a folder for each of them.
        BABEL_DOMAIN=";".join(DOMAINS),
        BABEL_TRANSLATION_DIRECTORIES=";".join([str(Path(__file__).parent / "translations")] * len(DOMAINS)),
    )
    logs.init_app(app)
    # What a command sees must not depend on what else it imports.
    assert models
    db.init_app(app)
    app.extensions["outage"] = outage
    is_the_database = settings.queue_url == settings.database_url
    app.extensions["jobs"] = Jobs(
        settings.queue_url, settings.secret_key, outage if is_the_database else None
    )
    with app.app_context():
        try:
            migrations.must_be_current(db.engine)
        except BaseException:
            db.engine.dispose()
            raise
    if not pages:
        Babel(app)
        return app
    from estimator import web
    from estimator.operations import fingerprints
    from estimator.processes import demonstration

    with app.app_context():
        try:
            fingerprints.must_match(settings)
        finally:
            db.session.remove()
            db.engine.dispose()
    if settings.demo:
        # Wrapped before ProxyFix is put around it.
        app.wsgi_app = demonstration.this_machine_only(app.wsgi_app)  # type: ignore[method-assign, assignment]
    web.init_app(app)
    return app
