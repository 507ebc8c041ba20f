"""Codes, refresh tokens and their ends in any order: what is active is what the model says, and nothing else."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from tests import factories as make
from tests.machines.world import ACCESS_TOKEN_TTL, EXAMPLES, Machine, error_of

CODE_TTL, RETRY_WINDOW = 60, 60
LOOKED_AT = 4  # families after each step
SCOPES = ("openid", "openid profile", "openid profile email")
picks = st.integers(0, 40)
rarely = st.integers(0, 4).map(lambda number: number == 4)
"""True once in a while: what ends everything leaves nothing to look at."""


@dataclass
class Family:
    """What came of one code."""

    client: make.App
    scope: str
    refresh: list[str]
    """One a generation, the newest last."""
    rotated_at: int = -10_000
    access: list[tuple[str, int]] = field(default_factory=list)
    """Access tokens, and when they were issued."""
    given_back: set[str] = field(default_factory=set)
    is_dead: bool = False


@dataclass
class Code:
    """A code on its way."""

    client: make.App
    value: str
    proof: make.Proof
    scope: str
    visit: int
    at: int
    is_void: bool = False
    family: Family | None = None


class Tokens(Machine):
    """Two confidential apps and a public one, and all that can happen to what they hold."""

    def __init__(self) -> None:
        super().__init__()
        kinds: tuple[dict[str, Any], ...] = ({}, {}, {"client_type": "public"})
        self.clients = [make.make_client(self.app, **kind) for kind in kinds]
        self.codes: list[Code] = []
        self.families: list[Family] = []

    @rule(pick=picks, scope=st.sampled_from(SCOPES))
    def authorize(self, pick: int, scope: str) -> None:
        client, proof = self.clients[pick % 3], make.make_proof()
        value = make.authorize(client, self.signed_in(), proof, scope=scope)
        self.codes.append(Code(client, value, proof, scope, self.visits, self.seconds))

    @precondition(lambda self: self.codes)
    @rule(pick=picks)
    def redeem(self, pick: int) -> None:
        code = self.codes[-1 - pick % len(self.codes)]
        answer = make.redeem(self.http, code.client, code.value, code.proof)
        if code.family is not None:
            assert error_of(answer) == "invalid_grant"
            code.family.is_dead = True
        elif code.is_void or self.is_over(code):
            assert error_of(answer) == "invalid_grant"
        else:
            code.family = Family(code.client, code.scope, [])
            self.families.append(code.family)
            self.keep(code.family, answer)

    @rule(pick=picks, scope=st.sampled_from(SCOPES))
    def connect(self, pick: int, scope: str) -> None:
        self.authorize(pick, scope)
        self.redeem(0)

    @rule(pick=picks, how=st.sampled_from(["late", "signed out"]))
    def redeem_in_vain(self, pick: int, how: str) -> None:
        self.authorize(pick, SCOPES[0])
        if how == "late":
            self.pass_time(CODE_TTL)
        else:
            self.leave()
        self.redeem(0)

    def is_over(self, code: Code) -> bool:
        """True where its time or its session has run out."""
        left = self.browser is None or code.visit != self.visits
        return self.seconds - code.at >= CODE_TTL or left

    @precondition(lambda self: self.codes)
    @rule(pick=picks)
    def steal_code(self, pick: int) -> None:
        code = self.codes[-1 - pick % len(self.codes)]
        thief = next(client for client in self.clients if client is not code.client)
        assert error_of(make.redeem(self.http, thief, code.value, code.proof)) == "invalid_grant"
        if code.family is None:
            guessed = make.redeem(self.http, code.client, code.value, make.make_proof())
            assert error_of(guessed) == "invalid_grant"

    def pick_family(self, pick: int, dead: bool = False) -> Family:
        """One of those that live, the newest for 0; of all if none does, or if ``dead``."""
        found = [family for family in self.families if not family.is_dead and not dead] or self.families
        return found[-1 - pick % len(found)]

    @precondition(lambda self: self.families)
    @rule(pick=picks, scope=st.sampled_from([None, None, *SCOPES]), dead=rarely)
    def refresh(self, pick: int, scope: str | None, dead: bool) -> None:
        family = self.pick_family(pick, dead)
        if family.is_dead:
            assert error_of(self.ask(family, 0, scope)) == "invalid_grant"
        elif scope and not set(scope.split()) <= set(family.scope.split()):
            assert error_of(self.ask(family, 0, scope)) == "invalid_scope"
        else:
            self.rotate(family, scope)

    def rotate(self, family: Family, scope: str | None = None) -> None:
        """Use the newest refresh token."""
        self.keep(family, self.ask(family, 0, scope), scope)
        family.rotated_at = self.seconds

    @precondition(lambda self: self.families)
    @rule(pick=picks, back=st.sampled_from([1, 1, 2]), seconds=st.sampled_from([0, 0, 61]))
    def repeat(self, pick: int, back: int, seconds: int) -> None:
        family = self.pick_family(pick)
        if family.is_dead:
            return
        while len(family.refresh) <= back:
            self.rotate(family)
        self.pass_time(seconds)
        answer = self.ask(family, back)
        if back == 1 and self.seconds - family.rotated_at <= RETRY_WINDOW:
            successor = family.refresh.pop()
            self.keep(family, answer)
            assert family.refresh[-1] == successor
        else:
            assert error_of(answer) == "invalid_grant"
            family.is_dead = True

    def ask(self, family: Family, age: int, scope: str | None = None) -> Any:
        """What a refresh is answered with the token of so many generations ago."""
        token, asked = family.refresh[-1 - age], {"scope": scope} if scope else {}
        return self.token(family.client, grant_type="refresh_token", refresh_token=token, **asked)

    def keep(self, family: Family, answer: Any, scope: str | None = None) -> None:
        """Take what was issued into the model."""
        assert answer.status_code == 200, answer.text
        told = answer.json
        assert set(told["scope"].split()) == set((scope or family.scope).split())
        family.refresh.append(told["refresh_token"])
        family.access.append((told["access_token"], self.seconds))

    @precondition(lambda self: self.families)
    @rule(pick=picks)
    def steal_refresh_token(self, pick: int) -> None:
        family = self.pick_family(pick)
        thief = next(client for client in self.clients if client is not family.client)
        token = family.refresh[-1]
        assert error_of(self.token(thief, grant_type="refresh_token", refresh_token=token)) == "invalid_grant"
        if thief.secret:
            assert not self.is_active(token, thief)

    @precondition(lambda self: self.families)
    @rule(pick=picks, whole=rarely)
    def give_back(self, pick: int, whole: bool) -> None:
        family = self.pick_family(pick)
        if whole:
            self.revoke(family.client, family.refresh[-1])
            family.is_dead = True
        else:
            self.revoke(family.client, family.access[-1][0])
            family.given_back.add(family.access[-1][0])

    @precondition(lambda self: self.families)
    @rule(pick=picks, how=st.sampled_from(["sign out", "sign out", "disconnect", "disconnect", "block"]))
    def end(self, pick: int, how: str) -> None:
        family = self.pick_family(pick)
        if how == "sign out":
            self.leave()
        elif how == "block":
            self.block_and_unblock()
            for client in self.clients:
                self.end_all(client)
        elif not family.is_dead:
            self.disconnect(family.client)
            self.end_all(family.client)

    def end_all(self, client: make.App) -> None:
        """What the app has of this person is over, codes that nobody has used too."""
        for family in self.families:
            family.is_dead |= family.client is client
        for code in self.codes:
            code.is_void |= code.client is client

    @rule(seconds=st.sampled_from([1, 1, 30, 59, 61, ACCESS_TOKEN_TTL]))
    def wait(self, seconds: int) -> None:
        self.pass_time(seconds)

    @invariant()
    def what_lives_is_active_and_nothing_else(self) -> None:
        for family in self.families[-LOOKED_AT:]:
            if family.client.secret:
                assert self.is_active(family.refresh[-1], family.client) == (not family.is_dead)
            for token, issued in family.access[-2:]:
                is_given_back = token in family.given_back or family.is_dead
                lives = not is_given_back and self.seconds - issued < ACCESS_TOKEN_TTL
                assert self.is_active(token) == lives


def test_codes_and_tokens_in_any_order(app: Flask) -> None:
    Tokens.app = app
    run_state_machine_as_test(Tokens, settings=EXAMPLES)
