"""Devices, and whoever allows or declines them, in any order: each gets its tokens once, or never."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from tests import factories as make
from tests.flows import devices
from tests.machines.world import ACCESS_TOKEN_TTL, EXAMPLES, Machine, error_of

DEVICE_CODE_TTL, INTERVAL, SLOWER = 900, 5, 5
picks = st.integers(0, 40)


@dataclass
class Waiting:
    """A device with its codes."""

    device: devices.Device
    at: int
    interval: int = INTERVAL
    polled_at: int | None = None
    decision: str | None = None
    has_tokens: bool = False
    is_dead: bool = False
    access: list[tuple[str, int]] = field(default_factory=list)
    refresh: str = ""

    @property
    def is_allowed(self) -> bool:
        """True where somebody has allowed it and nothing has ended that."""
        return self.decision == "allow" and not self.is_dead


class Devices(Machine):
    """Two public apps on devices of one person."""

    def __init__(self) -> None:
        super().__init__()
        self.clients = [devices.make_app(self.app, name=f"{self.person.username} {n}") for n in range(2)]
        self.waiting: list[Waiting] = []

    def pick(self, number: int) -> Waiting:
        """One of them, the newest for 0."""
        return self.waiting[-1 - number % len(self.waiting)]

    @rule(pick=picks)
    def begin(self, pick: int) -> None:
        self.waiting.append(Waiting(devices.begin(self.app, self.clients[pick % 2]), self.seconds))

    @precondition(lambda self: self.waiting)
    @rule(pick=picks, decision=st.sampled_from(["allow", "allow", "deny"]))
    def decide(self, pick: int, decision: str) -> None:
        waiting, browser = self.pick(pick), self.signed_in()
        page = devices.enter(browser, waiting.device.user_code)
        if waiting.decision is not None or self.is_late(waiting):
            assert devices.problem(page) or "user_code" in page.text
            assert 'name="decision"' not in page.text
            return
        answer = devices.decide(browser, page, decision)
        assert answer.status_code == 303, answer.text
        waiting.decision = decision

    def is_late(self, waiting: Waiting) -> bool:
        """True where its codes have run out."""
        return self.seconds - waiting.at >= DEVICE_CODE_TTL

    @precondition(lambda self: self.waiting)
    @rule(pick=picks)
    def poll(self, pick: int) -> None:
        waiting = self.pick(pick)
        answer, last = waiting.device.poll(), waiting.polled_at
        if waiting.is_dead and not waiting.has_tokens and self.is_late(waiting):
            assert error_of(answer) in {"invalid_grant", "expired_token"}
        elif waiting.has_tokens or waiting.is_dead:
            assert error_of(answer) == "invalid_grant"
        elif self.is_late(waiting):
            assert error_of(answer) == "expired_token"
        elif waiting.decision == "deny":
            assert error_of(answer) == "access_denied"
        elif waiting.decision == "allow":
            self.keep(waiting, answer)
        else:
            is_early = last is not None and self.seconds - last < waiting.interval
            assert error_of(answer) == ("slow_down" if is_early else "authorization_pending")
            waiting.interval += SLOWER if is_early else 0
            waiting.polled_at = self.seconds

    def keep(self, waiting: Waiting, answer: Any) -> None:
        """Take what was issued into the model."""
        assert answer.status_code == 200, answer.text
        waiting.has_tokens, waiting.refresh = True, answer.json["refresh_token"]
        waiting.access.append((answer.json["access_token"], self.seconds))

    @precondition(lambda self: self.waiting)
    @rule(pick=picks)
    def poll_as_another_app(self, pick: int) -> None:
        waiting = self.pick(pick)
        other = next(client for client in self.clients if client is not waiting.device.client)
        assert error_of(waiting.device.poll(other)) == "invalid_grant"

    @precondition(lambda self: any(each.has_tokens for each in self.waiting))
    @rule(pick=picks)
    def refresh(self, pick: int) -> None:
        having = [each for each in self.waiting if each.has_tokens]
        waiting = having[pick % len(having)]
        token = waiting.refresh
        answer = self.token(waiting.device.client, grant_type="refresh_token", refresh_token=token)
        if waiting.is_dead:
            assert error_of(answer) == "invalid_grant"
        else:
            self.keep(waiting, answer)

    @precondition(lambda self: any(each.is_allowed for each in self.waiting))
    @rule(pick=picks)
    def disconnect_an_app(self, pick: int) -> None:
        having = [each for each in self.waiting if each.is_allowed]
        client = having[pick % len(having)].device.client
        self.disconnect(client)
        self.end(lambda each: each.device.client is client)

    @precondition(lambda self: any(each.decision == "allow" for each in self.waiting))
    @rule()
    def be_blocked(self) -> None:
        self.block_and_unblock()
        self.end(lambda _each: True)

    def end(self, which: Any) -> None:
        """What was allowed to these is over, asked for or not."""
        for each in self.waiting:
            each.is_dead |= each.decision == "allow" and which(each)

    @rule()
    def sign_out(self) -> None:
        """A device goes on without the browser that allowed it."""
        self.leave()

    @rule(seconds=st.sampled_from([1, 4, 5, 6, 11, 60, 870, 901, ACCESS_TOKEN_TTL]))
    def wait(self, seconds: int) -> None:
        self.pass_time(seconds)

    @invariant()
    def what_lives_is_active_and_nothing_else(self) -> None:
        for each in self.waiting[-4:]:
            for token, issued in each.access[-2:]:
                lives = not each.is_dead and self.seconds - issued < ACCESS_TOKEN_TTL
                assert self.is_userinfo_open(token) == lives
            assert each.has_tokens == bool(each.access)

    def is_userinfo_open(self, token: str) -> bool:
        """True where the token opens something: public apps may not introspect."""
        return self.http.get("/oauth/userinfo", headers=make.with_token(token)).status_code == 200


def test_devices_in_any_order(app: Flask) -> None:
    Devices.app = app
    run_state_machine_as_test(Devices, settings=EXAMPLES)
