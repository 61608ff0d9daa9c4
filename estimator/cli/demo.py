"""`estimator demo`: fill in an invented clinic to look at, and take it away again."""

from __future__ import annotations

import sys
from importlib import resources

import click

from estimator.cli.installation import act_of, made_ready, running_app, sentences
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.messages import ngettext

MOST = 5000
"""Maximum number of cases."""


@click.group(help=_("An invented clinic to look at: requests, quotes and what became of them."))
def demo() -> None:
    """Group the commands of the demonstration."""


@demo.command(
    help=_(
        "Fill in an invented clinic of the last fifteen months. Everything in it is marked: references and numbers "
        "say DEMO, names say that they are examples. Nothing is sent."
    )
)
@click.option(
    "--cases", type=click.IntRange(1, MOST), default=500, show_default=True, help=_("How many ask.")
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=1,
    show_default=True,
    help=_("The same number invents the same people, plans and answers."),
)
@click.option(
    "--in-a-real-clinic",
    "really",
    is_flag=True,
    help=_(
        "Do it in an installation for patients. The lists stay closed to them, and reports do not count "
        "what is invented."
    ),
)
def fill(cases: int, seed: int, really: bool) -> int:
    """Fill in the demonstration."""
    from estimator import config, demonstration
    from estimator.db import db
    from estimator.operations import fingerprints
    from estimator.processes import demonstration as shipped

    given = {"DEMO": "1"}
    with sentences():
        served = shipped.address_of_patients()
        if served is not None and not really:
            raise Refused(
                _(
                    "PUBLIC_URL is %(url)s, where patients would be offered invented prices. Nothing was changed. "
                    "For a demonstration leave PUBLIC_URL out and give another folder in INSTANCE; or give "
                    "--in-a-real-clinic to have invented cases at the desk alone.",
                    url=served,
                ),
                code=1,
            )
        in_use = fingerprints.in_use(config.database_url())
        settings = config.load(**given) if in_use else made_ready(**given)
    folder = resources.files("pricing.tables")
    texts = [
        file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    with running_app(settings) as app:
        act = act_of(app)
        _must_be_empty(demonstration.kept())
        if demonstration.belongs_to_somebody(act) and not really:
            raise Refused(
                _(
                    "Somebody works with this installation: it has an account of staff, a request of somebody real, "
                    "or a price list in force that is no demonstration. Nothing was changed. Give another folder in "
                    "INSTANCE for a demonstration, or --in-a-real-clinic to have invented cases among the real ones "
                    "at the desk; they are marked, and reports do not count them."
                ),
                code=1,
            )
        try:
            count = demonstration.fill(
                act,
                cases=cases,
                seed=seed,
                texts=texts,
                import_shipped=shipped.import_tables,
                real=really,
                commit=db.session.commit,
                progress=_show,
            )
        except demonstration.HereAlready as here:
            _must_be_empty(here.kept)
            raise Refused(
                _(
                    "The demonstration that was here was emptied at this moment. Nothing was changed. Try again."
                ),
                code=1,
            ) from None
        except demonstration.EmptiedMeanwhile:
            raise Refused(
                _("The demonstration was emptied while it was filled in. Nothing of it is left."),
                code=1,
            ) from None
        except demonstration.ListIsReal as error:
            raise Refused(
                _(
                    "The price list %(slug)s is a real one, and the demonstration has one of the same name. Nothing "
                    "was changed.",
                    slug=error.slug,
                ),
                code=1,
            ) from None
    click.echo(
        ngettext(
            "%(num)s invented request is there, with what became of it. `estimator demo empty` takes all of it away.",
            "%(num)s invented requests are there, with what became of them. `estimator demo empty` takes all of it "
            "away.",
            count,
        )
    )
    return 0


@demo.command(
    help=_("Take away what `estimator demo fill` made and what invented people have set, and nothing else.")
)
def empty() -> int:
    """Empty the demonstration."""
    from estimator import config, demonstration
    from estimator.db import db
    from estimator.processes.demonstration import address_of_patients

    with sentences():
        real = address_of_patients() is not None
        settings = config.load(**({} if real else {"DEMO": "1"}))
    with running_app(settings) as app:
        if demonstration.kept() is None and not demonstration.set_by_somebody_invented():
            click.echo(_("There is no demonstration here. Nothing was changed."))
            return 0
        emptied = demonstration.empty(act_of(app), real=real)
        db.session.commit()
    click.echo(
        _(
            "Removed: %(requests)s requests, %(quotes)s quotes, %(estimates)s estimates.",
            requests=emptied.requests,
            quotes=emptied.quotes,
            estimates=emptied.estimates,
        )
    )
    if emptied.set_back:
        click.echo(
            _(
                "At the default again, because somebody invented had set it: %(names)s.",
                names=", ".join(emptied.set_back),
            )
        )
    if emptied.closed:
        click.echo(
            _(
                "Closed, because patients would be offered their invented prices: %(lists)s.",
                lists=", ".join(emptied.closed),
            )
        )
    if emptied.versions_left:
        click.echo(
            ngettext(
                "%(num)s version of a price list stays, because something real was made with it.",
                "%(num)s versions of price lists stay, because something real was made with them.",
                emptied.versions_left,
            )
        )
    return 0


def _must_be_empty(found: object) -> None:
    from estimator.demonstration import Kept

    if not isinstance(found, Kept):
        return
    if found.whole:
        raise Refused(
            _(
                "A demonstration is here already (%(cases)s cases, seed %(seed)s). Nothing was changed. "
                "`estimator demo empty` takes it away.",
                cases=found.cases,
                seed=found.seed,
            ),
            code=1,
        )
    raise Refused(
        _(
            "Filling in was broken off here, or goes on in another process. Nothing was changed. If it does not go on, "
            "`estimator demo empty` takes away what is there."
        ),
        code=1,
    )


def _show(percent: int) -> None:
    """Show how far it has come, on a terminal alone."""
    if sys.stderr.isatty():
        click.echo(f"\r{percent:3} %", nl=percent >= 100, err=True)
