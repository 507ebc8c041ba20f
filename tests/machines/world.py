"""A portal whose clock the machines move, and what a program asks it."""

from datetime import UTC, datetime
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine
from werkzeug.test import TestResponse

from app.users import accounts
from tests import factories as make
from tests.oauth.logouts import post

EXAMPLES = hypothesis_settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
ACCESS_TOKEN_TTL = 3600


class Machine(RuleBasedStateMachine):
    """Somebody with a browser, at a portal whose clock stands still until a rule moves it."""

    app: Flask
    """Set by the test that runs the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(datetime.now(UTC), tick=False)
        self.clock = self.travel.start()
        self.seconds = 0
        self.person = make.make_user(self.app)
        self.http = self.app.test_client()
        self.reader = make.make_client(self.app, introspects_all=True)
        self.browser: FlaskClient | None = None
        self.visits = 0
        """How many times the person has signed in: the number of the present session."""

    def teardown(self) -> None:
        self.travel.stop()

    def signed_in(self) -> FlaskClient:
        """The person's browser; signs in where nobody is."""
        if self.browser is None:
            self.browser = make.browser_of(self.app, self.person)
            self.visits += 1
        return self.browser

    def leave(self) -> None:
        """Sign out by the button."""
        if self.browser is not None:
            post(self.browser, "/logout", page="/account")
            self.browser = None

    def pass_time(self, seconds: int) -> None:
        """Move the clock."""
        self.clock.shift(seconds)
        self.seconds += seconds

    def block_and_unblock(self) -> None:
        """What an administrator does by mistake, and takes back."""
        for act in (accounts.block, accounts.unblock):
            with self.app.app_context():
                act(accounts.get_user(self.person.id))
                make.db.session.commit()
        self.browser = None

    def disconnect(self, client: make.App) -> None:
        """End the app's access at /account/apps."""
        post(self.signed_in(), f"/account/apps/{client.id}/disconnect", page="/account/apps")

    def token(self, client: make.App, **fields: str) -> TestResponse:
        """What the token endpoint answers."""
        return self.http.post("/oauth/token", data={**fields, **client.form})

    def is_active(self, token: str, client: make.App | None = None) -> bool:
        """What introspection says to the app; to one that may ask about all tokens without ``client``."""
        client = client or self.reader
        answer = self.http.post("/oauth/introspect", data={"token": token, **client.form})
        assert answer.status_code == 200, answer.text
        return bool(answer.json["active"])

    def revoke(self, client: make.App, token: str) -> None:
        """Give the token back."""
        answer = self.http.post("/oauth/revoke", data={"token": token, **client.form})
        assert answer.status_code == 200, answer.text


def error_of(answer: TestResponse) -> Any:
    """The error code of a refusal."""
    assert answer.status_code == 400, answer.text
    return answer.json["error"]
