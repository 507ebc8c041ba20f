"""What the person must still do before an app gets its answer: an ordered table of named checks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...authentication import methods
from ...clock import now
from ...diagnostics import causes
from ...diagnostics.causes import Cause
from ..refusals import Refused
from ..wishes import CREATE, Wishes

FRESH = timedelta(minutes=10)  # how long a sign-in made for a request counts as made for it


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an authorization request stands."""

    wishes: Wishes
    signed_in: bool
    auth_time: datetime | None
    """When the person last proved who they are."""
    sent_to_sign_in: datetime | None
    """When this very request first asked for a fresh sign-in."""
    account_chosen: bool
    """Whether the person has answered this request's question which account to use."""
    account_unclear: bool
    """Whether several accounts are signed in and nothing says which one to use."""
    missing: tuple[str, ...]
    """Scopes that were asked for and never decided upon."""
    has_consent: bool
    """Whether the person allows it something, for whom the request is."""
    has_any_consent: bool = False
    """Whether they do for themselves or for any team."""
    team_unclear: bool = False
    """Whether the person must say for which of their teams it is."""
    is_unverified_native_app: bool = False
    """Whether any program on the person's device could be asking in the app's name."""
    another_named: bool = False
    """Whether the app expects somebody else than the person signed in."""
    is_full: bool = False
    """Whether the app may let in nobody new until an administrator has checked it."""
    is_outside_groups: bool = False
    """Whether the app is only for groups that the person is not in."""
    requires_second_factor: bool = False
    """Whether the app lets in nobody without one, whatever this request says."""
    second_factor_at: datetime | None = None
    """When the person last proved two factors."""
    methods: str = ""
    """How the person signed in."""
    has_passkey: bool = False
    """Whether the person can prove more than a code does."""
    asked_for_stronger: datetime | None = None
    """When this request last asked for a second factor."""

    @property
    def is_weaker_than_required(self) -> bool:
        """Whether the sign-in reaches none of the ``acr`` values of which the app insists on one."""
        required = self.wishes.required_acr_values
        return bool(required) and methods.strongest_reached(self.methods, required) is None

    @property
    def may_become_stronger(self) -> bool:
        """Whether it helps to ask for a second factor: none is proved, or a passkey was not asked for yet."""
        proved, asked = self.second_factor_at, self.asked_for_stronger
        return proved is None or (self.has_passkey and (asked is None or proved < asked))

    @property
    def freshly_signed_in(self) -> bool:
        """Whether the person signed in because of this request."""
        return self._is_for_this(self.auth_time)

    def is_too_old(self, proven: datetime | None) -> bool:
        """Whether the request asks for a newer proof than the one of that time (``prompt=login``, ``max_age``)."""
        if self._is_for_this(proven):
            return False
        if "login" in self.wishes.prompts:
            return True
        max_age = self.wishes.max_age
        return max_age is not None and (proven is None or now() - proven > timedelta(seconds=max_age))

    def _is_for_this(self, proven: datetime | None) -> bool:
        sent = self.sent_to_sign_in
        return sent is not None and proven is not None and proven >= sent and now() - proven <= FRESH


def _registration(situation: Situation) -> bool:
    """Whether to show the registration: to who is signed in, too, until somebody has come in because of this request."""
    sent, came = situation.sent_to_sign_in, situation.auth_time
    has_come = sent is not None and came is not None and came >= sent
    return CREATE in situation.wishes.prompts and not has_come


def _login(situation: Situation) -> bool:
    return not situation.signed_in and not situation.account_unclear


def _person(situation: Situation) -> bool:
    """Whether the app expects somebody else.

    With ``prompt=none`` only an app that this person has let in learns it; others could probe with hints.
    """
    may_learn = situation.has_any_consent or not situation.wishes.silent
    return situation.another_named and not situation.account_unclear and may_learn


def _account(situation: Situation) -> bool:
    if situation.account_unclear:
        return True
    chosen = situation.account_chosen or situation.freshly_signed_in
    return "select_account" in situation.wishes.prompts and not chosen


def _stranger(situation: Situation) -> bool:
    """Whether who asks silently may not even learn when and how the person signed in: they have not let the app in."""
    is_told = situation.has_any_consent or _room(situation) or _group(situation)
    return situation.wishes.silent and not is_told


def _reauthentication(situation: Situation) -> bool:
    return situation.is_too_old(situation.auth_time)


def _group(situation: Situation) -> bool:
    return situation.is_outside_groups and not situation.account_unclear


def _room(situation: Situation) -> bool:
    return situation.is_full and not situation.has_any_consent


def _second_factor(situation: Situation) -> bool:
    """Whether two factors have to be proved: of what the app asks to be new, the second one must be, too."""
    if situation.is_weaker_than_required and situation.may_become_stronger:
        return True
    if not (situation.requires_second_factor or situation.wishes.second_factor):
        return False
    return situation.second_factor_at is None or situation.is_too_old(situation.second_factor_at)


def _acr(situation: Situation) -> bool:
    return situation.is_weaker_than_required


def _team(situation: Situation) -> bool:
    return situation.team_unclear


def _consent(situation: Situation) -> bool:
    return not situation.has_consent or bool(situation.missing) or "consent" in situation.wishes.prompts


def _confirmation(situation: Situation) -> bool:
    """:rfc:`8252#section-8.6`: what nobody proved to be the app gets nothing without the person's act."""
    return situation.is_unverified_native_app


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a person may have to do, when, and what a silent request is told instead."""

    name: str
    is_needed: Callable[[Situation], bool]
    cause: Cause


CHECKS = (
    Check("registration", _registration, causes.LOGIN_REQUIRED),
    Check("login", _login, causes.LOGIN_REQUIRED),
    Check("person", _person, causes.ANOTHER_PERSON_SIGNED_IN),
    Check("account", _account, causes.ACCOUNT_SELECTION_REQUIRED),
    Check("stranger", _stranger, causes.CONSENT_REQUIRED),
    Check("reauthentication", _reauthentication, causes.LOGIN_REQUIRED),
    Check("group", _group, causes.PERSON_NOT_IN_GROUP),
    Check("room", _room, causes.APP_FULL),
    Check("second factor", _second_factor, causes.SECOND_FACTOR_UNPROVEN),
    Check("acr", _acr, causes.ACR_UNMET),
    Check("team", _team, causes.TEAM_UNCLEAR),
    Check("consent", _consent, causes.CONSENT_REQUIRED),
    Check("confirmation", _confirmation, causes.APP_UNASSURED),
)


def next_interaction(situation: Situation) -> str | None:
    """The name of the first check that is not passed; None when the app may have its answer.

    Raises :class:`Refused` instead where the app forbade to show anything (``prompt=none``).
    """
    for check in CHECKS:
        if not check.is_needed(situation):
            continue
        if situation.wishes.silent:
            asked = list(situation.wishes.required_acr_values)
            raise Refused(check.cause, missing=list(situation.missing), asked=asked)
        return check.name
    return None
