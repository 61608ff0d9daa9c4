"""`estimator serve`: the app on a port of this machine."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from estimator.cli.installation import made_ready, sentences
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _


@click.command(help=_("Serve the app until Ctrl-C. HOST and PORT say where."))
@click.option(
    "--demo",
    is_flag=True,
    help=_("Make everything ready, add the demonstration price lists, and serve this machine alone."),
)
def serve(demo: bool) -> None:
    """Serve the app; ends when it is told to."""
    from estimator import config, create_app, demonstration
    from estimator.db import db
    from estimator.serve import CannotListen, listen, run

    given = {"DEMO": "1"} if demo else {}
    with sentences():
        settings = made_ready(**given) if demo else config.load()
        try:
            sockets = listen(settings)
        except CannotListen as error:
            raise Refused(str(error)) from None
        app = create_app(settings)
        if demo:
            with app.app_context():
                for sentence in demonstration.import_tables(datetime.now(UTC)):
                    click.echo(sentence, err=True)
                db.session.commit()
    address = settings.public_url
    run(app, sockets, lambda: click.echo(_("Open %(address)s (Ctrl-C ends it).", address=address)))
