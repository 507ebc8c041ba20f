"""What an authorization request asks for claim by claim, OpenID Connect Core section 5.5."""

from collections.abc import Sequence
from dataclasses import replace

from ...authentication.methods import acr_of, strongest_reached
from ...diagnostics import causes, request_log
from .. import claims_parameter, requested_claims
from ..refusals import Refused
from ..requests import PortalRequest
from ..wishes import Wishes

MOST_TOLD = 5  # values that a refusal names


class ClaimsRequests:
    """The part of the authorization code grant that reads ``claims``: a claim is asked for as its permission is."""

    request: PortalRequest
    wishes: Wishes
    scopes: tuple[str, ...] = ()
    """What the person is asked to allow."""
    only_for_claims: frozenset[str] = frozenset()
    """Those of ``scopes`` that the app did not name: it named single claims that they would allow."""
    named: str | None = None
    """The person whom the app expects, by an ID token."""

    def add_claims(self) -> None:
        """Add to ``scopes`` those that single claims belong to. Raises :class:`Refused` where no sign-in here will do."""
        asked = self.wishes.claims
        if "openid" not in self.scopes:  # no request of OpenID Connect, which the parameter is of
            self.wishes = replace(self.wishes, claims=claims_parameter.NOTHING)
            return
        if asked.insists_on_acr and not self.wishes.required_acr_values:
            raise Refused(causes.ACR_UNMET, asked=[value[:100] for value in asked.acr_values[:MOST_TOLD]])
        more = [name for name in asked.scopes if name not in self.scopes]
        allowed = [name for name in more if name in self.request.client.scopes]
        self.only_for_claims = frozenset(allowed)
        self.scopes = (*self.scopes, *allowed)
        if len(allowed) < len(more):
            request_log.remark(causes.CLAIMS_LEFT_OUT, lacking=[name for name in more if name not in allowed])

    @property
    def names_somebody(self) -> bool:
        """Whether the app says whom it expects, by an ID token or by values of the claim ``sub``."""
        return self.named is not None or self.wishes.claims.subjects is not None

    def expects(self, user_id: str) -> bool:
        """Whether the app would take this person: one it names, if it names anybody."""
        subjects = self.wishes.claims.subjects
        return self.named in (None, user_id) and (subjects is None or user_id in subjects)

    def granted_claims(self, allowed: Sequence[str], proved: str) -> str | None:
        """What the code keeps of the claims: those whose scope the person ``allowed``, and the ``acr`` to tell.

        ``proved`` are the methods of their sign-in. Of the values that the app insists on, the ID token tells the
        strongest one reached.
        """
        told = strongest_reached(proved, self.wishes.required_acr_values)
        return requested_claims.written(self.wishes.claims, allowed, None if told == acr_of(proved) else told)
