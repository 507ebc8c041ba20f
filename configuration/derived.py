"""Settings that follow from others: secrets of development, a database in parts, refusals of production."""

import ipaddress
import os
import secrets
import ssl
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from .hosts import is_host_of_url
from .problems import ConfigurationError, refuse
from .weak_secrets import MADE_BY, SHORTEST_SECRET, faults_of_secrets, is_guessable, plain


def database_from_parts(given: Mapping[str, str]) -> str | None:
    """The database URL that the MYSQL_* variables spell, or None where none of them is set."""
    names = [f"MYSQL_{part}" for part in ("USER", "PASS", "HOST", "PORT", "DB") if f"MYSQL_{part}" in given]
    if not names:
        return None
    port = given.get("MYSQL_PORT", "3306").strip()
    host = given.get("MYSQL_HOST", "127.0.0.1").strip()
    refuse(_faults_of_parts(given, names[0], host, port))
    password = f":{quote(given['MYSQL_PASS'], safe='')}" if "MYSQL_PASS" in given else ""
    user, name = quote(given["MYSQL_USER"], safe=""), quote(given["MYSQL_DB"], safe="")
    return f"mysql://{user}{password}@{host}:{port}/{name}"


def _faults_of_parts(given: Mapping[str, str], first: str, host: str, port: str) -> Iterator[str]:
    for name in ("MYSQL_USER", "MYSQL_DB"):
        if name not in given:
            yield f"{name} is missing, since {first} is set; accepted: a name, or use DATABASE_URL"
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535:
        yield f"MYSQL_PORT is {port!r}; accepted: a whole number from 1 to 65535"
    if not is_host_of_url(host):
        shown = "not a host" if "@" in host else repr(host)  # a URL pasted here may hold a password
        yield f"MYSQL_HOST is {shown}; accepted: a name or address, such as db.example.com"


def development_secret(name: str, app_env: str, instance: Path) -> str:
    """The secret kept in the instance folder, made once; ConfigurationError in production."""
    variable = name.upper()
    if app_env == "production":
        raise ConfigurationError(
            f"{variable} is missing; accepted in production: {SHORTEST_SECRET} random characters or more, "
            f"as this makes them: {MADE_BY}"
        )
    path = instance / name
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"{variable} is missing and {path} cannot be used ({error}); set it instead"
        ) from None


def _write_once(path: Path, text: str) -> None:
    """Write a file only its owner reads; of several processes doing so at once the first one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.link(draft, path)  # unlike a rename it never replaces, and nobody sees half a file
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def faults_of_encryption_secrets(secret: str | None, previous: str | None) -> Iterator[str]:
    """A line for a short secret, and for a previous one that is the same."""
    for name, value in (("", secret), ("_PREVIOUS", previous)):
        if value is not None and len(value) < SHORTEST_SECRET:
            yield (
                f"DATABASE_ENCRYPTION_SECRET{name} is too short; "
                f"accepted: any text of {SHORTEST_SECRET} characters or more"
            )
    if previous is not None and secret == previous:
        yield (
            "DATABASE_ENCRYPTION_SECRET_PREVIOUS is the same as DATABASE_ENCRYPTION_SECRET; "
            "accepted: another one, or nothing"
        )


def admin_second_factor(app_env: str) -> str:
    """Whether administrators need a second factor where nothing is said: where the portal is in earnest, they do."""
    return "required" if app_env == "production" else "optional"


def refuse_unusable_tls(certificate: Path | None, key: Path | None) -> None:
    """Raise ConfigurationError unless both are none, or PEM files that can be read and belong together."""
    if certificate is None or key is None:
        if certificate is not key:
            missing = "TLS_KEY" if key is None else "TLS_CERT"
            raise ConfigurationError(
                f"{missing} is missing; accepted: TLS_CERT and TLS_KEY both set, or neither"
            )
        return
    for name, path in (("TLS_CERT", certificate), ("TLS_KEY", key)):
        if not os.access(path, os.R_OK):
            raise ConfigurationError(
                f"{name} names a file this user cannot read; accepted: a readable PEM file"
            )
    try:
        # A key under a password would make gunicorn ask for it at the terminal, in every worker.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = (getattr(error, "reason", None) or "cannot be read as PEM").lower().replace("_", " ")
        raise ConfigurationError(
            f"TLS_CERT and TLS_KEY will not do ({reason}); accepted: the PEM file of a certificate with its chain, "
            "and of the private key that belongs to it, without a password"
        ) from None


def refuse_a_missing_key(is_needed: bool | None, key: bytes | None) -> None:
    """Raise ConfigurationError where tokens are to be encrypted and nothing says under which key."""
    if is_needed and key is None:
        raise ConfigurationError(
            "JWE_ENCRYPTION_KEY is missing; SHOULD_ENCRYPT_TOKENS=true needs 32 bytes in base64url"
        )


def unsafe_in_production(
    secret_key: str | None, encryption_secret: str | None, token_key: bytes | None, issuer: str
) -> Iterator[str]:
    """A line for a secret that could be guessed, and for an issuer whose tokens anybody could read."""
    yield from faults_of_secrets({"SECRET_KEY": secret_key, "DATABASE_ENCRYPTION_SECRET": encryption_secret})
    if token_key is not None and is_guessable(token_key.decode("latin-1")):
        yield "JWE_ENCRYPTION_KEY is too simple; accepted in production: 32 random bytes in base64url"
    if secret_key is not None and encryption_secret is not None:
        one, other = plain(secret_key).casefold(), plain(encryption_secret).casefold()
        shorter, longer = sorted((one, other), key=len)
        if len(shorter) >= SHORTEST_SECRET and shorter in longer:
            yield (
                f"SECRET_KEY {'is the same as' if one == other else 'has text in common with'} "
                "DATABASE_ENCRYPTION_SECRET; accepted in production: another one, so that who learns one has not both"
            )
    parts = urlsplit(issuer)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        yield f"ISSUER is {issuer!r}; accepted in production: an https:// URL"


def unguarded_in_production(fetch_allow: Iterable[str] | None) -> Iterator[str]:
    """A line where addresses that strangers write would reach into a network of our own."""
    if fetch_allow:
        yield (
            f"FETCH_ALLOW is {', '.join(fetch_allow)!r}; accepted in production: nothing, "
            "for apps would reach into the portal's own network"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
