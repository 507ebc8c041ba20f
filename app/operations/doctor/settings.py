"""The settings: what fits badly together, and what is weak in production."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...authentication.factors import relying_party
from ...clients.redirect_uris import is_loopback
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

DAY = 24 * 3600
LONGEST_CODE = 600  # seconds; :rfc:`6749#section-4.1.2` recommends ten minutes at most
LEAST_BCRYPT_ROUNDS = 10
STRANGERS = ("203.0.113.7", "2001:db8::7")  # addresses of documentation: nobody's


def check(settings: "Settings") -> Iterator[Finding]:
    """What was read, then everything about it that should be different."""
    yield Finding("configuration", True, f"{settings.app_env}, issuer {settings.issuer}")
    yield from (_wrong(says, mend) for holds, says, mend in _rules(settings) if holds)
    if not relying_party.can_have_passkeys(settings.issuer):
        yield Finding("configuration", True, f"no passkeys: {_why_no_passkeys(settings.issuer)}")
    if settings.app_env == "production":
        yield from (_wrong(says, mend) for holds, says, mend in _weaknesses(settings) if holds)
        if settings.database_url.startswith("sqlite"):
            yield Finding("configuration", True, "SQLite serves one machine; several need MariaDB.")


def _why_no_passkeys(issuer: str) -> str:
    if relying_party.has_name(issuer):
        return "browsers have them only over TLS, and on localhost"
    return f"ISSUER has an IP address and no domain name; on one's own machine {relying_party.named(issuer)} has them"


def _wrong(says: str, mend: str) -> Finding:
    return Finding("configuration", False, says, mend)


def _rules(settings: "Settings") -> Iterator[tuple[bool, str, str]]:
    secure, pattern = settings.issuer.startswith("https:"), settings.rate_limit_white_list_regexp
    yield (
        secure and settings.tls_cert is None and settings.trusted_proxies == 0,
        "a proxy adds TLS, but TRUSTED_PROXIES is 0: everybody seems to come from the proxy's address",
        "Set TRUSTED_PROXIES to the number of proxies in front.",
    )
    yield (
        settings.app_env == "development" and not is_loopback(settings.issuer),
        "ISSUER is public, but APP_ENV is development: without MAIL_URL links for new passwords are printed in the log",
        "Set APP_ENV=production, and what it asks for.",
    )
    yield (
        settings.message_port is not None and settings.message_host not in ("127.0.0.1", "::1", "localhost"),
        "MESSAGE_HOST lets other machines ask: the listener asks nobody who they are, and tells who has an account",
        "Let it listen on 127.0.0.1, or close the port to all but your own services.",
    )
    yield (
        not secure and settings.tls_cert is not None,
        "TLS_CERT is set, but ISSUER begins with http: browsers send the cookies of the portal in clear",
        "Set ISSUER to the https:// address of the portal.",
    )
    yield (
        pattern is not None and any(pattern.fullmatch(address) for address in STRANGERS),
        "RATE_LIMIT_WHITE_LIST_REGEXP exempts strangers: it matches addresses that are nobody's",
        r"Let it match your own addresses only, such as 10\.0\.\d+\.\d+",
    )


def _weaknesses(settings: "Settings") -> Iterator[tuple[bool, str, str]]:
    yield (
        settings.access_token_ttl > DAY,
        "ACCESS_TOKEN_TTL is longer than a day: services that only check signatures honour a stolen token as long",
        "Set it to an hour or less; refresh tokens are there for the rest.",
    )
    yield (
        settings.authorization_code_ttl > LONGEST_CODE,
        "AUTHORIZATION_CODE_TTL is longer than ten minutes, the most that RFC 6749 recommends",
        "Set it to 1 minute.",
    )
    yield (
        settings.password_hasher == "bcrypt" and settings.bcrypt_salt_rounds < LEAST_BCRYPT_ROUNDS,
        f"BCRYPT_SALT_ROUNDS is below {LEAST_BCRYPT_ROUNDS}: stolen hashes are guessed quickly",
        "Set it to 12, or PASSWORD_HASHER to argon2; hashes are renewed at the next sign-in.",
    )
