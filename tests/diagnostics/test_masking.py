import json

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app import masking
from app.crypto import new_secret
from app.diagnostics import causes
from tests.diagnostics.answers import CALLBACK, answer, everything_kept, flush, make_client

SECRET = "pf_secret_Zq8mY3vK1xT5nB7cR2wL9dF4gH6jP0sA_uEoIyQtWz"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
PLAIN = "correct-horse-battery"

TEXTS = st.text(st.characters())  # lone surrogates included
SECRETLY_NAMED = [
    "client_secret", "code", "code_verifier", "refresh_token", "token", "password", "assertion", "client_assertion",
    "id_token_hint", "request", "request_uri", "device_code", "user_code", "username", "login_hint", "state", "nonce",
    "code_challenge", "claims", "Client_Secret", "clientsecret", "secret", "api_key", "subject_token", "registration",
    "decision", "csrf_token", "access_token", "something_new",
]  # fmt: skip


@pytest.mark.any_database
@pytest.mark.parametrize("value", [SECRET, JWT, PLAIN])
def test_only_known_harmless_parameters_are_kept_in_clear(app: Flask, value: str) -> None:
    for name in SECRETLY_NAMED:
        answer(app, cause=causes.SECRET_WRONG, parameters={"grant_type": "password", name: value})
    kept = everything_kept(app)
    assert value not in kept
    assert kept.count(f"({len(value)} characters)") >= len(SECRETLY_NAMED)
    assert kept.count('["grant_type","password"]') == len(SECRETLY_NAMED)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "value",
    [
        SECRET, JWT, f"openid {SECRET}", f"https://app.example.org/cb/{SECRET}", f" {SECRET}\n", SECRET.upper(),
        f"https://app.example.org/cb?token={JWT}", f"https://anna:{SECRET}@app.example.org/",
        SECRET.replace("_", "%5F"), SECRET.replace("_", "%255F"), f"https://app.example.org/#{JWT}",
    ],
)  # fmt: skip
def test_a_secret_in_the_wrong_field_is_hidden(app: Flask, value: str) -> None:
    for name in masking.CLEAR:
        answer(app, cause=causes.CLIENT_UNKNOWN, parameters={name: value})
    kept = everything_kept(app).lower()
    assert SECRET.lower()[10:] not in kept
    assert JWT.lower()[10:] not in kept


@pytest.mark.any_database
def test_a_secret_without_prefix_that_is_repeated_in_another_field_is_hidden_there(app: Flask) -> None:
    for name in masking.CLEAR:
        answer(app, cause=causes.SECRET_WRONG, parameters={"client_secret": PLAIN, name: f"x{PLAIN}y"})
    assert PLAIN not in everything_kept(app)


@pytest.mark.any_database
def test_a_secret_of_another_portal_in_place_of_the_client_id_is_hidden(app: Flask) -> None:
    foreign = "Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7"
    answer(app, cause=causes.CLIENT_UNKNOWN, parameters={"client_id": foreign})
    assert foreign[4:] not in everything_kept(app)


@pytest.mark.any_database
@pytest.mark.parametrize("body", [f'{{"client_secret": "{PLAIN}"}}', PLAIN, f"secret={PLAIN}", SECRET, JWT])
def test_a_body_that_became_the_name_of_a_parameter_is_hidden(app: Flask, body: str) -> None:
    answer(app, cause=causes.BODY_NOT_FORM, parameters={body: ""})
    assert PLAIN not in everything_kept(app)
    assert SECRET not in everything_kept(app)
    assert JWT not in everything_kept(app)


@pytest.mark.any_database
def test_values_in_the_query_of_a_redirect_uri_are_hidden_and_its_shape_is_told(app: Flask) -> None:
    uri = f"https://anna:geheim@app.example.org/cb?tenant={PLAIN}&plain#{PLAIN}"
    answer(app, cause=causes.REDIRECT_URI_DIFFERS, parameters={"redirect_uri": uri}, sent=uri, expected=uri)
    kept = everything_kept(app)
    assert PLAIN not in kept
    assert "geheim" not in kept
    assert kept.count("https://(…)@app.example.org/cb?tenant=(21 characters)&plain#(21 characters)") == 3


@pytest.mark.any_database
@pytest.mark.parametrize("fact", [SECRET, JWT, [SECRET], f"https://x.example/?a={SECRET}"])
def test_a_secret_among_the_facts_is_hidden(app: Flask, fact: object) -> None:
    answer(app, cause=causes.GRANT_TYPE_UNKNOWN, sent=fact)
    assert SECRET[10:] not in everything_kept(app)
    assert JWT[10:] not in everything_kept(app)


@pytest.mark.any_database
def test_of_the_headers_only_the_scheme_of_authorization_is_kept(app: Flask) -> None:
    answer(
        app, cause=causes.SECRET_WRONG, headers={"Authorization": f"Basic {PLAIN}", "Cookie": f"a={SECRET}"}
    )
    answer(app, cause=causes.BASIC_MALFORMED, headers={"Authorization": PLAIN})
    kept = everything_kept(app)
    assert '"authorization":"Basic"' in kept
    assert '"authorization":"other"' in kept
    assert PLAIN not in kept
    assert SECRET not in kept


