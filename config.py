"""Every setting of the portal: the one list. Environment variables, or lines of `.env` in the checkout."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

from configuration import derived
from configuration import values as read
from configuration.env_file import read_env_file
from configuration.problems import ConfigurationError, Problems
from configuration.running import find_issuer

__all__ = ["CHECKOUT", "LANGUAGES", "ConfigurationError", "Settings", "load", "load_or_exit"]

CHECKOUT = Path(__file__).resolve().parent
# The languages of the portal, each by its own name: who looks for it reads that one.
LANGUAGES = {"en": "English", "de": "Deutsch"}
# The European Economic Area, Switzerland and the United Kingdom: elsewhere some numbers cost a hundred times as much.
SMS_COUNTRIES = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
DEFAULT_PORT = 8000
HIDDEN = ("_SECRET", "_SECRET_PREVIOUS", "_KEY", "_PASS", "_URL")
Value = TypeVar("Value")


def setting(default: str | None, reader: Callable[[str], Value]) -> Value:
    """A field whose variable has its name in capitals; without default it follows from others."""
    return cast("Value", field(metadata={"default": default, "reader": reader}))


def optional(reader: Callable[[str], Value]) -> Value | None:
    """A field that is None unless its variable is set."""
    return cast("Value | None", field(metadata={"default": None, "reader": reader}))


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """The settings of one process, validated; durations are whole seconds."""

    # The folder of secrets made once, the SQLite database and development's mails; INSTANCE_PATH moves it.
    instance: Path
    # development, production (refuses weak secrets and plain http) or testing.
    app_env: str = setting("development", read.one_of("development", "production", "testing"))
    # Public base URL without trailing slash, `iss` of every token; follows the port where it is not set, and in
    # commands the portal that runs.
    issuer: str = setting(None, read.issuer)
    # Signs sessions and CSRF tokens; made once into the instance folder in development.
    secret_key: str = setting(None, read.text)
    # SQLite or MariaDB; wins over MYSQL_USER, MYSQL_PASS, MYSQL_HOST, MYSQL_PORT, MYSQL_DB.
    database_url: str = setting(None, read.database)
    # 32 characters or more: encrypts client secrets, private keys and TOTP seeds; made once in development.
    database_encryption_secret: str = setting(None, read.text)
    # The secret before that one, or on its way in the next one: what was made under it is still understood.
    database_encryption_secret_previous: str | None = optional(read.text)
    # Shared storage of rate limits; without it they hold across all workers of one machine.
    redis_url: str | None = optional(read.url("redis", "rediss", "unix", example="redis://127.0.0.1:6379/0"))

    # Lifetimes of what the authorization server issues.
    access_token_ttl: int = setting("1 hour", read.duration)
    refresh_token_ttl: int = setting("1 year", read.duration)
    # Whatever its use, a refresh token ends then: from the authorization that it came of.
    refresh_token_max_ttl: int = setting("2 years", read.duration)
    authorization_code_ttl: int = setting("1 minute", read.duration)
    id_token_ttl: int = setting("1 hour", read.duration)
    # Access tokens become nested JWEs (dir, A256GCM) under a key of 32 bytes in base64url.
    should_encrypt_tokens: bool = setting("false", read.switch)
    jwe_encryption_key: bytes | None = optional(read.encryption_key)
    # How access tokens are signed; an app may choose its own.
    access_token_alg: str = setting("RS256", read.one_of("RS256", "ES256", "EdDSA"))
    # `aud` of access tokens whose scopes name no other.
    default_audience: str = setting("api://default", read.text)
    # A refresh token repeated within it gets the same successor again.
    refresh_retry_window: int = setting("1 minute", read.window)
    # Keep only a digest of client secrets: their owners cannot see one again.
    client_secrets_shown_once: bool = setting("false", read.switch)
    # Whether DPoP proofs must repeat a nonce that the portal gave within the last minutes.
    dpop_nonce: bool = setting("off", read.switch)
    # Who may register apps by RFC 7591: nobody, holders of an initial access token, everybody.
    dynamic_registration: str = setting("off", read.one_of("off", "token", "open", true="open", false="off"))

    # Whether apps must push their authorization requests (RFC 9126): those that say so themselves, or all of them.
    pushed_requests: str = setting("optional", read.one_of("optional", "required"))

    # Whether /api/auth takes people's passwords from services of the house.
    password_api: bool = setting("on", read.switch)
    # How many people an app may reach that no administrator vouches for.
    unverified_app_people: int = setting("100", read.whole_number(1, 1_000_000_000))
    # How long a sign-in lasts however much it is used; "Stay signed in" has its own. Unused ones end sooner.
    session_ttl: int = setting("30 days", read.duration)
    remembered_session_ttl: int = setting("90 days", read.duration)
    # How long somebody who lost all second factors waits before they are removed.
    recovery_wait: int = setting("72 hours", read.duration)

    # Hashes of another kind or cost are upgraded at the next sign-in.
    password_hasher: str = setting("argon2", read.one_of("argon2", "bcrypt"))
    bcrypt_salt_rounds: int = setting("12", read.whole_number(4, 20))
    # Words of the organisation, such as its name and products, that no password may be with a few characters around
    # them; those of the issuer's host always count.
    password_words: tuple[str, ...] | None = optional(read.words)
    # Whether administrators need a second factor, 7 days after they are first asked; default: required in production.
    admin_second_factor: str = setting(None, read.one_of("required", "optional"))
    # Who may make an account: everybody, people with an invitation, nobody.
    registration: str = setting("open", read.one_of("open", "invite", "closed"))

    # Requests an address may make in a time; listed ones, and those the pattern matches whole, are exempt.
    rate_limit_requests_number: int = setting("10000", read.whole_number(1, 10**9))
    rate_limit_duration_seconds: int = setting("1000", read.duration)
    rate_limit_white_list: tuple[str, ...] = setting("127.0.0.1", read.addresses)
    rate_limit_white_list_regexp: re.Pattern[str] | None = optional(read.pattern)
    # How long events are kept: what happened, to whom, by whom and from where.
    event_retention: int = setting("2 years", read.duration)
    # Addresses that may read /metrics.
    metrics_allow: tuple[str, ...] = setting("127.0.0.1", read.addresses)
    # One line a request on stdout, and how warnings and errors are written on stderr.
    access_log: str = setting("text", read.one_of("text", "json", "off"))
    log_format: str = setting("text", read.one_of("text", "json"))

    # gunicorn: where it listens (PORT wins over SERVER_PORT), with how many processes (cores × 2 + 1).
    server_host: str = setting("127.0.0.1", read.host)
    server_port: int = setting(str(DEFAULT_PORT), read.whole_number(1, 65_535))
    web_concurrency: int = setting(str((os.cpu_count() or 1) * 2 + 1), read.whole_number(1, 512))
    # PEM files; both or none.
    tls_cert: Path | None = optional(read.file)
    tls_key: Path | None = optional(read.file)
    # How many hops of X-Forwarded-* are believed.
    trusted_proxies: int = setting("0", read.whole_number(0, 16))

    # Names and addresses the portal is asked by beside the issuer's, such as `portal` in a network of containers.
    trusted_hosts: tuple[str, ...] | None = optional(read.hosts)

    # smtps:// speaks TLS from the start, smtp+tls:// insists on STARTTLS, smtp:// takes it where it is offered and
    # sends no password without it; None: mails are printed and kept in instance/mail/.
    mail_url: str | None = setting("console", read.unless_console(read.mail_server))
    # The From line; default: pforte@ the issuer's host.
    mail_from: str = setting(None, read.sender)
    # A gateway that takes a POST of {"to","text"}, by https:// unless it is near; None: messages are printed.
    sms_webhook_url: str | None = setting("console", read.unless_console(read.web_address))
    # Each host:port that may be fetched from though it is not public, also by http://; refused in production.
    fetch_allow: tuple[str, ...] | None = optional(read.places)
    # Text messages the portal sends a day, whoever asks: they cost money.
    sms_daily_budget: int = setting("200", read.whole_number(0, 1_000_000))
    # Countries whose numbers get text messages, ISO 3166 codes or `all`; the default is where messages are cheap.
    sms_countries: tuple[str, ...] | None = setting(SMS_COUNTRIES, read.countries)
    # The language where neither the person nor the browser says one.
    default_locale: str = setting("en", read.one_of(*LANGUAGES))
    # What the portal is called, on its pages and in its mails.
    portal_name: str = setting("Pforte", read.portal_name)
    # URI in /.well-known/security.txt, which is 404 without it.
    security_contact: str | None = optional(read.contact)
    # Pages of whoever runs the portal, linked at the foot of every page and where accounts are created.
    imprint_url: str | None = optional(read.page)
    privacy_url: str | None = optional(read.page)
    terms_url: str | None = optional(read.page)
    # Port and address of the NestJS-compatible TCP listener. Whoever reaches it may ask: keep it on loopback.
    message_port: int | None = setting("off", read.optional_port)
    message_host: str = setting("127.0.0.1", read.host)

    @property
    def secure_cookies(self) -> bool:
        """True where browsers must send the cookies over TLS only."""
        return self.issuer.startswith("https:")

    @property
    def session_cookie(self) -> str:
        """The name of the session's cookie. Browsers keep cookies by host alone: the port tells portals of one host apart."""
        port = urlsplit(self.issuer).port
        return f"{'__Host-' if self.secure_cookies else ''}pforte{f'-{port}' if port else ''}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], instance: Path) -> Self:
        """The settings these variables give; raises ConfigurationError with a line for each that will not do."""
        given = {
            name: value for name, value in environ.items() if value.strip() or name == "RATE_LIMIT_WHITE_LIST"
        }
        problems = Problems()
        if "PORT" in given:
            with problems.gathered():
                _value("PORT", given["PORT"], read.whole_number(1, 65_535))
                given["SERVER_PORT"] = given["PORT"]
        values: dict[str, Any] = {"instance": instance}
        for each in fields(cls)[1:]:
            name = each.name.upper()
            text = given.get(name, each.metadata["default"])
            values[each.name] = None
            with problems.gathered():
                values[each.name] = None if text is None else _value(name, text, each.metadata["reader"])
        _work_out(values, given, problems)
        problems.check()
        return cls(**values)


