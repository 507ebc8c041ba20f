"""An app that waits while the person proves a second factor, and what it is told of it."""

from urllib.parse import urlsplit

from app.authentication import methods
from tests import factories as make
from tests.authentication.phones import VERIFY, give_phone, verify
from tests.oauth.world import World


def test_an_authorization_request_survives_both_steps_and_its_tokens_tell_them(world: World) -> None:
    phone = give_phone(world.app, world.person.id)
    browser, proof = world.app.test_client(), make.make_proof()
    asked = make.ask(browser, world.client, proof)
    assert urlsplit(asked.location).path == "/login"
    page = browser.get(asked.location)
    fields = {"username": "person", "password": make.PASSWORD, "csrf_token": make.csrf_token(page)}
    second = browser.post(asked.location, data=fields).location
    assert urlsplit(second).path == VERIFY
    onward = verify(browser, phone.code(), path=second).location
    assert urlsplit(onward).path == "/oauth/authorize"
    code = make.answer_of(make.decide(browser, browser.get(onward)))["code"]
    tokens = make.redeem(world.http, world.client, code, proof).json
    for token in ("id_token", "access_token"):
        told = make.claims_of(tokens[token])
        assert (told["acr"], told["amr"]) == (methods.TWO_FACTORS, ["pwd", "otp", "mfa"])


def test_the_password_grant_never_gets_past_a_second_factor_nor_clears_the_count(world: World) -> None:
    give_phone(world.app, world.person.id)
    app = world.make_client(grant_types=("password",))
    fields = {"grant_type": "password", "username": "person", **app.form}
    for _ in range(4):
        world.token(**fields, password="wrong")
    assert world.token(**fields, password=make.PASSWORD).status_code == 400
    world.token(**fields, password="wrong")
    assert world.token(**fields, password=make.PASSWORD).status_code == 429
