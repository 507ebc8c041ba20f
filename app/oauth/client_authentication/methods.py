"""Who is asking: client authentication at the token endpoint and its like, :rfc:`6749#section-2.3`."""

from dataclasses import dataclass
from datetime import datetime

from ...clients import secret_digests
from ...clock import now
from ...crypto import equal
from ...diagnostics import causes, request_log, usage
from ...diagnostics.client_id_hints import find_hint
from ...extensions import vault
from ..client_rows import ClientRow, SecretRow
from ..refusals import Refused
from ..requests import PortalRequest
from . import assertions
from .basic import read_basic

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request shows of its client."""

    client_id: str
    secret: str | None
    method: str


def read_credentials(request: PortalRequest) -> Presented:
    """The client's credentials, wherever they are; one place only (:rfc:`6749#section-2.3.1`).

    A ``Bearer`` header says nothing about the client and is ignored.
    """
    header = request.headers.get("Authorization", "")
    form = request.form
    scheme = header.partition(" ")[0].lower()
    if form.get("client_assertion") is not None:
        if scheme == "basic" or form.get("client_secret"):
            raise Refused(causes.TWO_CLIENT_AUTHENTICATIONS, places=["client_assertion", "client_secret"])
        return Presented(assertions.claimed_client(request), None, "private_key_jwt")
    if scheme == "basic":
        client_id, password = read_basic(header)
        if form.get("client_secret") or form.get("client_id", client_id) != client_id:
            raise Refused(causes.TWO_CLIENT_AUTHENTICATIONS, places=["Authorization", "body"])
        return Presented(client_id, password or None, "client_secret_basic" if password else "none")
    client_id = form.get("client_id", "")
    if not client_id:
        if header and scheme not in ("bearer", "basic"):
            raise Refused(causes.BASIC_MALFORMED, hint=None if " " in header else "no_scheme")
        hint = "authentication_header" if "Authentication" in request.headers else None
        raise Refused(causes.CLIENT_NOT_NAMED, fields=sorted(request.sent)[:20], hint=hint)
    secret = form.get("client_secret") or None
    return Presented(client_id, secret, "client_secret_post" if secret else "none")


def check_credentials(
    presented: Presented, client: ClientRow | None, request: PortalRequest, issuer: str
) -> ClientRow:
    """Check that what is ``presented`` proves ``client``, and return it. Raises :class:`Refused`, always as ``invalid_client``."""
    offered = vault.keyed_digest(presented.secret or "")  # the same work for clients that do not exist
    if client is None:
        raise Refused(
            causes.CLIENT_UNKNOWN,
            sent=presented.client_id,
            hint=find_hint(presented.client_id, presented.secret),
        )
    request_log.attribute_to(client_id=client.id)
    if presented.method == "private_key_jwt":
        assertions.check(client, request, issuer)
    else:
        _check_secret(presented, client, offered)
    if client.disabled_at is not None:
        raise Refused(causes.CLIENT_DISABLED, disabled_by=client.disabled_by, disabled_at=client.disabled_at)
    return client


def _check_secret(presented: Presented, client: ClientRow, offered: str) -> None:
    if client.is_public:
        if presented.secret is not None:
            raise Refused(causes.PUBLIC_CLIENT_SENT_SECRET)
        return
    if client.auth_method == "private_key_jwt":
        raise Refused(
            causes.AUTH_METHOD_NOT_ALLOWED, used=presented.method, allowed=client.registered_methods
        )
    if presented.secret is None:
        raise Refused(causes.SECRET_MISSING)
    matching = _matching(client, offered) or _matching_before(client, presented.secret, offered)
    if matching is None:
        raise _explain_wrong(presented.secret, client)
    moment = now()
    if matching.revoked_at is not None and matching.revoked_at <= moment:
        raise Refused(causes.SECRET_REVOKED, secret_name=matching.name, revoked_at=matching.revoked_at)
    if matching.expires_at is not None and matching.expires_at <= moment:
        raise Refused(causes.SECRET_EXPIRED, secret_name=matching.name, expired_at=matching.expires_at)
    if presented.method not in client.registered_methods:
        raise Refused(
            causes.AUTH_METHOD_NOT_ALLOWED, used=presented.method, allowed=client.registered_methods
        )
    usage.secret_used(matching.id)


def _matching(client: ClientRow, offered: str) -> SecretRow | None:
    found = None
    for secret in client.secrets:  # all of them, whichever matches: the time says nothing
        if equal(secret.digest, offered) and (found is None or _counts(secret, now())):
            found = secret
    return found


def _matching_before(client: ClientRow, presented: str, offered: str) -> SecretRow | None:
    """The secret whose digest is still that of the previous encryption secret; it is made anew soon."""
    before = vault.previous_digest(presented)
    found = _matching(client, before) if before else None
    if found is not None:
        secret_digests.renew(client.id, found.id, found.digest, offered)
    return found


def _counts(secret: SecretRow, moment: datetime) -> bool:
    return secret.revoked_at is None and (secret.expires_at is None or secret.expires_at > moment)


def _explain_wrong(secret: str, client: ClientRow) -> Refused:
    trimmed = secret.strip()
    if trimmed != secret and (meant := _matching(client, vault.keyed_digest(trimmed))):
        return Refused(causes.SECRET_HAS_WHITESPACE, secret_name=meant.name)
    if equal(trimmed, client.id):
        return Refused(causes.SECRET_IS_CLIENT_ID)
    return Refused(causes.SECRET_WRONG, length=len(secret))