def test_successful_requests_are_masked_alike(app: Flask) -> None:
    answer(app, parameters={"client_secret": SECRET, "code": PLAIN, "scope": "openid"})
    flush(app)
    kept = everything_kept(app)
    assert "openid" in kept
    assert SECRET not in kept
    assert PLAIN not in kept


def test_a_real_secret_of_an_app_never_reaches_the_table(app: Flask) -> None:
    secret = new_secret("pf_secret_")
    everywhere = MultiDict([(name, secret) for name in [*sorted(masking.CLEAR), *SECRETLY_NAMED]])
    answer(app, make_client(app, None), causes.SECRET_WRONG, parameters=everywhere, sent=secret)
    assert secret not in everything_kept(app)


@pytest.mark.parametrize(
    "value",
    ["\x00", "a\x00b", "\ud800", b"\xff\xfe", "\u202eevil", "x" * 100_000, "😀" * 5000, "http://[::1"],
)
def test_broken_and_endless_values_are_kept_safely(app: Flask, value: str) -> None:
    names = ["scope", "redirect_uri", "client_id", "state"]
    pairs = [(name, value) for name in names] + [(value, value)]
    request_id = answer(app, cause=causes.PARAMETER_MALFORMED, parameters=pairs, parameter=value)
    kept = everything_kept(app)
    assert request_id in kept
    assert "\x00" not in kept
    assert len(kept) < 5000


def test_a_thousand_parameters_are_cut(app: Flask) -> None:
    many = [(f"name_{number}" if number % 2 else "scope", "😀" * 500) for number in range(1000)]
    assert answer(app, cause=causes.PARAMETER_REPEATED, parameters=many) in everything_kept(app)
    assert "(970 more)" in everything_kept(app)


def test_repeated_parameters_are_all_kept(app: Flask) -> None:
    twice = MultiDict([("scope", "openid"), ("scope", "email")])
    answer(app, cause=causes.PARAMETER_REPEATED, parameters=twice)
    assert '["scope","openid"],["scope","email"]' in everything_kept(app)


def test_the_own_client_id_stays_readable_even_where_it_was_sent_as_the_secret() -> None:
    client_id = "0198f0c0a1b27c3d8e4f5a6b7c8d9e0f"
    shown = dict(masking.as_received([("client_id", client_id), ("client_secret", client_id)]))
    assert shown == {"client_id": client_id, "client_secret": "(32 characters)"}


@given(st.lists(st.tuples(TEXTS, TEXTS)))
def test_whatever_is_sent_can_be_kept(pairs: list[tuple[str, str]]) -> None:
    kept = json.dumps(masking.as_received((masking.text(name), masking.text(value)) for name, value in pairs))
    kept.encode("utf-8")
    assert "\\u0000" not in kept


@given(st.text("aZ09_-", min_size=6, max_size=60), st.sampled_from(["", " ", "x=", "/"]))
def test_no_surrounding_brings_one_of_our_secrets_to_light(middle: str, before: str) -> None:
    assert f"pf_secret_{middle}" not in masking.without_secrets(f"{before}pf_secret_{middle}{before}")


def test_the_sealed_redirect_uri_is_not_readable_in_the_table(app: Flask) -> None:
    uri = f"https://app.example.org/cb?tenant={PLAIN}"
    answer(app, cause=causes.REDIRECT_URI_UNREGISTERED, sent=uri)
    assert PLAIN not in everything_kept(app)


@pytest.mark.any_database
@pytest.mark.parametrize("fact", ["fields", "parameter"])
def test_a_body_that_became_a_name_is_hidden_among_the_facts_too(app: Flask, fact: str) -> None:
    body = f'{{"client_secret": "{PLAIN}"}}'
    cause = causes.GRANT_TYPE_MISSING if fact == "fields" else causes.PARAMETER_REPEATED
    many = [(f"scope{number}", "x") for number in range(40)]
    answer(
        app, cause=cause, parameters=[*many, ("grant-type", "x"), (body, "")], **{fact: [body, "grant-type"]}
    )
    assert PLAIN not in everything_kept(app)
    assert "grant-type" in everything_kept(app)


@pytest.mark.any_database
def test_a_secret_without_prefix_is_hidden_among_the_facts_too(app: Flask) -> None:
    answer(
        app,
        cause=causes.GRANT_TYPE_UNKNOWN,
        parameters={"password": PLAIN},
        sent=PLAIN,
        supported=[f"x{PLAIN}"],
    )
    assert PLAIN not in everything_kept(app)


@pytest.mark.any_database
def test_facts_that_no_sentence_tells_are_not_kept(app: Flask) -> None:
    answer(app, cause=causes.CLIENT_UNKNOWN, sent="somebody-elses-secret", secret=PLAIN, hint="white_space")
    kept = everything_kept(app)
    assert "white_space" in kept
    assert "somebody-elses-secret" not in kept
    assert PLAIN not in kept


@pytest.mark.any_database
def test_a_harmless_value_of_an_unknown_parameter_hides_nothing_else(app: Flask) -> None:
    answer(app, cause=causes.CODE_UNKNOWN, parameters={"hd": "app.example.org", "redirect_uri": CALLBACK})
    assert CALLBACK in everything_kept(app)
