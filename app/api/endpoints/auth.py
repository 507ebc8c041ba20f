"""A token for a username and a password, for the organisation's own services only: no other app sees passwords."""

from typing import NoReturn

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from ...audit import EventKind, record
from ...authentication.access import public
from ...authentication.refusals import AccountBlocked, InvalidCredentials, TooManyTries
from ...authentication.second_factors import needs_second_factor
from ...authentication.sign_in import authenticate
from ...authentication.wording import why_refused
from ...database.rows import db
from ...extensions import settings
from ...oauth.keys import ring
from ...oauth.wire.bearer import challenge
from .. import first_party
from ..bodies import read_fields
from ..refusals import ApiRefused, SignInSwitchedOff

blueprint = Blueprint("api_auth", __name__)


@blueprint.post("/api/auth", strict_slashes=False)
@public
def sign_in() -> Response:
    """Issue a token: ``userId`` and ``accessToken`` of the person; wrong passwords count like those at the sign-in page."""
    if not settings.password_api:
        raise ApiRefused(
            403, "password_api_off", _("Signing in by other services is switched off at this portal.")
        )
    fields = read_fields("username", "password")
    if not fields["username"] or not fields["password"]:
        raise ApiRefused(422, "field_missing", "Neither username nor password may be empty.")
    ring.current().refresh()  # before a transaction holds what the making of first keys would wait for
    try:
        user = authenticate(fields["username"], fields["password"], address=request.remote_addr or "")
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()
        _refuse(refusal)
    if needs_second_factor(user):
        db.session.commit()
        text = _("This account is protected by a second factor. Please sign in on the pages of this portal.")
        raise ApiRefused(403, "mfa_required", text)
    try:
        client = first_party.get_client()
    except SignInSwitchedOff:
        text = _("Signing in by other services is switched off at this portal.")
        raise ApiRefused(403, "sign_in_switched_off", text) from None
    if client.second_factor_required:
        db.session.commit()
        text = _(
            "Signing in by other services needs a second factor here. Please sign in on the pages of this portal."
        )
        raise ApiRefused(403, "mfa_required", text)
    token = first_party.issue_token(user, client, settings)
    record(EventKind.SIGNED_IN, user_id=user.id, actor_id=user.id, app=client.name)
    db.session.commit()
    return jsonify(userId=user.id, accessToken=token)


def _refuse(refusal: InvalidCredentials | TooManyTries) -> NoReturn:
    text = why_refused(refusal, with_name=True)
    if isinstance(refusal, TooManyTries):
        raise ApiRefused(429, "too_many_requests", text, Retry_After=refusal.retry_after)
    error = "account_blocked" if isinstance(refusal, AccountBlocked) else "invalid_credentials"
    raise ApiRefused(401, error, text, WWW_Authenticate=challenge())
