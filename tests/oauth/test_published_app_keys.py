"""An app that publishes its keys (`jwks_uri`) changes them without the portal; its server's troubles stay its own."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.database.rows import db
from app.fetching.refusals import FetchFailed
from app.oauth.client_authentication import published_keys
from tests import factories as make
from tests.oauth.by_assertion import make_assertion, send
from tests.oauth.world import World
from tests.support.raw_servers import RawServer, json_answer, raw_server

AppWith = Callable[..., Flask]


def make_key(kid: str = "mine") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


def publish(*keys: Any, headers: tuple[str, ...] = (), more: tuple[dict[str, Any], ...] = ()) -> bytes:
    document = {"keys": [*(key.as_dict(private=False) for key in keys), *more]}
    return json_answer(json.dumps(document).encode(), *headers)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with raw_server(b"") as found:
        yield found


class Signer:
    """An app that publishes its keys at the server, and signs with one of them."""

    def __init__(self, world: World, server: RawServer) -> None:
        self.world, self.server, self.key = world, server, make_key()
        server.answer, server.met = publish(self.key), 0
        self.app = world.make_client(auth_method="private_key_jwt", jwks_uri=server.url)
        self._numbers = iter(range(1000))

    def ask(self, key: ECKey | None = None) -> Any:
        assertion = make_assertion(self.app, key or self.key, jti=f"jti{next(self._numbers)}")
        return send(self.world, assertion)

    def cause(self, **changes: Any) -> str:
        """What the owner reads of a request that is refused as any other."""
        answer = self.ask(**changes)
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
        assert answer.json["error_description"].startswith("Client authentication failed.")
        page = make.browser_of(self.world.app, self.world.owner).get(
            f"/failures/{answer.headers['X-Request-Id']}"
        )
        self.page = page.text
        return page.text.partition('<code id="cause"')[2].partition(">")[2].partition("<")[0]

    @property
    def known(self) -> Any:
        return published_keys._known.get((self.app.id, self.server.url))

    def let_pass(self, seconds: float) -> None:
        """What was fetched, or failed, is that much older."""
        for moment in ("fetched_at", "fresh_until", "failed_at"):
            setattr(self.known, moment, getattr(self.known, moment) - seconds)


@pytest.fixture
def signer(app_with: AppWith, server: RawServer) -> Signer:
    return Signer(World(app_with(FETCH_ALLOW=server.place)), server)


def test_keys_are_fetched_once_and_kept(signer: Signer) -> None:
    assert [signer.ask().status_code for _ in range(3)] == [200] * 3
    assert signer.server.met == 1


@pytest.mark.module("oidcc-refresh-token-rp-key-rotation")
def test_a_new_key_works_without_touching_the_portal(signer: Signer) -> None:
    """As oidcc-refresh-token-rp-key-rotation does: the app publishes a new key and signs with it."""
    assert signer.ask().status_code == 200
    new = make_key("new")
    signer.server.answer = publish(new, signer.key)
    signer.let_pass(60)
    assert signer.ask(new).status_code == 200
    assert signer.ask().status_code == 200
    signer.server.answer = publish(new)  # and the old one is gone as soon as the portal looks again
    signer.let_pass(300)
    assert signer.cause() == "assertion_signature_wrong"
    assert signer.ask(new).status_code == 200


def test_a_new_key_under_the_old_name_or_without_one_works(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    new = make_key()
    signer.server.answer = publish(new)
    signer.let_pass(60)
    assert signer.ask(new).status_code == 200
    nameless = ECKey.generate_key("P-256")
    signer.server.answer = publish(make_key("a"), more=(nameless.as_dict(private=False),))
    signer.let_pass(60)
    claims = jwt.decode(make_assertion(signer.app, nameless, jti="nameless"), nameless).claims
    assert send(signer.world, jwt.encode({"alg": "ES256"}, claims, nameless)).status_code == 200


def test_attack_wrong_signatures_make_the_portal_ask_once_a_minute_at_most(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    stranger = make_key()
    assert [signer.ask(stranger).status_code for _ in range(5)] == [401] * 5
    assert signer.server.met == 1
    signer.let_pass(60)
    assert [signer.ask(stranger).status_code for _ in range(5)] == [401] * 5
    assert signer.server.met == 2
    assert signer.ask().status_code == 200


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Cache-Control: max-age=600"], 600), ([], 300), (["Cache-Control: no-store"], 60), (["Cache-Control: max-age=1"], 60),
        (["Cache-Control: max-age=99999999"], 86_400),
    ],
)  # fmt: skip
def test_keys_are_kept_as_long_as_their_server_says_within_bounds(
    signer: Signer, headers: list[str], seconds: int
) -> None:
    signer.server.answer = publish(signer.key, headers=tuple(headers))
    signer.ask()
    signer.let_pass(seconds - 5)
    signer.ask()
    assert signer.server.met == 1
    signer.let_pass(5)
    assert signer.ask().status_code == 200
    assert signer.server.met == 2


def test_attack_a_dead_key_server_is_not_hammered_and_comes_back(signer: Signer) -> None:
    signer.server.answer = json_answer(b"{}", status="503 Busy")
    assert [signer.cause() for _ in range(3)] == ["jwks_unreachable"] * 3
    assert "The answer had the status 503" in signer.page
    assert signer.server.url in signer.page
    assert signer.server.met == 1
    signer.server.answer = publish(signer.key)
    signer.let_pass(10)
    assert signer.ask().status_code == 200


def test_known_keys_go_on_for_an_hour_while_their_server_does_not_answer(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    signer.server.answer = b""
    signer.let_pass(300)
    assert [signer.ask().status_code for _ in range(3)] == [200] * 3
    assert signer.server.met == 2
    signer.let_pass(3600)
    assert signer.cause() == "jwks_unreachable"


def test_attack_keys_that_were_taken_back_do_not_go_on(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    signer.server.answer = json_answer(b'{"keys":[]}')
    signer.let_pass(300)
    assert signer.cause() == "jwks_malformed"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("answer", "cause", "said"),
    [
        (b"", "jwks_unreachable", "no HTTP"),
        (json_answer(b"{}", "Location: http://169.254.169.254/", status="302 Found"), "jwks_unreachable", "redirect"),
        (json_answer(b"{}", status="404 Not Found"), "jwks_unreachable", "status 404"),
        (json_answer(b"<html>", kind="text/html"), "jwks_malformed", "no JSON"),
        (json_answer(b'"' + b"a" * 6000 + b'"'), "jwks_malformed", "longer than 5 kB"),
        *[(json_answer(body), "jwks_malformed", "no usable key")
          for body in (b"{}", b"[]", b"null", b'{"keys":{}}', b'{"keys":[]}', b'{"keys":[1]}', b'{"keys":[{"kty":"EC"}]}',
                       b'{"keys":[{"kty":"new","x":"y"}]}', b'{"keys":[{"kty":[]}]}')],
        (json_answer(json.dumps({"keys": [make_key().as_dict(private=True)]}).encode()), "jwks_malformed", "private key"),
        (json_answer(b'{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'), "jwks_malformed", "private key"),
        (publish(RSAKey.generate_key(1024)), "jwks_malformed", "less than 2048 bits"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_address_is_told_to_the_owner_alone(
    signer: Signer, answer: bytes, cause: str, said: str
) -> None:
    signer.server.answer = answer
    assert signer.cause() == cause
    assert said in signer.page


@pytest.mark.rfc("7517#5")
@pytest.mark.parametrize(
    "other",
    [
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"},
        {"kty": "EC", "crv": "brainpoolP256r1", "x": "eA", "y": "eQ"},
        {"kty": "OKP", "crv": "X999", "x": "eA"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "EC"},
        7,
    ],
    ids=["kind", "curve", "other curve", "broken", "empty", "number"],
)
def test_what_nobody_can_use_is_left_out(signer: Signer, other: Any) -> None:
    signer.server.answer = publish(signer.key, more=(other,))
    assert signer.ask().status_code == 200


def test_attack_a_weak_key_beside_a_good_one_proves_nothing(signer: Signer) -> None:
    weak = RSAKey.generate_key(1024, {"kid": "weak", "alg": "RS256", "use": "sig"})
    signer.server.answer = publish(signer.key, weak)
    assert signer.ask().status_code == 200
    signed = make_assertion(signer.app, weak, jti="weak1")
    assert send(signer.world, signed).status_code == 401


def test_attack_an_address_that_is_no_longer_public(app: Flask, server: RawServer) -> None:
    """Whatever it was when the app was registered: it is looked at with every fetch."""
    world = World(app)
    signer = Signer.__new__(Signer)
    signer.world, signer.server, signer.key, signer._numbers = world, server, make_key(), iter(range(9))
    server.met = 0
    signer.app = world.make_client(auth_method="private_key_jwt", jwks_uri="https://keys.example/")
    for address in ("http://127.0.0.1:1/", server.url, "https://[::1]/", "https://169.254.169.254/"):
        world.change(lambda row, new=address: setattr(row, "jwks_uri", new), signer.app)
        assert signer.cause() == "address_not_public"
    assert server.met == 0


def test_a_changed_address_counts_at_once(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    other = make_key()
    with raw_server(publish(other)) as second:
        signer.world.change(lambda row: setattr(row, "jwks_uri", f"{signer.server.url}?new"), signer.app)
        assert second.met == 0
        signer.server.answer = publish(other)
        assert signer.ask(other).status_code == 200
        assert signer.cause() == "assertion_signature_wrong"


def test_no_transaction_is_open_while_keys_are_fetched(signer: Signer) -> None:
    seen: list[int] = []

    def answer(connection: socket.socket) -> None:
        seen.extend(engine.pool.checkedout() for engine in engines)
        connection.sendall(publish(signer.key))

    with signer.world.app.app_context():
        engines: list[Any] = list(db.engines.values())
    signer.server.answer = answer
    assert signer.ask().status_code == 200
    assert seen == [0] * len(engines)


def test_of_many_requests_at_once_one_fetches_and_no_thread_but_one_waits(signer: Signer) -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.5)
        connection.sendall(publish(signer.key))

    signer.server.answer = slowly
    sent = [make_assertion(signer.app, signer.key, jti=f"many{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda assertion: send(World(signer.world.app), assertion), sent))
    assert signer.server.met == 1
    # Whoever found no place is told when to come again: that is our trouble, not the app's.
    told = {answer.status_code: answer.headers.get("Retry-After") for answer in answers}
    assert told in ({200: None}, {200: None, 503: "3"})
    assert [answer.status_code for answer in answers].count(200) >= 2


def test_attack_many_requests_of_an_app_with_a_slow_server_leave_room_for_others(
    app_with: AppWith, server: RawServer
) -> None:
    """Anybody may send them: the client ID is in an address, and the signature is looked at after the keys."""

    def silently(_connection: socket.socket) -> None:
        time.sleep(3)

    with raw_server(silently) as slow:
        signer = Signer(World(app_with(FETCH_ALLOW=f"{server.place},{slow.place}")), server)
        hostile = signer.world.make_client(auth_method="private_key_jwt", jwks_uri=slow.url)
        sent = [make_assertion(hostile, make_key(), jti=f"slow{number}") for number in range(6)]
        with ThreadPoolExecutor(6) as pool:
            waiting = [pool.submit(send, World(signer.world.app), assertion) for assertion in sent]
            time.sleep(1)
            answer = signer.ask()
            told = [each.result().status_code for each in waiting]
    assert answer.status_code == 200, answer.text
    assert sorted(told)[:1] == [401]
    assert told.count(503) >= 4


def test_where_the_portal_has_no_room_for_look_ups_no_app_is_blamed(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Integrations take invalid_client for the end of a connection, and its server was not even asked."""

    def no_room(*_args: Any, **_named: Any) -> Any:
        raise FetchFailed("no_room")

    with monkeypatch.context() as patch:
        patch.setattr(published_keys, "fetch_json", no_room)
        answer = signer.ask()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert signer.ask().status_code == 200


def test_while_keys_are_fetched_anew_the_old_ones_go_on(signer: Signer) -> None:
    assert signer.ask().status_code == 200
    signer.let_pass(300)
    published = signer.known
    with published.lock:  # as somebody holds it who fetches
        assert signer.ask().status_code == 200
    assert signer.server.met == 1
    assert signer.ask().status_code == 200
    assert signer.server.met == 2
