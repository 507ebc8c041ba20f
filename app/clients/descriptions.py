"""What commands tell about an app: everything but its secrets."""

import json

from ..teams.models import Team
from ..users.models import User
from .client_secrets import is_live
from .group_limits import names_of_groups
from .models import Client, ClientSecret


def describe(client: Client, owner: User | None, team: Team | None) -> dict[str, object]:
    """``client`` as JSON can carry it."""
    return {
        "client_id": client.id,
        "name": client.name,
        "description": client.description,
        "homepage_url": client.homepage_url,
        "owner": owner.username if owner else None,
        "team": team.name if team else None,
        "client_type": client.client_type,
        "auth_method": client.auth_method,
        "jwks": json.loads(client.jwks) if client.jwks else None,
        "jwks_uri": client.jwks_uri,
        "redirect_uris": client.redirect_uri_list,
        "post_logout_redirect_uris": client.post_logout_redirect_uris.split(),
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "grant_types": client.grant_type_list,
        "scopes": client.scope_list,
        "pkce": "required" if client.pkce_required else "optional",
        "par": "required" if client.par_required else "optional",
        "alg": client.alg,
        "retry_window": client.retry_window,
        "lean_id_tokens": client.lean_id_tokens,
        "errors_without_iss": client.errors_without_iss,
        "second_factor": "required" if client.second_factor_required else "optional",
        "dpop": "required" if client.dpop_required else "optional",
        "groups": names_of_groups(client),
        "preset": client.preset,
        "introspection": "all" if client.introspects_all else "own",
        "disabled": client.disabled_at is not None,
        "disabled_by": client.disabled_by,
        "secrets": [describe_secret(secret) for secret in client.secrets],
        "created_at": client.created_at.isoformat(timespec="seconds"),
    }


def describe_secret(secret: ClientSecret) -> dict[str, object]:
    """One of an app's secrets, by its name and last four characters."""
    moments = {
        "created_at": secret.created_at,
        "expires_at": secret.expires_at,
        "revoked_at": secret.revoked_at,
        "last_used_at": secret.last_used_at,
    }
    times = {
        name: moment.isoformat(timespec="seconds") if moment else None for name, moment in moments.items()
    }
    return {
        "id": secret.id,
        "name": secret.name,
        "last_four": secret.last_four,
        "valid": is_live(secret),
        **times,
    }
