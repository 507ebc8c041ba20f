"""Pforte, an identity portal. Read :func:`create_app` from top to bottom: it is the table of contents."""

from pathlib import Path

from flask import Flask

from config import Settings, load

from . import api, hull, oauth, site
from .account import commands as account_commands
from .account import endpoints as account_endpoints
from .account import link_commands
from .account import pages as account_pages
from .admin import pages as admin_pages
from .api import endpoints as api_endpoints
from .authentication import browser, cookies
from .authentication import commands as authentication_commands
from .authentication import pages as authentication_pages
from .clients import commands as client_commands
from .clients import pages as client_pages
from .clients.dynamic import commands as registration_commands
from .connections.limits import BODY_LIMIT
from .consents import pages as consent_pages
from .database.engines import READS, engine_options
from .database.rows import db
from .diagnostics import pages as diagnostic_pages
from .extensions import babel, background, csrf, limiter, login_manager, metrics, migrate, vault
from .groups import commands as group_commands
from .messages import commands as message_commands
from .oauth import commands as oauth_commands
from .oauth import endpoints as oauth_endpoints
from .oauth import pages as oauth_pages
from .openapi import endpoints as openapi_endpoints
from .operations import commands as operation_commands
from .operations import endpoints as operation_endpoints
from .operations import mail_commands
from .operations.command_line import CommandLine
from .privacy import pages as privacy_pages
from .reactions import REACTIONS
from .scopes import commands as scope_commands
from .site import endpoints as site_endpoints
from .site import i18n, rate_limiting
from .site import pages as site_pages
from .site.portal import Portal
from .teams import commands as team_commands
from .teams import pages as team_pages
from .users import commands as user_commands

ROOT = Path(__file__).resolve().parent.parent

PAGES = (
    site_pages.blueprints
    + authentication_pages.blueprints
    + account_pages.blueprints
    + team_pages.blueprints
    + client_pages.blueprints
    + consent_pages.blueprints
    + diagnostic_pages.blueprints
    + oauth_pages.blueprints
    + admin_pages.blueprints
    + privacy_pages.blueprints
)
ENDPOINTS = (
    operation_endpoints.blueprints
    + site_endpoints.blueprints
    + account_endpoints.blueprints
    + oauth_endpoints.blueprints
    + api_endpoints.blueprints
    + openapi_endpoints.blueprints
)
COMMANDS = (
    user_commands.commands
    + authentication_commands.commands
    + account_commands.commands
    + link_commands.commands
    + team_commands.commands
    + client_commands.commands
    + registration_commands.commands
    + group_commands.commands
    + scope_commands.commands
    + oauth_commands.commands
    + message_commands.commands
    + operation_commands.commands
    + mail_commands.commands
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the portal as a WSGI application, configured by ``settings`` or else by the environment."""
    settings = settings or load()
    app = Portal(
        "app",
        root_path=str(ROOT / "app"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.cli = CommandLine(app.name)
    _configure(app, settings)
    _connect_extensions(app, settings)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for blueprint in ENDPOINTS:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    for signal, receiver in REACTIONS:
        signal.connect(receiver)
    for command in COMMANDS:
        app.cli.add_command(command)
    site.configure(app)
    oauth.configure(app)
    api.configure(app)
    for before in hull.BEFORE_PAGES:
        app.before_request(before)
    for after in reversed(hull.AFTER_PAGES):  # Flask begins with the one it heard of last
        app.after_request(after)
    app.before_programs, app.after_programs = hull.BEFORE_PROGRAMS, hull.AFTER_PROGRAMS
    for layer in reversed(hull.WSGI_LAYERS):
        app.wsgi_app = layer(app.wsgi_app, app)  # type: ignore[assignment, method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    transactions, reads = engine_options(settings.database_url)
    app.testing = settings.app_env == "testing"
    app.session_interface = cookies.Cookies()
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=transactions,
        SQLALCHEMY_BINDS={READS: {"url": settings.database_url, **reads}},
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        SESSION_COOKIE_NAME=settings.session_cookie,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=browser.REMEMBERED_FOR,
        WTF_CSRF_CHECK_DEFAULT=False,  # checked at its place among all that runs before a page
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
        WTF_CSRF_SSL_STRICT=False,  # Referrer-Policy may hide the referrer; the token is what counts
        BABEL_DEFAULT_LOCALE=settings.default_locale,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        **rate_limiting.configuration(settings),
    )


def _connect_extensions(app: Flask, settings: Settings) -> None:
    vault.configure(settings.database_encryption_secret, settings.database_encryption_secret_previous)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    # Not by init_app: its hook refreshes a cookie that nobody is given here.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    babel.init_app(app, locale_selector=i18n.select_locale)
    app.extensions["limiter"] = {limiter}  # where it is known already, it registers no hooks
    limiter.init_app(app)
    background.init_app(app)
    metrics.init_app(app)