# Every variable that is read: those of the fields, and what they follow.
KNOWN = (
    *(each.name.upper() for each in fields(Settings)[1:]),
    *("INSTANCE_PATH", "PORT", "MYSQL_USER", "MYSQL_PASS", "MYSQL_HOST", "MYSQL_PORT", "MYSQL_DB"),
)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """This process's settings; a real environment variable wins over a line of `.env`."""
    # Flask's own switch: tests run the portal's processes without the checkout's `.env`.
    written = {} if environ.get("FLASK_SKIP_DOTENV") else read_env_file(CHECKOUT / ".env")
    merged = written | dict(environ)
    # Containers move the folder, and so does a second portal on the same checkout.
    instance = Path(merged.get("INSTANCE_PATH") or CHECKOUT / "instance").resolve()
    # Flask's own mark of a command, which follows the portal that runs beside it; a portal follows nobody.
    is_command = environ.get("FLASK_RUN_FROM_CLI") == "true"
    if is_command and not any(merged.get(name, "").strip() for name in ("ISSUER", "PORT", "SERVER_PORT")):
        merged["ISSUER"] = find_issuer(instance, DEFAULT_PORT) or ""
    return Settings.from_environment(merged, instance)


# What gunicorn's master has read: its workers serve with these, whatever has become of `.env` meanwhile.
accepted: Settings | None = None


