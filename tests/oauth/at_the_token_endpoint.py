"""One way to provoke each cause at the token endpoint; the name of the function is the cause's."""

from datetime import timedelta

from werkzeug.test import TestResponse

from app.clients import client_secrets
from app.users import accounts
from tests import factories as make
from tests.oauth.logouts import post
from tests.oauth.world import World, later

VERIFIER = "v" * 50


def body_not_form(world: World) -> TestResponse:
    return world.http.post("/oauth/token", json={"grant_type": "client_credentials"}, auth=world.client.auth)


def grant_type_missing(world: World) -> TestResponse:
    return world.token(**world.client.form)


def grant_type_unknown(world: World) -> TestResponse:
    return world.token(**world.client.form, grant_type="client-credentials")


def grant_not_enabled(world: World) -> TestResponse:
    return world.app_only(world.make_client(grant_types=("authorization_code",)))


def client_unknown(world: World) -> TestResponse:
    return world.token(grant_type="client_credentials", client_id="f" * 32, client_secret="guessed-1234567")


def client_not_named(world: World) -> TestResponse:
    return world.token(grant_type="client_credentials", client_secret="pf_secret_guessed-1234567")


def secret_wrong(world: World) -> TestResponse:
    return world.app_only(client_secret="pf_secret_guessed-1234567")


def secret_revoked(world: World) -> TestResponse:
    world.secret(lambda client, secret: client_secrets.revoke_secret(client, secret, actor_id=None))
    return world.app_only()


def secret_expired(world: World) -> TestResponse:
    world.change(lambda client: client_secrets.rotate(client, overlap=timedelta(days=7)))
    with later(days=8):
        return world.app_only()


def secret_has_whitespace(world: World) -> TestResponse:
    return world.app_only(client_secret=f"{world.client.secret} ")


def secret_is_client_id(world: World) -> TestResponse:
    return world.app_only(client_secret=world.client.id)


def secret_missing(world: World) -> TestResponse:
    return world.token(grant_type="client_credentials", client_id=world.client.id)


def public_client_sent_secret(world: World) -> TestResponse:
    public = world.make_client(client_type="public")
    return world.token(
        grant_type="refresh_token", refresh_token="x", client_id=public.id, client_secret="secret-1234567"
    )


def auth_method_not_allowed(world: World) -> TestResponse:
    return world.app_only(world.make_client(auth_method="client_secret_basic"))


def basic_malformed(world: World) -> TestResponse:
    return world.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic ???"}
    )


def two_client_authentications(world: World) -> TestResponse:
    fields = {"grant_type": "client_credentials", **world.client.form}
    return world.http.post("/oauth/token", data=fields, auth=world.client.auth)


def client_disabled(world: World) -> TestResponse:
    world.disable()
    return world.app_only()


def code_unknown(world: World) -> TestResponse:
    return make.redeem(world.http, world.client, "pf_code_guessed-1234567")


def code_expired(world: World) -> TestResponse:
    code = world.code
    with later(seconds=61):
        return make.redeem(world.http, world.client, code)


def code_session_ended(world: World) -> TestResponse:
    code = world.code
    post(world.browser, "/logout", page="/account")
    return make.redeem(world.http, world.client, code)


def code_without_second_factor(world: World) -> TestResponse:
    code = world.code
    world.require_second_factor()
    return make.redeem(world.http, world.client, code)


