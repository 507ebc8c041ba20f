"""Hosts and ports in settings: what nobody can reach ends the start with one line, what people have is taken."""

from pathlib import Path

import pytest

from tests.test_config import PRODUCTION, read, refusal

UNREACHABLE = [
    "*.example.org", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x7f.1", "id..example.org", ".example.org", "-id.example.org",
    "id-.example.org", "id!.example.org", "id,example.org", "[::g]", "[1.2.3.4]", "[v1.a]", "[fe80::1%25eth0]", "::1",
    f"{'a' * 64}.org", ".".join(["a" * 60] * 5), "id.example.org:0", "id.example.org:99999", "id.example.org:x",
]  # fmt: skip
REACHABLE = [
    "id.example.org", "intranet", "db_1.internal", "my-host_2", "xn--mnchen-3ya.example", "münchen.example", "192.0.2.7",
    "[2001:db8::7]", "[::1]:8443", "id.example.org:8443", "3com.example", "1.2.3.4.example",
]  # fmt: skip
URLS = {
    "IMPRINT_URL": "https://{}/imprint", "PRIVACY_URL": "http://{}/", "TERMS_URL": "https://{}",
    "SMS_WEBHOOK_URL": "https://user:hunter2@{}/send", "MAIL_URL": "smtps://user:hunter2@{}",
    "REDIS_URL": "rediss://:hunter2@{}/0", "DATABASE_URL": "mysql://me:hunter2@{}/portal",
}  # fmt: skip


@pytest.mark.parametrize(
    "host", [*UNREACHABLE, "id.example.org.", "id.example.org:", "id.example.org:0443", "me@id.example.org"]
)
def test_an_issuer_that_nobody_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    said = refusal(tmp_path, **{**PRODUCTION, "ISSUER": f"https://{host}"})
    assert said.startswith(f"ISSUER is {f'https://{host}'!r}; accepted: ")
    assert "\n" not in said


@pytest.mark.parametrize("host", REACHABLE)
def test_an_issuer_of_any_host_that_can_be_reached_is_taken(tmp_path: Path, host: str) -> None:
    assert read(tmp_path, **{**PRODUCTION, "ISSUER": f"https://{host}"}).issuer == f"https://{host}"


@pytest.mark.parametrize("name", URLS)
def test_a_url_that_nobody_can_reach_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    for host in UNREACHABLE:
        said = refusal(tmp_path, **{name: URLS[name].format(host)})
        assert said.startswith(f"{name} has a value that will not do; accepted: ")
        assert "\n" not in said
        assert "hunter2" not in said


@pytest.mark.parametrize("name", URLS)
def test_a_url_of_any_host_that_can_be_reached_is_taken(tmp_path: Path, name: str) -> None:
    for host in [*REACHABLE, "id.example.org."]:
        assert host in getattr(read(tmp_path, **{name: URLS[name].format(host)}), name.lower())


def test_a_page_for_security_contacts_has_a_host_that_can_be_reached(tmp_path: Path) -> None:
    for host in (*UNREACHABLE, ""):
        assert "accepted: " in refusal(tmp_path, SECURITY_CONTACT=f"https://{host}/security")
    assert read(tmp_path, SECURITY_CONTACT="https://example.org/security").security_contact


@pytest.mark.parametrize("name", ["SERVER_HOST", "MESSAGE_HOST", "TRUSTED_HOSTS"])
def test_a_host_is_refused_and_taken_as_in_a_url(tmp_path: Path, name: str) -> None:
    for host in set(UNREACHABLE) - {"id,example.org", "::1"} | {
        "id.example.org:8443",
        "münchen.example",
    }:
        said = refusal(tmp_path, **{name: host})
        assert said.startswith(f"{name} is {host!r}; accepted: ")
    for host in ("portal", "db_1.internal", "192.0.2.7", "::1", "[::1]", "xn--mnchen-3ya.example"):
        assert read(tmp_path, **{name: host})


def test_the_host_of_a_database_in_parts_is_one_too(tmp_path: Path) -> None:
    parts = {"MYSQL_USER": "u", "MYSQL_DB": "d"}
    for host in [*UNREACHABLE, "db:3306", "me:hunter2@db"]:
        said = refusal(tmp_path, **parts, MYSQL_HOST=host)
        assert said.startswith("MYSQL_HOST is ")
        assert "hunter2" not in said
    for host in ("db", "db_1", "db.example.com.", "192.0.2.7", "[2001:db8::7]"):
        assert f"@{host}:3306/" in read(tmp_path, **parts, MYSQL_HOST=host).database_url
