"""The desk's app and people, for Chromium as for a browser without JavaScript."""

from tests.web.desk.conftest import app, approver, database_url, draft, editor, kind, make_app, sign_in

__all__ = ["app", "approver", "database_url", "draft", "editor", "kind", "make_app", "sign_in"]
