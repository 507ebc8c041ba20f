"""What pages about an app say beside its details."""

from flask import flash
from flask_babel import get_locale
from flask_babel import gettext as _

from ...scopes import catalogue
from ..models import Client
from ..redirect_uris import has_scheme_of_its_own, is_localhost


def of_scopes() -> dict[str, str]:
    """What each scope allows, in the reader's language."""
    locale = str(get_locale())
    return {scope.name: catalogue.describe(scope.name, locale) for scope in catalogue.list_scopes()}


def warn_of_redirect_uris(client: Client) -> None:
    """Say what works, but could be safer."""
    if any(has_scheme_of_its_own(uri) for uri in client.redirect_uri_list):
        flash(
            _(
                "A redirect URI has a scheme of its own. Any program on the person's device can claim it, so the "
                "person is asked each time unless the app proves who it is."
            ),
            "warn",
        )
    if any(is_localhost(uri) for uri in client.redirect_uri_list):
        flash(
            _(
                "A redirect URI names localhost. It works, but 127.0.0.1 is safer: it never leaves your machine, "
                "and any port matches."
            ),
            "warn",
        )
