"""The pages that ours are compared with: a form of ordinary fields, one row, one template, no prices.

They are what a careful beginner writes with Flask-WTF and Flask-SQLAlchemy. One asks every question of the
price list, the short one only the first three.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Flask, render_template
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import BooleanField, Field, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from estimator.config import Settings
from estimator.db import Base, UTCDateTime, db, engine_options
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable

SHORT = 3

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A form</title></head>
<body>
<h1>A form</h1>
{% if saved %}<p>Saved as number {{ saved }}.</p>{% endif %}
<form method="post">
{{ form.csrf_token }}
{% for field in form if field.name != "csrf_token" %}
<p>{{ field.label }} {{ field }}{% for error in field.errors %} <em>{{ error }}</em>{% endfor %}</p>
{% endfor %}
<p><button>Save</button></p>
</form>
</body>
</html>
"""


class Answers(Base):
    """What somebody sent."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


def create_app(settings: Settings, table: PriceTable) -> Flask:
    """Return an app with the whole form at / and the short one at /short, on a database that is made here."""
    app = Flask("minimal")
    app.jinja_loader = DictLoader({"page.html": PAGE})
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
    )
    db.init_app(app)
    with app.app_context():
        Base.metadata.create_all(db.engine, tables=[Answers.__table__])  # type: ignore[list-item]
    _add_page(app, "/", table.drivers)
    _add_page(app, "/short", table.drivers[:SHORT])
    return app


def _add_page(app: Flask, path: str, drivers: Sequence[Driver]) -> None:
    fields: dict[str, Any] = {driver.code: _field(driver) for driver in drivers}
    form_class = type("Form", (FlaskForm,), fields)

    def page() -> str:
        form = form_class()
        saved = None
        if form.validate_on_submit():
            given = {name: value for name, value in form.data.items() if name != "csrf_token"}
            row = Answers(given=app.json.dumps(given), created_at=datetime.now(UTC))
            db.session.add(row)
            db.session.flush()
            saved = row.id
            db.session.commit()
        return render_template("page.html", form=form, saved=saved)

    app.add_url_rule(path, path, page, methods=["GET", "POST"])


def _field(driver: Driver) -> Field:
    label = driver.label["en"]
    if isinstance(driver, ChoiceDriver):
        choices = [(choice.code, choice.label["en"]) for choice in driver.choices]
        return SelectField(label, choices=choices, default=driver.default, validators=[InputRequired()])
    if isinstance(driver, NumberDriver):
        bounds = NumberRange(int(driver.least), int(driver.most))
        return IntegerField(label, default=0, validators=[InputRequired(), bounds])
    return BooleanField(label)