def load_or_exit() -> Settings:
    """Load this process's settings, or end it with one line where they will not do."""
    try:
        return load()
    except ConfigurationError as error:
        sys.exit(str(error))


def _value(name: str, text: str, reader: Callable[[str], Value]) -> Value:
    try:
        return reader(text)
    except ValueError as error:
        shown = "has a value that will not do" if name.endswith(HIDDEN) else f"is {text!r}"
        raise ConfigurationError(f"{name} {shown}; accepted: {error}") from None


def _work_out(values: dict[str, Any], given: Mapping[str, str], problems: Problems) -> None:
    """Fill in what depends on other settings, and gather where they do not fit together."""
    instance: Path = values["instance"]
    with problems.gathered():
        derived.refuse_unusable_tls(values["tls_cert"], values["tls_key"])
    with problems.gathered():
        derived.refuse_a_missing_key(values["should_encrypt_tokens"], values["jwe_encryption_key"])
    values["admin_second_factor"] = values["admin_second_factor"] or derived.admin_second_factor(
        values["app_env"]
    )
    scheme = "https" if values["tls_cert"] else "http"
    values["issuer"] = values["issuer"] or f"{scheme}://127.0.0.1:{values['server_port']}"
    values["mail_from"] = values["mail_from"] or f"pforte@{read.host_of(values['issuer'])}"
    if "DATABASE_URL" not in given:
        with problems.gathered():
            parts = derived.database_from_parts(given)
            values["database_url"] = parts and _value("MYSQL_HOST", parts, read.database)
    values["database_url"] = values["database_url"] or f"sqlite:///{instance / 'pforte.sqlite3'}"
    values["database_url"] = read.absolute(values["database_url"], CHECKOUT)
    _work_out_secrets(values, problems)


def _work_out_secrets(values: dict[str, Any], problems: Problems) -> None:
    is_production = values["app_env"] == "production"
    for name in ("secret_key", "database_encryption_secret"):
        # Nothing is made where the start ends anyway.
        if values[name] is None and (is_production or not problems):
            with problems.gathered():
                values[name] = derived.development_secret(name, values["app_env"], values["instance"])
    secret_key, secret = values["secret_key"], values["database_encryption_secret"]
    problems.add(derived.faults_of_encryption_secrets(secret, values["database_encryption_secret_previous"]))
    if is_production:
        problems.add(
            derived.unsafe_in_production(secret_key, secret, values["jwe_encryption_key"], values["issuer"])
        )
        problems.add(derived.unguarded_in_production(values["fetch_allow"]))
