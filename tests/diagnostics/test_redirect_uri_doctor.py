import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.redirect_uri_checks import LONGEST_URI
from app.diagnostics import client_id_hints, redirect_uri_doctor
from app.diagnostics.causes.hints import HINTS, WORDS
from app.diagnostics.redirect_uri_doctor import LONGEST_COMPARED, compare, find_nearest

REGISTERED = "https://app.example.org/callback"
OURS = "0198f0c0a1b27c3d8e4f5a6b7c8d9e0f"


def marked(spans: tuple[tuple[str, bool], ...]) -> str:
    return "".join(f"[{text}]" if different else text for text, different in spans)


@pytest.mark.parametrize(
    ("sent", "registered", "differs", "shown"),
    [
        ("http://app.example.org/callback", REGISTERED, "scheme", "[http://]app.example.org/callback"),
        ("https://app.example.com/callback", REGISTERED, "host", "https://[app.example.com]/callback"),
        (
            "https://www.app.example.org/callback",
            REGISTERED,
            "subdomain",
            "https://[www.app.example.org]/callback",
        ),
        (
            "https://app.example.org:8443/callback",
            REGISTERED,
            "port",
            "https://app.example.org[:8443]/callback",
        ),
        ("https://app.example.org/callbock", REGISTERED, "path", "https://app.example.org/callb[o]ck"),
        (
            "https://app.example.org/callback/",
            REGISTERED,
            "trailing_slash",
            "https://app.example.org/callback[/]",
        ),
        (
            "https://app.example.org/callback?a=b",
            REGISTERED,
            "query",
            "https://app.example.org/callback[?a=b]",
        ),
        ("https://app.example.org/Callback", REGISTERED, "letter_case", "https://app.example.org/[C]allback"),
        ("https://App.example.org/callback", REGISTERED, "letter_case", "https://[App.example.org]/callback"),
        (
            "https://app.example.org/callback#x",
            REGISTERED,
            "fragment",
            "https://app.example.org/callback[#x]",
        ),
        ("http://localhost/cb", "http://127.0.0.1/cb", "loopback_name", "http://[localhost]/cb"),
        ("http://[::1]:3000/cb", "http://127.0.0.1:3000/cb", "loopback_name", "http://[[::1]]:3000/cb"),
        (f" {REGISTERED}", REGISTERED, "white_space_around", "[ https://]app.example.org/callback"),
        ("https%3A%2F%2Fapp.example.org%2Fcallback", REGISTERED, "encoded_twice", None),
    ],
)
def test_the_difference_is_named_and_marked(
    sent: str, registered: str, differs: str, shown: str | None
) -> None:
    found = compare(sent, registered)
    assert found.differs == (differs,)
    assert differs in WORDS
    assert shown is None or marked(found.sent_spans) == shown


def test_several_differences_are_all_named() -> None:
    found = compare("http://www.app.example.org:8080/cb/", REGISTERED)
    assert found.differs == ("scheme", "subdomain", "port", "path", "trailing_slash")


def test_the_nearest_registered_uri_is_found() -> None:
    others = [
        "https://other.example.org/callback",
        "https://app.example.org/other",
        f"{REGISTERED}/",
        REGISTERED,
    ]
    found = find_nearest("http://app.example.org/callback/", others)
    assert found is not None
    assert found.registered == f"{REGISTERED}/"


def test_without_any_registered_uri_there_is_nothing_to_compare() -> None:
    assert find_nearest(REGISTERED, []) is None
    facts = redirect_uri_doctor.facts(REGISTERED, [])
    assert facts == {"sent": REGISTERED, "hint": "none_registered"}


uris = st.one_of(st.text(max_size=60), st.text("htps:/.?#[]@%2Fa0", max_size=40))


@given(uris, uris)
def test_the_pieces_are_always_the_whole(sent: str, registered: str) -> None:
    found = compare(sent, registered)
    assert "".join(text for text, _different in found.sent_spans) == sent
    assert "".join(text for text, _different in found.registered_spans) == registered
    assert set(found.differs) <= set(WORDS)
    if sent != registered:
        assert any(different for _text, different in found.sent_spans + found.registered_spans)


def test_no_more_is_compared_of_an_endless_uri_than_an_app_may_register() -> None:
    found = find_nearest("https://app.example.org/" + "a/" * 100_000, [REGISTERED])
    assert found is not None
    assert len(found.sent) == LONGEST_COMPARED == LONGEST_URI


@pytest.mark.parametrize(
    ("client_id", "secret", "hint"),
    [
        (f" {OURS}", None, "white_space"),
        (f"{OURS}\n", None, "white_space"),
        ("pf_secret_abc", OURS, "id_and_secret_swapped"),
        ("pf_secret_abc", None, "looks_like_secret"),
        (f'"{OURS}"', None, "quoted"),
        (OURS.upper(), None, "upper_case"),
        (OURS[:-2], None, "cut"),
        (f"%20{OURS}", None, "encoded"),
        ("YOUR_CLIENT_ID", None, "placeholder"),
        ("anna@example.org", None, "looks_like_address"),
        ("0oa1b2c3d4", None, "of_other_portal"),
        (OURS, None, None),
    ],
)
def test_a_near_miss_of_a_client_id_is_recognised(
    client_id: str, secret: str | None, hint: str | None
) -> None:
    assert client_id_hints.find_hint(client_id, secret) == hint
    assert hint is None or hint in HINTS
