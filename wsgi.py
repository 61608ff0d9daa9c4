"""The WSGI application that a server loads."""

from estimator import create_app

app = create_app()
