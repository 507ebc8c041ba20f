"""The resource servers of examples/ run, and open to nobody but those whom the portal sent."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.examples.servers import AUDIENCE, COMMANDS, Server, weather_station
from tests.examples.tokens import ATTACKS, SCOPE, Forger, Operator
from tests.support.portals import StartPortal
from tests.support.ports import free_port, wait_until

BARE = 'Bearer realm="weather"'


@pytest.fixture(scope="module", params=list(COMMANDS))
def server(
    request: pytest.FixtureRequest, operator: Operator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with weather_station(request.param, tmp_path_factory.mktemp("station"), operator.portal.url) as running:
        yield running


@pytest.fixture(scope="module")
def forger(operator: Operator) -> Forger:
    return Forger(operator)


@pytest.mark.rfc("9068#section-4")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_a_token_with_the_scope_is_told_the_weather(server: Server, operator: Operator, alg: str) -> None:
    reader = operator.reader(alg)
    answer = server.get(f"Bearer {operator.token(reader)}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"celsius": 21, "sky": "clear", "asked_by": reader.id}


def test_a_token_for_several_services_and_a_lower_case_scheme_are_fine(
    server: Server, operator: Operator
) -> None:
    token = operator.token(operator.reader(), f"{SCOPE} tides.read")
    assert server.get(f"bearer {token}").status_code == 200


@pytest.mark.rfc("6750#section-3.1")
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "nonsense"])
def test_without_a_token_the_challenge_has_no_error(server: Server, header: str | None) -> None:
    answer = server.get(header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == BARE


@pytest.mark.rfc("6750#section-3.1")
def test_a_token_without_the_scope_is_403_and_the_challenge_names_it(
    server: Server, operator: Operator
) -> None:
    answer = server.get(f"Bearer {operator.token(operator.reader(), 'weather.write')}")
    assert answer.status_code == 403
    challenge = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{SCOPE}"' in challenge


@pytest.mark.rfc("8725#section-3")
@pytest.mark.parametrize("name", ATTACKS)
def test_a_wrong_token_is_401(server: Server, forger: Forger, name: str) -> None:
    answer = server.get(f"Bearer {ATTACKS[name](forger)}")
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith(f'{BARE}, error="invalid_token"')


TOLD = {
    "expired": "exp|expired",
    "of another issuer": "iss is .https://elsewhere.example., expected .http://127",
    "for another service": f"aud is .https://tides.example., expected .{AUDIENCE}",
    "without a client": "client_id",
    "an id_token": "id_token|typ",
    "of an unknown key": "key",
    "changed on its way": "[Ss]ignature",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_why_a_token_was_refused_stands_in_the_log_and_the_token_does_not(
    server: Server, forger: Forger, name: str
) -> None:
    token, before = ATTACKS[name](forger), len(server.log)
    server.get(f"Bearer {token}")
    wait_until(lambda: "A token was refused: " in server.log[before:], 30, server.log)
    said = server.log[before:]
    assert re.search(f"A token was refused: .*({TOLD.get(name, '.')})", said), said
    assert [part for part in token.split(".") if len(part) > 20 and part in said] == []


def test_a_scope_that_is_lacking_stands_in_the_log(server: Server, operator: Operator) -> None:
    before = len(server.log)
    server.get(f"Bearer {operator.token(operator.reader(), 'weather.write')}")
    wait_until(lambda: f"A token was refused: it has no scope {SCOPE}" in server.log[before:], 30, server.log)


@pytest.mark.rfc("8725#section-3.10")
def test_a_token_writes_no_line_of_its_own_into_the_log(server: Server, forger: Forger) -> None:
    before = len(server.log)
    for forged in (forger.forge({"kid": "x\nA line"}), forger.forge(aud="x\nA line")):
        assert server.get(f"Bearer {forged}").status_code == 401
    wait_until(lambda: server.log[before:].count("A token was refused") == 2, 30, server.log)
    assert "\nA line" not in server.log[before:]


def test_what_the_attacks_change_is_what_opens_the_door(server: Server, forger: Forger) -> None:
    assert server.get(f"Bearer {forger.forge()}").status_code == 200


@pytest.mark.parametrize("kind", COMMANDS)
def test_keys_that_cannot_be_had_are_a_503(kind: str, forger: Forger, tmp_path: Path) -> None:
    with weather_station(kind, tmp_path, f"http://127.0.0.1:{free_port()}") as server:
        answer = server.get(f"Bearer {forger.forge()}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Traceback" not in answer.text


@pytest.mark.slow
def test_a_key_they_have_not_seen_is_looked_up(start_portal: StartPortal, tmp_path: Path) -> None:
    operator = Operator(start_portal("sqlite", workers=1), tmp_path)
    reader, portal = operator.reader(), operator.portal
    with ExitStack() as stack:
        servers = [stack.enter_context(weather_station(kind, tmp_path, portal.url)) for kind in COMMANDS]
        old = operator.token(reader)
        assert [server.get(f"Bearer {old}").status_code for server in servers] == [200, 200, 200]
        # The next key is published ahead, so only the second rotation signs with one they do not know.
        operator.rotate_keys()
        operator.rotate_keys()
        portal.stop()
        portal.start()
        new = operator.token(reader)
        for server in servers:
            wait_until(partial(accepts, server, new), 60, server.log)
            assert accepts(server, old)
    operator.close()


def accepts(server: Server, token: str) -> bool:
    return server.get(f"Bearer {token}").status_code == 200
