"""One way to provoke each cause at the authorization endpoint and at resources."""

from datetime import UTC, datetime

from joserfc import jwt
from werkzeug.test import TestResponse

from app.authentication.methods import TWO_FACTORS
from app.consents.decisions import give_consent
from app.database.rows import db
from app.oauth.keys import ring
from app.users import accounts
from tests import factories as make
from tests.oauth.world import World, later


def end_session(world: World, **parameters: str) -> TestResponse:
    """What the end session endpoint answers to the person's browser."""
    return world.browser.get("/oauth/logout", query_string=parameters)


def redirect_uri_unregistered(world: World) -> TestResponse:
    return world.ask(redirect_uri="https://app.example.org/callback/")


def redirect_uri_missing(world: World) -> TestResponse:
    client = world.make_client(redirect_uris=[make.CALLBACK, f"{make.CALLBACK}/two"])
    return world.ask(client, redirect_uri=None, scope="profile")


def redirect_uri_missing_with_openid(world: World) -> TestResponse:
    return world.ask(redirect_uri=None)


def app_disabled(world: World) -> TestResponse:
    world.disable()
    return world.ask()


def challenge_missing(world: World) -> TestResponse:
    return world.ask(code_challenge_method="S256")


def pkce_required(world: World) -> TestResponse:
    return world.ask(world.make_client(pkce_required=True))


def pkce_plain(world: World) -> TestResponse:
    return world.ask(code_challenge="c" * 43, code_challenge_method="plain")


def scope_has_comma(world: World) -> TestResponse:
    return world.ask(scope="openid,email")


def scope_unknown(world: World) -> TestResponse:
    return world.ask(scope="openid emial")


def scope_not_allowed(world: World) -> TestResponse:
    return world.ask(world.make_client(scopes=("openid",)), scope="openid email")


def claims_malformed(world: World) -> TestResponse:
    return world.ask(claims='{"userinfo": []}')


def claims_too_long(world: World) -> TestResponse:
    return world.ask(claims='{"userinfo": {"%s": null}}' % ("x" * 4000))


def acr_unmet(world: World) -> TestResponse:
    return world.ask(claims='{"id_token": {"acr": {"essential": true, "value": "gold"}}}')


def response_type_unsupported(world: World) -> TestResponse:
    return world.ask(response_type="token")


def parameter_repeated(world: World) -> TestResponse:
    parameters = [*make.request_of(world.client).items(), ("scope", "email")]
    return world.browser.get("/oauth/authorize", query_string=parameters)


def parameter_malformed(world: World) -> TestResponse:
    return world.ask(nonce="a\0b")


def request_object_unsupported(world: World) -> TestResponse:
    return world.ask(request="eyJhbGciOiJub25lIn0.e30.")


def user_declined(world: World) -> TestResponse:
    return make.decide(world.browser, world.ask(), "deny")


def login_required(world: World) -> TestResponse:
    return make.ask(world.http, world.client, prompt="none")


def another_person_signed_in(world: World) -> TestResponse:
    hint = world.tokens["id_token"]
    someone = make.browser_of(world.app, make.make_user(world.app))
    make.authorize(world.client, someone)
    return make.ask(someone, world.client, prompt="none", id_token_hint=hint)


def id_token_hint_invalid(world: World) -> TestResponse:
    return world.ask(id_token_hint="eyJhbGciOiJub25lIn0.e30.")


def consent_required(world: World) -> TestResponse:
    return world.ask(prompt="none")


def team_unclear(world: World) -> TestResponse:
    client, team = world.make_client(scopes=("openid", "teams")), make.make_team(world.app, world.person)
    with world.app.app_context():
        for team_id in (None, team.id):
            give_consent(world.person.id, client.id, ["openid", "teams"], team_id=team_id)
        db.session.commit()
    return world.ask(client, prompt="none", scope="openid teams")


def second_factor_unproven(world: World) -> TestResponse:
    make.authorize(world.client, world.browser)
    return world.ask(prompt="none", acr_values=TWO_FACTORS)


