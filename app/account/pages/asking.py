"""A page that asks for the address of an account, and mails a link to it if there is one."""

from collections.abc import Callable
from typing import Any

from flask import g, render_template, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import InputRequired

from ...database.rows import db
from ...forms import status_of
from ...network_limits import LimitReached
from ...users.names import check_email
from ...users.refusals import EmailRefused
from ..wording import tell
from . import limited


class AddressForm(FlaskForm):
    """Where the link is to go."""

    email = EmailField(_l("Email address"), [InputRequired(_l("Please enter your email address."))])


def answer(
    ask: Callable[..., None], page: str, sent: str, **shown: Any
) -> str | tuple[str, int, dict[str, str]]:
    """Answer the request with ``page``, or with ``sent`` once ``ask`` was given the address that was typed.

    ``sent`` says the same whether anybody has the address. ``shown``: what ``page`` shows beside its form.
    """
    form = AddressForm()
    headers: dict[str, str] = {}
    try:
        if form.validate_on_submit() and _ask(form, ask):
            return render_template(sent, email=form.email.data or "")
        status = status_of(form)
    except LimitReached as reached:
        status, headers = limited.refuse(form, reached)
    return render_template(page, form=form, **shown), status, headers


def _ask(form: AddressForm, ask: Callable[..., None]) -> bool:
    email = form.email.data or ""
    try:
        check_email(email)
    except EmailRefused as refusal:
        tell(form, refusal)
        return False
    ask(email, locale=str(get_locale()), ip=request.remote_addr, request_id=g.get("request_id"))
    db.session.commit()
    return True
