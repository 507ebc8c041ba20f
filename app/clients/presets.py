"""Settings of well-known integrations, by name."""

from dataclasses import dataclass, replace

from . import grants
from .details import Details


@dataclass(frozen=True)
class Preset:
    """What an integration needs to be different."""

    grant_types: tuple[str, ...]
    pkce_required: bool
    retry_window: int
    """Seconds."""


PRESETS = {
    # Many people's connections depend on it: it repeats a refresh that timed out, and cannot always send PKCE.
    "zapier": Preset(
        (grants.AUTHORIZATION_CODE, grants.REFRESH_TOKEN), pkce_required=False, retry_window=120
    ),
}


def with_preset(details: Details, name: str) -> Details:
    """``details`` with what that integration needs; its redirect URIs are its own app's, so they stay as given."""
    preset = PRESETS[name]
    return replace(
        details,
        preset=name,
        grant_types=preset.grant_types,
        pkce_required=preset.pkce_required,
        retry_window=preset.retry_window,
    )
