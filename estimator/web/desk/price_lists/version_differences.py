"""What differs between a published version and the one that held before it came."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists
from estimator.web.desk.price_lists.blueprint import pages, the_version
from estimator.web.desk.price_lists.comparison import compared, renamed


@pages.get("/versions/<whole:version_id>/differences")
def version_differences(version_id: int) -> ResponseReturnValue:
    """Show in words what differs between the version before and a published one."""
    found = the_version(version_id)
    before = price_lists.before(found)
    return render_template(
        "desk/version_differences.html",
        slug=found.slug,
        version=found.version,
        address=url_for("price_lists.version", version_id=found.id),
        before=None if before is None else before.version,
        found=None if before is None else compared(before.text, found.text),
        renamed=[] if before is None else renamed(*map(price_lists.parsed, (before, found))),
    )
