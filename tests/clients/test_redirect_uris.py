import pytest

from app.clients.redirect_uris import is_localhost, matches

ZAPIER = "https://zapier.com/dashboard/auth/oauth/return/App1CLIAPI/"


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        (ZAPIER, ZAPIER),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.1:5000/cb?a=1", "http://127.0.0.1:6000/cb?a=1"),
        ("http://[::1]:5000/cb", "http://[::1]:6000/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:6000"),
    ],
)
def test_an_address_matches_exactly_but_for_loopback_ports(registered: str, sent: str) -> None:
    assert matches(["https://other.example/", registered], sent) == registered


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        (ZAPIER, ZAPIER.rstrip("/")),
        (ZAPIER, ZAPIER + "x"),
        (ZAPIER, ZAPIER + "?x=1"),
        (ZAPIER, ZAPIER.upper()),
        ("https://app.example.com/cb", "https://app.example.com:443/cb"),
        ("https://app.example.com/cb", "https://app.example.com/./cb"),
        ("https://127.0.0.1/cb", "https://127.0.0.1:5000/cb"),
        ("http://localhost:3000/cb", "http://localhost:4000/cb"),
        ("http://localhost:3000/cb", "http://127.0.0.1:3000/cb"),
        ("http://127.0.0.1:5000/cb", "http://[::1]:5000/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000@evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000evil/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb\n"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb#x"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:١٢/cb"),
        ("http://127.0.0.1/cb", ""),
    ],
)
def test_what_only_looks_alike_does_not_match(registered: str, sent: str) -> None:
    assert matches([registered], sent) is None


def test_localhost_is_recognised_for_a_hint() -> None:
    assert is_localhost("http://localhost:3000/cb")
    assert is_localhost("http://localhost")
    assert not is_localhost("http://127.0.0.1/cb")
    assert not is_localhost("https://localhost.example/cb")
