"""Server-side request forgery: no address inside a network of our own is ever connected to."""

import errno
import socket
from typing import Any

import pytest

from app.fetching.fetching import fetch_json, post_form
from app.fetching.refusals import FetchFailed
from tests.support.raw_servers import json_answer, raw_server

from .conftest import Network, failure, reason

# Every one of them reaches this machine, a machine beside it, or nobody.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1",
    "0177.0.0.1", "017700000001", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "app.localhost", "①②⑦.0.0.1",
    "127。0。0。1", "ｌｏｃａｌｈｏｓｔ", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:808:808::]",
    "[2001:0:7f00:1::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[2606:4700::1%25lo]", "[fd00:ec2::254]", "[fc00::1]",
    "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1", "100.127.255.255",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "1.2.3.4.5", "8.8.8.8.", "134744072", "%31%32%37.0.0.1", "example.org.",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("ask", [fetch_json, lambda url, allowed: post_form(url, {"a": "b"}, allowed)])
def test_attack_an_address_that_is_not_public_in_whatever_spelling(
    network: Network, host: str, ask: object
) -> None:
    assert callable(ask)
    with raw_server(json_answer(b"{}")) as server:
        with pytest.raises(FetchFailed) as caught:
            ask(f"https://{host}:{server.port}/keys", None)
        assert caught.value.reason in ("address_not_public", "url_malformed")
        assert server.met == 0
    assert network.reached == []
    assert network.looked_up == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["fd00:ec2::254"], ["fe80::1%lo"],
        ["8.8.8.8", "127.0.0.1"], ["2606:4700::1111", "8.8.8.8", "100.64.0.1"], ["0.0.0.0"],
    ],
)  # fmt: skip
def test_attack_a_public_name_of_an_address_that_is_not(network: Network, addresses: list[str]) -> None:
    network.names["keys.example"] = [addresses]
    failed = failure("https://keys.example/jwks")
    assert (failed.reason, failed.facts) == ("address_not_public", {"host": "keys.example"})
    assert network.reached == []


def test_attack_dns_that_changes_between_look_ups(network: Network) -> None:
    """Rebinding: the address that was checked is the one that is met, for the name is asked for once."""
    with raw_server(json_answer(b"{}")) as server:
        network.names["keys.example"] = [["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]]
        failure(f"https://keys.example:{server.port}/jwks", seconds=0.5)
        assert network.looked_up == ["keys.example"]
        assert network.reached == ["8.8.8.8"]
        assert server.met == 0
        # And the next one that asks is told the new address, and refused.
        assert reason(f"https://keys.example:{server.port}/jwks") == "address_not_public"
        assert server.met == 0


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "9.9.9.9", "192.31.196.1", "[2606:4700::1111]", "[64:ff9b::8.8.8.8]"]
)
def test_addresses_of_the_internet_are_tried(network: Network, host: str) -> None:
    failure(f"https://{host}:1/", seconds=0.3)
    assert len(network.reached) == 1


def test_a_name_in_another_script_is_looked_up_as_the_dns_has_it(network: Network) -> None:
    network.names["xn--strae-oqa.de"] = [["127.0.0.1"]]
    assert reason("https://straße.de/") == "address_not_public"
    assert network.looked_up == ["xn--strae-oqa.de"]


def test_plain_http_and_loopback_only_where_it_is_allowed(network: Network) -> None:
    with raw_server(json_answer(b'{"a":1}')) as server:
        assert fetch_json(server.url, [server.place]).value == {"a": 1}
        assert reason(server.url) == "address_not_public"
        assert reason(server.url, f"127.0.0.1:{server.port + 1}") == "address_not_public"
        assert reason(f"http://127.1:{server.port}/", server.place) == "address_not_public"
        assert server.met == 1
    network.names["keys.example"] = [["8.8.8.8"]]
    assert failure("http://keys.example/").facts == {"part": "scheme"}
    assert network.reached == ["127.0.0.1"]


def test_attack_a_proxy_of_the_environment_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(json_answer(b"{}")) as server, raw_server(json_answer(b'{"a":1}')) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.place}")
        assert fetch_json(server.url, [server.place]).value == {}
        assert proxy.met == 0


def test_a_machine_without_ipv6_goes_on_with_ipv4(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernel refuses the socket itself, before any connection."""
    make = socket.socket

    def without_ipv6(family: Any = socket.AF_INET, *args: Any, **named: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return make(family, *args, **named)

    monkeypatch.setattr(socket, "socket", without_ipv6)
    network.names["keys.example"] = [["2606:4700::1111", "8.8.8.8"]]
    assert reason("https://keys.example/") == "unreachable"
    assert network.reached == ["8.8.8.8"]
    network.names["six.example"] = [["2606:4700::1111"]]
    assert reason("https://six.example/") == "unreachable"
