"""The logo: sent as PNG or JPEG, drawn anew, and removed again."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import clinic
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.pdf import images
from estimator.web import turns
from estimator.web.fields import FileField
from estimator.web.forms import Form, summary
from estimator.web.staff.settings.blueprint import done, pages
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


class LogoForm(Form):
    """A file."""

    picture = FileField(lazy_gettext("A picture"), most=images.MOST_BYTES)


@pages.route("/logo", methods=["GET", "POST"])
def logo() -> ResponseReturnValue:
    """Show the logo, take another one, or remove it."""
    form = LogoForm()
    if request.method != "POST":
        return _form(form)
    basis = request.form.get("basis-logo", "")
    try:
        if request.form.get("act") == "remove":
            with committing():
                clinic.change_logo(act(), None, basis=basis)
            return done(_("The logo was removed."), "settings.logo")
        with turns.turn("picture") as free:
            if not free:
                sentence = _(
                    "Something else is being drawn at the moment. Choose your file again in a few seconds."
                )
                return _form(form.refuse(sentence, form.picture), 503)
            picture = images.as_png(form.picture.data)
        with committing():
            clinic.change_logo(act(), picture.content, picture.width, picture.height, basis=basis)
    except images.NotUsable as refused:
        return _form(form.refuse(str(refused), form.picture), 422)
    except clinic.SomebodyElse:
        sentence = _("Somebody else changed the logo meanwhile; this is theirs. Choose your file again.")
        return _form(form.refuse(sentence, form.picture), 409)
    return done(_("This is the logo now."), "settings.logo")


def _form(form: LogoForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "staff/settings/logo.html",
        logo=clinic.current().logo,
        basis=clinic.bases()["logo"],
        form=form,
        errors=summary(form),
    )
    return page, status