def refresh_without_second_factor(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    world.require_second_factor()
    return make.refresh(world.http, world.client, token)


def code_replayed(world: World) -> TestResponse:
    assert make.redeem(world.http, world.client, world.code).status_code == 200
    return make.redeem(world.http, world.client, world.code)


def code_replay_unproven(world: World) -> TestResponse:
    public = world.make_client(client_type="public")
    proof = make.make_proof()
    code = make.authorize(public, world.browser, proof)
    assert make.redeem(world.http, public, code, proof).status_code == 200
    return make.redeem(world.http, public, code, make.make_proof())


def code_of_other_client(world: World) -> TestResponse:
    return make.redeem(world.http, world.other, world.code)


def redirect_uri_differs(world: World) -> TestResponse:
    return make.redeem(world.http, world.client, world.code, redirect_uri=f"{make.CALLBACK}/")


def verifier_missing(world: World) -> TestResponse:
    code = make.authorize(world.client, world.browser, make.make_proof())
    return make.redeem(world.http, world.client, code)


def verifier_wrong(world: World) -> TestResponse:
    code = make.authorize(world.client, world.browser, make.make_proof())
    return make.redeem(world.http, world.client, code, make.make_proof())


def verifier_malformed(world: World) -> TestResponse:
    proof = make.make_proof()
    code = make.authorize(world.client, world.browser, proof)
    return make.redeem(world.http, world.client, code, code_verifier=f"{proof.verifier}=")


def verifier_unexpected(world: World) -> TestResponse:
    return make.redeem(world.http, world.client, world.code, code_verifier=VERIFIER)


def refresh_unknown(world: World) -> TestResponse:
    return make.refresh(world.http, world.client, f"{world.tokens['refresh_token'][:-4]}AAAA")


def refresh_expired(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    with later(days=366):
        return make.refresh(world.http, world.client, token)


def refresh_too_old(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    for days in (300, 600):
        with later(days=days):
            token = make.refresh(world.http, world.client, token).json["refresh_token"]
    with later(days=731):
        return make.refresh(world.http, world.client, token)


def offline_declined(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    page = world.ask(prompt="consent", scope="openid offline_access")
    make.answer_of(make.decide(world.browser, page, ticked=["openid"]))
    return make.refresh(world.http, world.client, token)


def refresh_replayed(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    assert make.refresh(world.http, world.client, token).status_code == 200
    with later(seconds=61):
        return make.refresh(world.http, world.client, token)


def refresh_of_other_client(world: World) -> TestResponse:
    return make.refresh(world.http, world.other, world.tokens["refresh_token"])


def scope_widened(world: World) -> TestResponse:
    return make.refresh(world.http, world.client, world.tokens["refresh_token"], scope="openid phone")


def scope_not_allowed(world: World) -> TestResponse:
    return world.app_only(scope=make.make_scope(world.app))


def scope_about_person(world: World) -> TestResponse:
    return world.app_only(scope="openid")


def grant_restricted(world: World) -> TestResponse:
    return world.token(grant_type="password", username="x", password="y", **world.client.form)


def scope_gone(world: World) -> TestResponse:
    client = world.make_client(scopes=("openid", make.make_scope(world.app)))
    token = make.tokens_for(client, world.browser, scope="reports.read")["refresh_token"]
    world.delete_scope("reports.read")
    return make.refresh(world.http, client, token)


def access_withdrawn(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    world.withdraw()
    return make.refresh(world.http, world.client, token)


def user_blocked(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    world.person_does(accounts.block)
    return make.refresh(world.http, world.client, token)


def person_not_in_group(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    make.restrict(world.app, world.client, make.make_group(world.app))
    return make.refresh(world.http, world.client, token)


def user_deleted(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    world.person_does(accounts.delete)
    return make.refresh(world.http, world.client, token)


def parameter_repeated(world: World) -> TestResponse:
    return world.app_only(scope=["a", "b"])


def parameter_malformed(world: World) -> TestResponse:
    return world.app_only(scope="a\0b")


def parameter_missing(world: World) -> TestResponse:
    return world.token(grant_type="authorization_code", **world.client.form)


def credentials_wrong(world: World) -> TestResponse:
    return _with_password(world, "guess")


def account_blocked(world: World) -> TestResponse:
    world.person_does(accounts.block)
    return _with_password(world, make.PASSWORD)


def sign_in_paused(world: World) -> TestResponse:
    for _ in range(5):
        _with_password(world, "guess")
    return _with_password(world, make.PASSWORD)


def password_without_second_factor(world: World) -> TestResponse:
    client = world.make_client(grant_types=("password",), redirect_uris=[], second_factor_required=True)
    fields = {"username": world.person.username, "password": "guess"}
    return world.token(grant_type="password", **fields, **client.form)


def _with_password(world: World, password: str) -> TestResponse:
    fields = {"grant_type": "password", "username": world.person.username, "password": password}
    return world.token(**fields, **world.make_client(grant_types=("password",), redirect_uris=[]).form)
