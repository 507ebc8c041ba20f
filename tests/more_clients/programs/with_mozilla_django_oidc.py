"""A Django site with mozilla-django-oidc: signs in with PKCE, looks again silently, signs out at the portal."""

import json
import os
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import django
import requests
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

SETTINGS = json.loads(os.environ["SETTINGS"])
PORTAL = requests.get(f"{SETTINGS['issuer']}/.well-known/openid-configuration", timeout=30).json()


def username_of(_email: str, claims: dict[str, str]) -> str:
    """The name of the account, for OIDC_USERNAME_ALGO."""
    return claims["preferred_username"]


def sign_out_url(request: HttpRequest) -> str:
    """Where the person is signed out at the portal, too, for OIDC_OP_LOGOUT_URL_METHOD."""
    back = {"post_logout_redirect_uri": f"{SETTINGS['url']}/"}
    return f"{PORTAL['end_session_endpoint']}?" + urlencode(
        {"id_token_hint": request.session["oidc_id_token"], **back}
    )


def show(request: HttpRequest) -> JsonResponse:
    """Who is signed in."""
    user = request.user
    return JsonResponse(
        {"username": user.username, "email": user.email} if user.is_authenticated else {"username": None}
    )


def refused(_request: HttpRequest) -> JsonResponse:
    """Where a sign-in ends that did not succeed."""
    return JsonResponse({"refused": True})


if not settings.configured:  # this file is the module of addresses, too
    settings.configure(
        DEBUG=True,
        SECRET_KEY=SETTINGS["client_secret"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="with_mozilla_django_oidc",
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "mozilla_django_oidc.middleware.SessionRefresh",
        ],
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(tempfile.mkdtemp()) / "site.sqlite",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        LOGIN_REDIRECT_URL="/",
        LOGIN_REDIRECT_URL_FAILURE="/refused",
        LOGOUT_REDIRECT_URL="/",
        OIDC_RP_CLIENT_ID=SETTINGS["client_id"],
        OIDC_RP_CLIENT_SECRET=SETTINGS["client_secret"],
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES="openid profile email",
        OIDC_OP_AUTHORIZATION_ENDPOINT=PORTAL["authorization_endpoint"],
        OIDC_OP_TOKEN_ENDPOINT=PORTAL["token_endpoint"],
        OIDC_OP_USER_ENDPOINT=PORTAL["userinfo_endpoint"],
        OIDC_OP_JWKS_ENDPOINT=PORTAL["jwks_uri"],
        OIDC_OP_LOGOUT_URL_METHOD="with_mozilla_django_oidc.sign_out_url",
        OIDC_USERNAME_ALGO="with_mozilla_django_oidc.username_of",
        OIDC_STORE_ID_TOKEN=True,
        OIDC_USE_PKCE=True,
        OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS=2,
    )  # fmt: skip
    django.setup()

urlpatterns = [
    path("", show),
    path("refused", refused),
    path("oidc/", include("mozilla_django_oidc.urls")),
]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{SETTINGS['port']}", use_reloader=False)
