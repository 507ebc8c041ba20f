"""An app's secrets: a second one, seeing one again, ending one."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from ...authentication.access import recent_sign_in
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.step_up import confirm_password
from ...clock import now
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED, status_of
from .. import client_secrets
from ..client_secrets import is_live
from ..models import Client, ClientSecret
from ..refusals import TooManySecrets
from ..secret_views import list_known_to_others
from . import fresh_secret
from .own_app import get_own_client

blueprint = Blueprint("clients_client_secrets", __name__)

LIFETIMES = [
    SelectChoice("", _l("Never")),
    SelectChoice("30", _l("In 30 days")),
    SelectChoice("90", _l("In 90 days")),
    SelectChoice("365", _l("In a year")),
]


class SecretForm(FlaskForm):
    """The fields of one more secret."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=100)])
    expires = SelectField(_l("Expires"), choices=LIFETIMES, default="")


class RevealForm(FlaskForm):
    """The password check before a secret is shown."""

    password = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])


@blueprint.get("/dashboard/apps/<client_id>/secrets")
def index(client_id: str) -> ResponseReturnValue:
    """All secrets of an app, the ended ones too, and the form of one more."""
    return _page(get_own_client(client_id), SecretForm(formdata=None))


@blueprint.route("/dashboard/apps/<client_id>/secrets/new", methods=["GET", "POST"])
@recent_sign_in
def new(client_id: str) -> ResponseReturnValue:
    """One more secret; the app's page shows it."""
    client = get_own_client(client_id)
    form = SecretForm()
    if client.is_public or not form.validate_on_submit():
        return _page(client, form, adding=True), status_of(form)
    try:
        row, secret = client_secrets.add_secret(
            client,
            (form.name.data or "").strip(),
            actor_id=current_user.id,
            actor_name=current_user.username,
            expires_at=now() + timedelta(days=int(form.expires.data)) if form.expires.data else None,
            shown_once=settings.client_secrets_shown_once,
        )
    except TooManySecrets:
        form.form_errors = [_("An app may have up to 10 valid secrets. Revoke one that is no longer in use.")]
        return _page(client, form, adding=True), REFUSED
    db.session.commit()
    fresh_secret.keep(client, secret, row.name)
    flash(_("The secret “%(name)s” is added.", name=row.name), "ok")
    return redirect(url_for("clients_clients.show", client_id=client.id))


@blueprint.post("/dashboard/apps/<client_id>/secrets/<secret_id>/revoke")
def revoke(client_id: str, secret_id: str) -> ResponseReturnValue:
    """End a secret now."""
    client = get_own_client(client_id)
    secret = _get_secret(client, secret_id)
    client_secrets.revoke_secret(client, secret, actor_id=current_user.id)
    db.session.commit()
    flash(_("The secret “%(name)s” is revoked.", name=secret.name), "ok")
    return redirect(url_for("clients_client_secrets.index", client_id=client.id))


@blueprint.route("/dashboard/apps/<client_id>/secrets/<secret_id>/reveal", methods=["GET", "POST"])
def reveal(client_id: str, secret_id: str) -> ResponseReturnValue:
    """A secret in clear on the page of its app, after a fresh password check that counts like a sign-in."""
    client = get_own_client(client_id)
    secret = _get_secret(client, secret_id)
    form = RevealForm()
    if secret.sealed is None or not is_live(secret):
        abort(404)
    if not form.validate_on_submit():
        return _reveal_page(client, secret, form), status_of(form)
    try:
        confirm_password(form.password.data or "")
        text = client_secrets.reveal_secret(client, secret, actor_id=current_user.id)
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()  # the try counts
        status, headers = refuse_beside(form.password, refusal)
        return _reveal_page(client, secret, form), status, headers
    db.session.commit()
    fresh_secret.keep(client, text, secret.name, is_new=False)
    return redirect(url_for("clients_clients.show", client_id=client.id), 303)


def _get_secret(client: Client, secret_id: str) -> ClientSecret:
    secret = client_secrets.find_secret(client, secret_id)
    if secret is None:
        abort(404)
    return secret


def _page(client: Client, form: SecretForm, *, adding: bool = False) -> str:
    live = [secret for secret in reversed(client.secrets) if is_live(secret)]
    ended = [secret for secret in reversed(client.secrets) if not is_live(secret)]
    return render_template(
        "clients/secrets.html",
        client=client,
        form=form,
        live=live,
        ended=ended,
        adding=adding,
        known=list_known_to_others(client),
    )


def _reveal_page(client: Client, secret: ClientSecret, form: RevealForm) -> str:
    return render_template("clients/reveal.html", client=client, secret=secret, form=form)
