"""Addresses that are none: refused before anything is looked up."""

import pytest

from app.fetching.targets import read_target

from .conftest import Network, failure

URLS = {
    "": "scheme",
    "keys.example/jwks": "scheme",
    "ftp://keys.example/": "scheme",
    "file:///etc/passwd": "scheme",
    "gopher://keys.example/": "scheme",
    "data:application/json,{}": "scheme",
    "http://keys.example/": "scheme",
    "https:///jwks": "host",
    "https:jwks": "host",
    "https://": "host",
    "https://keys.example:0/": "host",
    "https://keys.example:65536/": "host",
    "https://keys.example:８０/": "host",
    "https://keys.example:x/": "host",
    "https://a..b/": "host",
    "https://.example/": "host",
    "https://-a.example/": "host",
    "https://a,b.example/": "host",
    "https://a*b.example/": "host",
    f"https://{'a' * 64}.example/": "host",
    f"https://{'a.' * 127}example/": "host",
    "https://[::1/": "host",
    "https://[v1.a]/": "host",
    "https://[1.2.3.4]/": "host",
    "https://xn--ﬀ\u2488.example/": "host",
    "https://me@keys.example/": "user",
    "https://me:hunter2@keys.example/": "user",
    "https://keys.example@127.0.0.1/": "user",
    "https://@keys.example/": "user",
    "https://keys.example/#a": "fragment",
    "https://keys.example/#": "fragment",
    "https://keys.example/ü": "path",
    "https://keys.example/?a=ü": "path",
    "https://keys.example/a b": "characters",
    " https://keys.example/": "characters",
    "https://keys.example\\@127.0.0.1/": "characters",
    "https://keys.example/\r\nX-Injected: 1": "characters",
    "https://keys.example/%0d\nHost: evil.example": "characters",
    "https://keys.example/\x00": "characters",
    "https://keys.example/\x7f": "characters",
    "https://keys.exa\tmple/": "characters",
    f"https://keys.example/{'a' * 2000}": "characters",
}


@pytest.mark.parametrize("url", URLS)
def test_attack_headers_and_hosts_smuggled_into_an_address(network: Network, url: str) -> None:
    failed = failure(url)
    assert (failed.reason, failed.facts) == ("url_malformed", {"part": URLS[url]})
    assert network.looked_up == network.reached == []


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://keys.example", "keys.example", "/"),
        ("HTTPS://Keys.Example:443/a?b=c", "keys.example", "/a?b=c"),
        ("https://keys.example:22/a/../b%0d%0a", "keys.example:22", "/a/../b%0d%0a"),
        ("https://keys.example?b", "keys.example", "/?b"),
        ("https://my_host-1.example//a", "my_host-1.example", "//a"),
        ("https://bücher.example/", "xn--bcher-kva.example", "/"),
        ("https://[2606:4700:0::1111]:8443/", "[2606:4700::1111]:8443", "/"),
    ],
)
def test_an_address_is_read_as_the_other_server_will_read_it(url: str, authority: str, path: str) -> None:
    target = read_target(url, None)
    assert (target.authority, target.path) == (authority, path)
