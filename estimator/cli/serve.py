"""`estimator serve` and `estimator worker`: the app on a port of this machine, and the process that sends its mail."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from estimator.cli.installation import act_of, invented_things, made_ready, mistyped_settings, sentences
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from flask import Flask

    from estimator.config import Settings

LIFELINE = click.option("--lifeline", type=int, hidden=True)
"""A file descriptor that reaches its end when the parent process ends."""


@click.command(help=_("Serve the app, and send its mail, until Ctrl-C. HOST and PORT say where."))
@click.option(
    "--demo",
    is_flag=True,
    help=_("Make everything ready, add the demonstration price lists, and serve this machine alone."),
)
@click.option(
    "--no-worker",
    is_flag=True,
    help=_("Do not start a worker: `estimator worker` runs separately, perhaps on another machine."),
)
@click.option("--sockets", hidden=True)
@LIFELINE
def serve(demo: bool, no_worker: bool, sockets: str | None, lifeline: int | None) -> int:
    """Serve the app until SIGTERM or Ctrl-C."""
    from estimator import config
    from estimator.processes import own_files
    from estimator.processes.server import CannotListen, bind

    own_files.close_to_others()
    given = {"DEMO": "1"} if demo else {}
    if sockets is not None:
        with sentences():
            settings = config.load(**given)
        _web(settings, [socket.socket(fileno=int(number)) for number in sockets.split(",")], lifeline)
        return 0
    _tell_mistyped_settings()
    with sentences():
        settings = made_ready(**given) if demo else config.load()
        try:
            bound = bind(settings)
        except CannotListen as error:
            raise Refused(str(error)) from None
        _look_at(settings)
    if not no_worker:
        _both(bound, ["--demo"] if demo else [])
    _web(settings, bound, lifeline)
    return 0


@click.command(help=_("Send mail and do what is due each minute and each night, until Ctrl-C."))
@click.option("--demo", is_flag=True, hidden=True)
@LIFELINE
def worker(demo: bool, lifeline: int | None) -> None:
    """Work until SIGTERM or Ctrl-C, and finish what is under way."""
    import signal

    from estimator import config, create_app
    from estimator.db import db
    from estimator.operations import fingerprints
    from estimator.processes import own_files
    from estimator.processes import worker as process

    own_files.close_to_others()
    if lifeline is None:
        _tell_mistyped_settings()
    with sentences():
        settings = config.load(**({"DEMO": "1"} if demo else {}))
        app = create_app(settings, pages=False)
        with app.app_context():
            fingerprints.must_match(settings)
            db.session.remove()
            db.engine.dispose()
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGTERM))
    process.run(app, lifeline)


def _tell_mistyped_settings() -> None:
    for sentence in mistyped_settings():
        click.echo(sentence, err=True)


def _look_at(settings: Settings) -> None:
    """Check, before anything is started, that it can run; add, or tell of, the demonstration price lists."""
    from estimator import create_app
    from estimator.db import db
    from estimator.demonstration import belongs_to_somebody
    from estimator.operations import fingerprints
    from estimator.processes import demonstration

    app = create_app(settings, pages=False)
    with app.app_context():
        fingerprints.must_match(settings)
        if settings.demo:
            act = act_of(app)
            if belongs_to_somebody(act):
                raise Refused(
                    _(
                        "Somebody works with this installation: it has an account of staff, a request of somebody "
                        "real, or a price list in force that is no demonstration. It is not served as one, because "
                        "patients would be shown invented prices, and invented people real requests. Nothing was "
                        "changed. Give another folder in INSTANCE for a demonstration, and leave DATABASE_URL out."
                    ),
                    code=1,
                )
            for sentence in demonstration.import_tables(act):
                click.echo(sentence, err=True)
            db.session.commit()
        else:
            for sentence in invented_things(settings, act_of(app).now):
                click.echo(sentence, err=True)
        db.session.remove()
        db.engine.dispose()


def _web(settings: Settings, bound: Sequence[socket.socket], lifeline: int | None) -> None:
    from estimator.processes import own_files

    # Before prometheus_client is imported: it then adds the figures of the processes up in this folder.
    assert "prometheus_client" not in sys.modules
    figures = own_files.folder_for_figures(settings.instance) / "metrics"
    figures.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)

    from estimator import create_app
    from estimator.processes.server import CannotListen, run
    from estimator.processes.supervisor import end_with

    with sentences():
        app = create_app(settings)
    if lifeline is not None:
        threading.Thread(target=end_with, args=(lifeline,), daemon=True).start()

    def ready() -> None:
        if (
            settings.https
        ):  # then a web server stands in front, and readers' address says nothing of this machine
            click.echo(
                ngettext(
                    "Listening on %(host)s, port %(port)s, with %(num)s worker process, for %(address)s.",
                    "Listening on %(host)s, port %(port)s, with %(num)s worker processes, for %(address)s.",
                    settings.workers,
                    host=settings.host,
                    port=settings.port,
                    address=settings.public_url,
                )
            )
        else:
            click.echo(_("Open %(address)s (Ctrl-C ends it).", address=settings.public_url))
        if settings.demo:
            for line in _ways_in(app):
                click.echo(line)

    try:
        run(app, bound, ready)
    except CannotListen as error:
        raise Refused(str(error)) from None


def _ways_in(app: Flask) -> Iterator[str]:
    """Make a link for each of the invented people of a demonstration; links of an earlier start stop working."""
    from estimator.db import db
    from estimator.processes import demonstration

    with app.app_context():
        links = demonstration.ways_in(act_of(app))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()  # a connection must not be shared with the processes to come
    names = {
        "coordinator": _("Answer requests as an invented coordinator"),
        "price_editor": _("Edit price lists as an invented editor"),
        "approver": _("Approve as another one"),
        "administrator": _("See and change the settings as an invented administrator"),
    }
    for role, address in links.items():
        yield _("%(what)s, once: %(address)s", what=names[role], address=address)


def _both(bound: Sequence[socket.socket], given: list[str]) -> NoReturn:
    from estimator.processes import supervisor

    numbers = [one.detach() for one in bound]
    itself = [sys.executable, "-m", "estimator"]
    sockets = ",".join(map(str, numbers))
    supervisor.become(
        [
            supervisor.Part(
                _("The web server"),
                [*itself, "serve", *given, "--sockets", sockets, "--lifeline", "{lifeline}"],
                numbers,
            ),
            supervisor.Part(_("The worker"), [*itself, "worker", *given, "--lifeline", "{lifeline}"]),
        ]
    )
