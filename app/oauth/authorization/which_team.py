"""For whom an authorization request may be answered: the person, or one of their teams.

Each is a consent of its own. An app that does not ask for the scope ``teams`` knows the person alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...consents.models import ONESELF, Consent
from ...consents.standing import list_consents_to
from ...scopes.catalogue import TEAMS
from ...teams.members import list_teams_of
from ...teams.models import Team, TeamMember
from ..grants.authorization_code import AuthorizationCodeGrant
from . import pending


@dataclass
class ForWhom:
    """What the person before a request allows its app, and for whom this request is, as far as that is clear."""

    user_id: str | None
    """Nobody, while nobody has signed in."""
    asked: bool
    """Whether the app wants to know the team."""
    consents: Sequence[Consent]
    """What the person allows it at present, for themselves and for teams; what they decided last comes first."""
    said: str | None
    """Whom the person has chosen for this request already: the id of a team, or :data:`ONESELF`."""
    named: str | None
    """Whom the app names."""
    chooses: bool
    """Whether the app wants the person to choose anew (``prompt=select_account``)."""

    @cached_property
    def teams(self) -> list[tuple[Team, TeamMember]]:
        """The teams that the person may choose."""
        return list_teams_of(self.user_id) if self.asked and self.user_id else []

    @property
    def whom(self) -> str | None:
        """Whom it is for: who was chosen or named, or the only one that anything is allowed for; None: the person must say."""
        if not self.asked:
            return ONESELF
        if self.said is not None or self.named is not None:
            return self.named if self.said is None else self.said
        if len(self.consents) == 1:
            return self.consents[0].for_whom
        return None if self.consents or self.teams else ONESELF

    @property
    def consent(self) -> Consent | None:
        """What they allow for whom it is for."""
        return self.find(self.whom)

    @property
    def is_unclear(self) -> bool:
        """Whether more than one consent could be meant."""
        return self.whom is None and bool(self.consents)

    @property
    def is_asked_anew(self) -> bool:
        """Whether the app wants the person to choose, and there is a choice."""
        return self.asked and self.chooses and bool(self.teams)

    @property
    def last(self) -> str | None:
        """What is chosen on the page that asks: what the person said or decided before, never what the app names alone."""
        if self.said is not None:
            return self.said
        known = self.consent if self.whom is not None else next(iter(self.consents), None)
        return known.for_whom if known else None

    def find(self, whom: str | None) -> Consent | None:
        """What they allow for this one."""
        return next((consent for consent in self.consents if consent.for_whom == whom), None)

    def leave_out(self, team_id: str | None) -> None:
        """Offer this team no longer: the person has left it since the teams were read."""
        self.teams = [(team, member) for team, member in self.teams if team.id != team_id]

    def may_be(self, whom: str) -> bool:
        """Whether the person may give access for this one."""
        return whom == ONESELF or any(team.id == whom for team, _member in self.teams)


def read(grant: AuthorizationCodeGrant, url: str, user_id: str | None) -> ForWhom:
    """Read it for this person; nothing of it is locked."""
    client_id, asked = grant.request.client.id, TEAMS in grant.scopes
    consents = list_consents_to(user_id, client_id) if user_id else ()
    said = pending.team_chosen(url, user_id) if user_id else None
    named = _named_by_app(grant, consents) if user_id and grant.named == user_id else None
    return ForWhom(user_id, asked, consents, said, named, "select_account" in grant.wishes.prompts)


def _named_by_app(grant: AuthorizationCodeGrant, consents: Sequence[Consent]) -> str | None:
    """Whom the ID token is about that the app sends as a hint.

    One without a team is about the person themselves, or older than any team: it decides among consents, and asks for none.
    """
    if grant.named_team is not None:
        return grant.named_team
    return ONESELF if any(consent.team_id is None for consent in consents) else None


def read_for_device(scopes: Sequence[str], client_id: str, user_id: str) -> ForWhom:
    """Read it for a device, which names nobody; what was decided last is chosen on the page."""
    return ForWhom(user_id, TEAMS in scopes, list_consents_to(user_id, client_id), None, None, chooses=False)


def missing(scopes: Sequence[str], consent: Consent | None) -> tuple[str, ...]:
    """Those of ``scopes`` that the person has never decided upon; where they declined all of them, all again."""
    if consent is None:
        return tuple(scopes)
    allowed, declined = consent.scope.split(), consent.declined.split()
    if all(name in declined for name in scopes):
        return tuple(scopes)
    return tuple(name for name in scopes if name not in (*allowed, *declined))
