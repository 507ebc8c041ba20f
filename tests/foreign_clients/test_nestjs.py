"""NestJS services, as they are, ask the portal: a ClientProxy, and a route behind an AuthGuard."""

import json

import pytest
import requests

from app.messages.framing import Frames
from tests.foreign_clients.programs import run_client
from tests.support.messages import message_port
from tests.support.people import Person
from tests.support.portals import Portal

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def person(message_portal: Portal) -> Person:
    return Person(message_portal.url).register()


@pytest.fixture
def token(message_portal: Portal, person: Person) -> str:
    body = {"username": person.username, "password": person.password}
    answer = requests.post(f"{message_portal.url}/api/auth", json=body, timeout=30)
    return str(answer.json()["accessToken"])


@pytest.mark.client("@nestjs/microservices", "asks the message listener with its client proxy")
def test_a_client_proxy_asks_the_portal(message_portal: Portal, person: Person, token: str) -> None:
    found = run_client(
        "nest_client.mjs", port=message_port(message_portal), token=token, username=person.username
    )
    assert found["claims"]["client_id"] == "pforte-api"
    assert found["claims"]["sub"] == found["user"]["id"]
    assert (found["wrong"], found["missing"], found["nobody"]) == (False, False, None)
    assert found["user"] == {
        "id": found["claims"]["sub"],
        "username": person.username,
        "name": person.username,
    }
    assert found["unknown"] == "There is no matching message handler defined in the remote service."
    assert (found["found"], found["not_found"]) == (150, 150)


@pytest.mark.client("@nestjs/microservices", "guards a route by it")
def test_an_auth_guard_opens_a_route_to_our_tokens_only(message_portal: Portal, token: str) -> None:
    found = run_client("nest_guard.mjs", port=message_port(message_portal), token=token)
    assert found["allowed"] == [200, "Greetings authenticated user"]
    for refused in (found["wrong"], found["missing"]):
        assert refused[0] == 403
        assert "Forbidden resource" in refused[1]


def test_frames_are_counted_as_the_real_package_counts_them() -> None:
    texts = ["", "a", "ä€", "😀", "e\u0301 😀 ﷽", "{}"]
    frames = run_client("nest_framing.mjs", texts=texts)["frames"]
    stream = "".join(frames).encode()
    arriving = Frames()
    heard = [text for at in range(len(stream)) for text in arriving.feed(stream[at : at + 1])]
    assert [json.loads(text)["text"] for text in heard] == texts
