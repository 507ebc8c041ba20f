import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.authentication.browser import safe_next
from tests.authentication.visitors import make_user, sign_in

INSIDE = [
    "/",
    "/account",
    "/account/sessions?page=2",
    "/oauth/authorize?client_id=x&redirect_uri=https://app.example.org/callback&scope=openid%20email&state=%2F%2Fx",
    "/oauth/authorize?redirect_uri=https%3A%2F%2Fapp.example.org%2F&state=a%5Cb",
    "/dashboard/apps#top",
    "/übersicht?wort=grün",
]
OUTSIDE = [
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/account\\..\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /account",
    "/ /evil.example\x00",
    "/account\r\nSet-Cookie: pforte=x",
    "/%2Fevil.example",
    "/%2f%2fevil.example",
    "%2F%2Fevil.example",
    "/%5Cevil.example",
    "/%5c%5cevil.example",
    "/%09/evil.example",
    "/%0d%0aevil",
    "/%252Fevil.example",
    "/%255Cevil.example",
    "/.//evil.example",
    "/account//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "account",
    "?next=x",
    "#x",
    "@evil.example",
    "/\u2028/evil.example",
    "/\u200b/evil.example",
    "/\u202eelpmaxe.live",
    "/\u0085/evil.example",
    "/\ud800/evil.example",
    "//[evil",
    "",
]


@pytest.mark.parametrize("address", INSIDE)
def test_paths_of_the_portal_are_followed(address: str) -> None:
    assert safe_next(address) == address


@pytest.mark.parametrize("address", OUTSIDE)
def test_other_addresses_are_not(address: str) -> None:
    assert safe_next(address) is None


def test_no_address_is_none() -> None:
    assert safe_next(None) is None


PIECES = [*"/\\%25cfF09a.:?#@ \t\r\n", "evil.example", "https:"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_whatever_is_followed_begins_with_one_slash_for_every_reader(pieces: list[str]) -> None:
    address = "".join(pieces)
    followed = safe_next(address)
    if followed is not None:
        # As a browser reads it: it drops tabs and line breaks and takes a backslash for a slash.
        read = "".join(character for character in followed if character not in "\t\r\n").replace("\\", "/")
        assert read.startswith("/")
        assert not read.startswith("//")


@pytest.mark.any_database
@pytest.mark.parametrize("address", OUTSIDE)
def test_signing_in_never_leads_to_another_site(app: Flask, client: FlaskClient, address: str) -> None:
    make_user(app)
    sign_in(client)
    # Who is signed in already is sent on the same way, and faster.
    answer = client.get("/login", query_string={"next": address.encode("utf-8", "surrogatepass")})
    if "\x00" in address:
        assert answer.status_code == 400
    elif "\ud800" in address:
        assert answer.headers["Location"].startswith("/%")  # half a character arrives as another one
    else:
        assert answer.headers["Location"] == "/account"


def test_signing_in_leads_where_the_person_wanted_to_go(app: Flask, client: FlaskClient) -> None:
    make_user(app)
    wanted = client.get("/account/sessions?x=1&y=%2F")
    assert wanted.status_code == 302
    assert (
        sign_in(client, path=wanted.headers["Location"]).headers["Location"] == "/account/sessions?x=1&y=%2F"
    )


def test_the_way_on_is_kept_over_a_wrong_password_and_on_the_other_links(
    app: Flask, client: FlaskClient
) -> None:
    make_user(app)
    page = sign_in(client, password="wrong", path="/login?next=/account/profile")
    assert 'action="/login?next=%2Faccount%2Fprofile"' in page.text
    assert 'href="/register?next=%2Faccount%2Fprofile"' in page.text
    assert 'href="/forgot-password?next=%2Faccount%2Fprofile"' in page.text


def test_a_way_to_another_site_is_not_carried_along(client: FlaskClient) -> None:
    assert "evil" not in client.get("/login?next=//evil.example").text.split("<main")[1].split("</main>")[0]
