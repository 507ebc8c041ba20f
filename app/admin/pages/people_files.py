"""A file of people that an administrator sends: who of them comes, and why not."""

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField

from ...database.rows import db
from ...users import importing

LEFT_OUT_TOLD = 20  # numbers of lines in a sentence


class PeopleForm(FlaskForm):
    """A file of people."""

    file = FileField(_l("CSV file"))
    skip_bad = BooleanField(_l("Import the good lines although there are bad ones"))


def take_over(staging: importing.Staging, form: PeopleForm, by: str) -> int | None:
    """Import the good lines and return their number; None, told beside the field, where nobody is imported."""
    good, bad = staging.count_good(), staging.count_bad()
    if not good and not bad:
        form.file.errors = [_("Nobody is imported: there is no line behind the header.")]
    elif not good or (bad and not form.skip_bad.data):
        text = ngettext(
            "Nobody is imported: one line cannot be, as told below. Please mend it and choose the file again.",
            "Nobody is imported: %(num)d lines cannot be, as told below. Please mend them and choose the file again.",
            bad,
        )
        form.file.errors = [text]
    else:
        try:
            return importing.take_over(staging, by)
        except importing.TakenMeanwhile:
            db.session.rollback()
            form.file.errors = [
                _(
                    "Nobody is imported: somebody has just registered one of the names, or deleted one of the groups. Please choose the file again."
                )
            ]
    return None


def tell(imported: int, left_out: list[int]) -> None:
    """Say how many came, and which lines were left out."""
    flash(ngettext("%(num)d person is imported.", "%(num)d people are imported.", imported), "ok")
    if left_out:
        lines = ", ".join(map(str, left_out[:LEFT_OUT_TOLD])) + (
            " …" if len(left_out) > LEFT_OUT_TOLD else ""
        )
        text = ngettext(
            "%(num)d line was left out: %(lines)s.",
            "%(num)d lines were left out: %(lines)s.",
            len(left_out),
            lines=lines,
        )
        flash(text, "warn")