def authentication_insufficient(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    world.require_second_factor()
    return world.userinfo(token)


def prompt_conflict(world: World) -> TestResponse:
    return world.ask(prompt="none select_account")


def account_selection_required(world: World) -> TestResponse:
    another = "/login?another=1"
    fields = {"username": world.owner.username, "password": make.PASSWORD}
    token = make.csrf_token(world.browser.get(another))
    world.browser.post(another, data={"csrf_token": token, **fields})
    return world.ask(prompt="none")


def token_missing(world: World) -> TestResponse:
    return world.http.get("/oauth/userinfo")


def token_malformed(world: World) -> TestResponse:
    return world.userinfo("not-a-token-1234567")


def token_expired(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    with later(hours=2):
        return world.userinfo(token)


def token_revoked(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    assert world.token_gone(token)
    return world.userinfo(token)


def token_wrong_audience(world: World) -> TestResponse:
    return world.userinfo(_forged(world, aud="https://elsewhere.example"))


def token_wrong_issuer(world: World) -> TestResponse:
    return world.userinfo(_forged(world, iss="https://elsewhere.example"))


def token_is_id_token(world: World) -> TestResponse:
    return world.userinfo(world.tokens["id_token"])


def token_is_refresh_token(world: World) -> TestResponse:
    return world.userinfo(world.tokens["refresh_token"])


def token_without_person(world: World) -> TestResponse:
    return world.userinfo(world.app_only().json["access_token"])


def token_sent_twice(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    return world.http.post("/oauth/userinfo", data={"access_token": token}, headers=make.with_token(token))


def scope_insufficient(world: World) -> TestResponse:
    return world.userinfo(make.tokens_for(world.client, world.browser, scope="email")["access_token"])


def access_withdrawn(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    world.withdraw()
    return world.userinfo(token)


def user_blocked(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    world.person_does(accounts.block)
    return world.userinfo(token)


def person_not_in_group(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    make.restrict(world.app, world.client, make.make_group(world.app))
    return world.userinfo(token)


def user_deleted(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    world.person_does(accounts.delete)
    return world.userinfo(token)


def _forged(world: World, **changes: object) -> str:
    """A token signed with the portal's own key that says something else, as one of a sister portal would."""
    token = world.tokens["access_token"]
    with world.app.app_context():
        key = ring.current().signing_key("RS256")
    claims = {**make.claims_of(token), **changes, "iat": int(datetime.now(UTC).timestamp())}
    return jwt.encode(make.header_of(token), claims, key, default_type=None)


def challenge_malformed(world: World) -> TestResponse:
    return world.ask(code_challenge="too-short", code_challenge_method="S256")


def max_age_malformed(world: World) -> TestResponse:
    return world.ask(max_age="soon")


def prompt_unknown(world: World) -> TestResponse:
    return world.ask(prompt="enter")


def response_mode_unsupported(world: World) -> TestResponse:
    return world.ask(response_mode="fragment")


def client_id_missing(world: World) -> TestResponse:
    return world.ask(client_id=None)


def parameter_missing(world: World) -> TestResponse:
    return world.ask(response_type=None)


def introspection_not_allowed(world: World) -> TestResponse:
    public = world.make_client(client_type="public")
    return world.http.post("/oauth/introspect", data={"token": "x", "client_id": public.id})


def refresh_revoked(world: World) -> TestResponse:
    token = world.tokens["refresh_token"]
    assert world.token_gone(token)
    return make.refresh(world.http, world.client, token)


def body_too_large(world: World) -> TestResponse:
    return world.http.post("/oauth/token", data={"scope": "x" * 300_000}, auth=world.client.auth)


def request_too_long(world: World) -> TestResponse:
    return make.ask(world.http, world.client, nonce="x" * 7_900)


def logout_hint_invalid(world: World) -> TestResponse:
    access_token = world.tokens["access_token"]
    return end_session(world, id_token_hint=access_token)


def logout_hint_foreign(world: World) -> TestResponse:
    of_another = make.tokens_for(world.other, world.browser)["id_token"]
    return end_session(world, id_token_hint=of_another, client_id=world.client.id)


def logout_app_unnamed(world: World) -> TestResponse:
    return end_session(world, post_logout_redirect_uri="https://app.example.org/bye")


def post_logout_redirect_uri_unregistered(world: World) -> TestResponse:
    return end_session(
        world, client_id=world.client.id, post_logout_redirect_uri="https://app.example.org/bye"
    )


def app_unassured(world: World) -> TestResponse:
    native = world.make_client(client_type="public", redirect_uris=["com.example.app:/cb"])
    proof = make.make_proof()
    make.authorize(native, world.browser, proof)
    return make.ask(world.browser, native, proof, prompt="none")
