"""How an app proves who it is, and its public keys: fields of the page that changes an app."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ..details import Details

METHODS = [
    ("", _l("Client secret, in either way")),
    ("client_secret_basic", _l("Client secret: client_secret_basic")),
    ("client_secret_post", _l("Client secret: client_secret_post")),
    ("private_key_jwt", _l("Own key: private_key_jwt")),
]


class MethodField(SelectField):
    """How a confidential app proves who it is; “none” follows from the type, so nobody chooses it here."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent, if it is one of the list."""
        if valuelist and valuelist[0] in dict(METHODS):
            self.data = valuelist[0]


class KeyFields(FlaskForm):
    """Fields that a program may leave out: what is not sent stays as it is."""

    auth_method = MethodField(
        _l("How it proves who it is"),
        choices=[SelectChoice(value, label) for value, label in METHODS],
        validate_choice=False,
    )
    jwks = TextAreaField(_l("Public keys"))
    jwks_uri = StringField(_l("Address of the public keys"))


def values_of(kept: Details) -> dict[str, str]:
    """Return what the fields show of an app."""
    return {
        "auth_method": kept.auth_method or "",
        "jwks": kept.jwks or "",
        "jwks_uri": kept.jwks_uri or "",
    }


def read(form: KeyFields) -> dict[str, Any]:
    """Return the details that the fields ask for."""
    return {
        "auth_method": form.auth_method.data or None,
        "jwks": form.jwks.data,
        "jwks_uri": form.jwks_uri.data,
    }
