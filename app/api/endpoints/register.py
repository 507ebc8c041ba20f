"""A new account, by the same rules as the page's."""

from flask import Blueprint, Response, jsonify, request
from flask_babel import get_locale
from flask_babel import gettext as _

from ...account import registration
from ...account.refusals import InvitationNeeded, RegistrationClosed
from ...account.wording import REFUSALS, in_words, why_limited
from ...authentication.access import public
from ...database.rows import db
from ...extensions import settings
from ...languages import picked
from ...network_limits import LimitReached
from ...users.models import User
from ...users.refusals import EmailTaken, UsernameTaken
from ..bodies import read_fields
from ..refusals import ApiRefused

blueprint = Blueprint("api_register", __name__)


@blueprint.post("/api/register", strict_slashes=False)
@public
def register() -> tuple[Response, int]:
    """Register a person: 201 and their id; an email that confirms the address follows."""
    fields = read_fields("username", "email", "password", optional=("invite",))
    try:
        user = _create_account(fields)
    except RegistrationClosed:
        raise ApiRefused(403, "registration_closed", _("Nobody can create an account here.")) from None
    except InvitationNeeded:
        raise ApiRefused(
            403, "invitation_needed", _("You need an invitation to create an account.")
        ) from None
    except LimitReached as reached:
        text = why_limited(reached)
        raise ApiRefused(429, "too_many_requests", text, Retry_After=reached.seconds) from None
    except REFUSALS as refusal:
        db.session.rollback()
        raise _worded(refusal) from None
    db.session.commit()
    told = _("Welcome. We have sent you an email: please open it and confirm your address.")
    return jsonify(message=told, userId=user.id), 201


def _create_account(fields: dict[str, str]) -> User:
    user = registration.register(
        fields["username"],
        fields["email"],
        fields["password"],
        mode=settings.registration,
        invitation=fields["invite"],
        locale=picked(),
        ip=request.remote_addr,
    )
    registration.send_verification(user, issuer=settings.issuer, locale=str(get_locale()))
    return user


def _worded(refusal: Exception) -> ApiRefused:
    field, text = in_words(refusal)
    taken = isinstance(refusal, UsernameTaken | EmailTaken)
    return ApiRefused(409 if taken else 422, f"{field}_taken" if taken else f"{field}_invalid", text)
