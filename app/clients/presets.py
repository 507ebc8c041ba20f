"""Settings of well-known integrations, by name."""

from dataclasses import dataclass

from . import grants


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
