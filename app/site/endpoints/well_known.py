"""The small documents that browsers, crawlers and researchers look for."""

from datetime import timedelta

from flask import Blueprint, Response, abort, jsonify, redirect
from werkzeug.wrappers import Response as Redirect

from ... import languages
from ...authentication.access import public
from ...authentication.factors.relying_party import can_have_passkeys
from ...clock import now
from ...extensions import settings
from ..static_files import static_url

blueprint = Blueprint("site_well_known", __name__)

SECURITY_TXT_KEEPS = timedelta(days=180)  # RFC 9116 section 2.5.5 asks for less than a year
PUBLIC_FOR_A_DAY = "public, max-age=86400"

ROBOTS = """\
User-agent: *
Allow: /$
Allow: /static/
Disallow: /
"""


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """The start page may be found; everything else is somebody's own."""
    return _text(ROBOTS)


@blueprint.get("/favicon.ico")
@public
def favicon() -> Redirect:
    """The mark, for browsers that ask at the old address."""
    return redirect(static_url("img/favicon.svg"))


@blueprint.get("/.well-known/change-password")
@public
def change_password() -> Redirect:
    """Where password managers send people to."""
    return redirect("/account/security", 303)


@blueprint.get("/.well-known/passkey-endpoints")
@public
def passkey_endpoints() -> Response:
    """Where password managers send people to add a passkey, and to look after theirs; 404 where there can be none."""
    if not can_have_passkeys(settings.issuer):
        abort(404)
    page = f"{settings.issuer}/account/security/passkeys"
    response = jsonify(enroll=page, manage=page)
    response.headers["Cache-Control"] = PUBLIC_FOR_A_DAY
    return response


@blueprint.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Whom to tell about a weakness (:rfc:`9116`); 404 without ``SECURITY_CONTACT``."""
    if not settings.security_contact:
        abort(404)
    expires = (now() + SECURITY_TXT_KEEPS).strftime("%Y-%m-%dT00:00:00Z")
    return _text(
        f"Contact: {settings.security_contact}\n"
        f"Expires: {expires}\n"
        f"Preferred-Languages: {', '.join(languages.NAMES)}\n"
        f"Canonical: {settings.issuer}/.well-known/security.txt\n"
    )


def _text(content: str) -> Response:
    response = Response(content, mimetype="text/plain")
    response.headers["Cache-Control"] = PUBLIC_FOR_A_DAY
    return response
