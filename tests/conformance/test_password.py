"""RFC 6749 section 4.3, and what RFC 9700 section 2.4 leaves of it."""

import pytest

from tests import factories as make
from tests.oauth.world import World


@pytest.fixture
def client(world: World) -> make.App:
    return world.make_client(grant_types=("password", "refresh_token"), redirect_uris=[])


@pytest.mark.rfc("6749#section-4.3.2")
@pytest.mark.parametrize("missing", ["username", "password"])
def test_username_and_password_are_required(world: World, client: make.App, missing: str) -> None:
    fields = {"username": world.person.username, "password": make.PASSWORD}
    del fields[missing]
    answer = world.token(grant_type="password", **fields, **client.form)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.asvs("10.4.10")
@pytest.mark.rfc("6749#section-4.3.2")
def test_a_confidential_client_must_authenticate(world: World, client: make.App) -> None:
    answer = world.token(
        grant_type="password", username=world.person.username, password=make.PASSWORD, client_id=client.id
    )
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.rfc("6749#section-4.3.3")
def test_the_answer_is_that_of_section_5_1(world: World, client: make.App) -> None:
    fields = {"grant_type": "password", "username": world.person.username, "password": make.PASSWORD}
    answer = world.http.post("/oauth/token", data={**fields, "scope": "profile"}, auth=client.auth)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}


@pytest.mark.asvs("10.4.4")
@pytest.mark.rfc("9700#section-2.4")
def test_no_app_has_the_grant_unless_an_administrator_gave_it(world: World) -> None:
    fields = {"grant_type": "password", "username": world.person.username, "password": make.PASSWORD}
    answer = world.token(**fields, **world.client.form)
    assert (answer.status_code, answer.json["error"]) == (400, "unauthorized_client")
