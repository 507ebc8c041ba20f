"""The certificate must be the name's, by an authority this machine trusts."""

from pathlib import Path

import pytest
from cryptography import x509

from app.fetching.fetching import fetch_json
from tests.support.certificates import make_certificate
from tests.support.raw_servers import json_answer, raw_server

from .conftest import Network, failure, reason


def test_a_certificate_of_a_trusted_authority_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with raw_server(json_answer(b"[1]"), made) as server:
        assert fetch_json(server.url, [server.place]).value == [1]
        network.names["localhost"] = [["127.0.0.1"]]
        by_name = f"localhost:{server.port}"
        assert fetch_json(f"https://{by_name}/", [by_name]).value == [1]


def test_attack_a_self_signed_certificate(tmp_path: Path) -> None:
    with raw_server(json_answer(b"{}"), make_certificate(tmp_path)) as server:
        failed = failure(server.url, server.place)
        assert failed.reason == "tls"
        assert "certificate" in str(failed.facts["detail"])
        assert server.questions == []


@pytest.mark.parametrize("case", ["another name", "expired"])
def test_attack_a_certificate_of_another_name_or_one_that_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    names = [x509.DNSName("other.example")]
    made = (
        make_certificate(tmp_path, names=names)
        if case == "another name"
        else make_certificate(tmp_path, days=-1)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with raw_server(json_answer(b"{}"), made) as server:
        assert reason(server.url, server.place) == "tls"
        assert server.questions == []


def test_a_server_that_speaks_no_tls() -> None:
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        assert reason(f"https://{server.place}/", server.place) == "tls"


def test_the_name_that_was_asked_for_is_checked_and_not_the_address_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    made = make_certificate(tmp_path, names=[x509.DNSName("keys.example")])
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    network.names |= {"keys.example": [["127.0.0.1"]], "evil.example": [["127.0.0.1"]]}
    with raw_server(json_answer(b"[1]"), made) as server:
        for host, told in (("keys.example", None), ("evil.example", "tls")):
            place = f"{host}:{server.port}"
            if told is None:
                assert fetch_json(f"https://{place}/", [place]).value == [1]
            else:
                assert reason(f"https://{place}/", place) == told
