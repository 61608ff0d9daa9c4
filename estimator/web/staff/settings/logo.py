"""The logo: sent as PNG or JPEG, drawn anew, and removed again."""

from __future__ import annotations

from flask import render_template, request
from flask_wtf.file import FileField

from estimator import clinic
from estimator.i18n import gettext as _
from estimator.pdf import images
from estimator.web import forms
from estimator.web.staff.settings.blueprint import Answer, done, pages, summary
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


class LogoForm(forms.Form):
    """A file."""

    picture = FileField()


@pages.route("/logo", methods=["GET", "POST"])
def logo() -> Answer:
    """Show the logo, take another one, or remove it."""
    if request.method != "POST":
        return _form()
    basis = request.form.get("basis-logo", "")
    try:
        if request.form.get("act") == "remove":
            with committing():
                clinic.change_logo(act(), None, basis=basis)
            return done(_("The logo was removed."), "settings.logo")
        sent = request.files.get("picture")
        content = b"" if sent is None else sent.stream.read(images.MOST_BYTES + 1)
        picture = images.as_png(content)
        with committing():
            clinic.change_logo(act(), picture.content, picture.width, picture.height, basis=basis)
    except images.NotUsable as refused:
        return _form(str(refused), 422)
    except clinic.SomebodyElse:
        return _form(
            _("Somebody else changed the logo meanwhile; this is theirs. Choose your file again."), 409
        )
    return done(_("This is the logo now."), "settings.logo")


def _form(problem: str | None = None, status: int = 200) -> Answer:
    wrong = {} if problem is None else {"picture": problem}
    page = render_template(
        "staff/settings/logo.html",
        logo=clinic.current().logo,
        basis=clinic.bases()["logo"],
        wrong=wrong,
        errors=summary(wrong),
    )
    return page, status
