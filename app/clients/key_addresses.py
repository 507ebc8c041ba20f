"""Where an app may publish its keys (``jwks_uri``): an address that the portal would fetch from."""

from ..extensions import settings
from ..fetching.refusals import FetchFailed
from ..fetching.targets import LONGEST_URL, read_target
from .refusals import Problem, Reason


def find_problem(uri: str) -> Problem | None:
    """What is wrong with this address; its name is not looked up, for what it means may change every minute."""
    if len(uri) > LONGEST_URL:
        return Problem("jwks_uri", Reason.TOO_LONG)
    try:
        read_target(uri, settings.fetch_allow)
    except FetchFailed as failed:
        is_ours = failed.reason == "address_not_public"
        return Problem("jwks_uri", Reason.NOT_PUBLIC if is_ours else Reason.NOT_A_WEB_ADDRESS)
    return None
