"""What the pages that ask a person need to know, whichever way an app asks."""

from typing import Protocol

from ...consents.models import Consent
from ..client_rows import ClientRow
from ..wishes import Wishes
from .which_team import ForWhom


class AccessRequest(Protocol):
    """An app that asks a person for access, by their browser or from a device."""

    @property
    def client(self) -> ClientRow:
        """The app that asks."""

    @property
    def wishes(self) -> Wishes:
        """How it wants to be treated."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it asks for."""

    @property
    def for_whom(self) -> ForWhom:
        """For the person, or for which of their teams."""

    @property
    def consent(self) -> Consent | None:
        """What is allowed for whom this is."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has decided upon, as far as it is clear for whom this is."""
