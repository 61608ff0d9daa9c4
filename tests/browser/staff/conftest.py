"""The clinic's app with its accounts, for Chromium as for a browser without JavaScript."""

from tests.web.staff.conftest import costs, join, known_settings, laptop, later, make_app

__all__ = ["costs", "join", "known_settings", "laptop", "later", "make_app"]
