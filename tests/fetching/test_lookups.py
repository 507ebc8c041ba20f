"""Name servers that are slow, and names with more addresses than anybody needs: whoever has one is alone with it."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .conftest import Network, failure, reason


class NameServers:
    """Whoever is asked for a name of ``slow.example`` or ``*.slowN.example`` hears nothing until it is over."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.over = threading.Event()

    def __call__(self, host: str, port: int, *_args: Any, **_named: Any) -> list[Any]:
        self.asked.append(host)
        if "slow" in host:
            self.over.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "nobody answered")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]


@pytest.fixture
def name_servers(network: Network, monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServers]:
    found = NameServers()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    yield found
    found.over.set()
    for thread in threading.enumerate():
        if thread.name == "look-up":
            thread.join(5)


def ask_for(hosts: list[str]) -> list[str]:
    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(lambda host: reason(f"https://{host}/", seconds=0.5), hosts))


def test_attack_one_slow_name_is_asked_for_a_hundred_times(
    name_servers: NameServers, network: Network
) -> None:
    """As by an app of a hostile developer with many logout tokens: every other look-up would have waited for them."""
    assert set(ask_for(["keys.slow.example"] * 50) + ask_for(["keys.slow.example"] * 50)) == {"timeout"}
    assert name_servers.asked == ["keys.slow.example"]
    assert reason("https://keys.good.example/", seconds=2) == "unreachable"
    assert network.reached == ["8.8.8.8"]


def test_attack_a_hundred_slow_names_of_one_domain(name_servers: NameServers, network: Network) -> None:
    told = ask_for([f"keys{number}.slow.example" for number in range(50)])
    assert (told.count("timeout"), told.count("no_room")) == (8, 42)
    assert reason("https://keys.good.test/", seconds=2) == "unreachable"
    assert network.reached == ["8.8.8.8"]


def test_where_slow_names_of_many_domains_take_all_room_nobody_is_blamed(name_servers: NameServers) -> None:
    ask_for([f"keys.slow{number}.test" for number in range(40)])
    assert reason("https://keys.good.example.org/", seconds=0.3) == "no_room"
    name_servers.over.set()
    assert reason("https://keys.good.example.org/", seconds=5) == "unreachable"


def test_attack_a_name_of_a_thousand_addresses_makes_the_portal_knock_at_each(network: Network) -> None:
    network.names["keys.example"] = [[f"8.8.{number // 250}.{number % 250 + 1}" for number in range(1000)]]
    assert reason("https://keys.example/") == "unreachable"
    assert len(network.reached) == 6


def test_attack_an_address_that_is_not_public_stands_behind_many_that_are(network: Network) -> None:
    network.names["keys.example"] = [[*(f"8.8.8.{number}" for number in range(1, 50)), "127.0.0.1"]]
    assert failure("https://keys.example/").reason == "address_not_public"
    assert network.reached == []
