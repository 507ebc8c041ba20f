"""compose.yaml: hardened containers, no password of its own, and an order of starting that waits for health."""

import re
from typing import Any

import pytest
import yaml

from config import Settings
from tests.support.images import instructions
from tests.support.portals import CHECKOUT

WRITTEN = (CHECKOUT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(WRITTEN)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("portal", "migrations", "cleanup")


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_read_only_and_can_gain_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service
    user = service.get("user") or dict(instructions((CHECKOUT / "Dockerfile").read_text()))["USER"]
    assert user.split(":")[0] not in ("0", "root")


def test_no_secret_stands_in_the_file_and_a_missing_password_ends_the_start() -> None:
    for name, value in (
        pair for service in SERVICES.values() for pair in service.get("environment", {}).items()
    ):
        if re.search(r"PASS|SECRET|_KEY", name) and name != "MARIADB_RANDOM_ROOT_PASSWORD":
            assert re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", value), name
        assert not re.search(r"://[^/]*:[^/]*@", value), name
    assert all(SERVICES[name]["env_file"] == ".env" for name in OURS)


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_to_a_version(name: str) -> None:
    service = SERVICES[name]
    assert "build" in service or re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+(-[a-z]+)?", service["image"])


def test_it_starts_in_order_each_part_once_what_it_needs_is_healthy() -> None:
    wanted = {name: each["condition"] for name, each in SERVICES["portal"]["depends_on"].items()}
    assert wanted == {
        "migrations": "service_completed_successfully", "database": "service_healthy", "limits": "service_healthy",
    }  # fmt: skip
    assert SERVICES["migrations"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name, each in SERVICES.items():
        for other, how in each.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert not healthy or "test" in SERVICES[other]["healthcheck"], (name, other)


def test_only_the_portal_is_reached_from_outside_and_only_on_loopback() -> None:
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["portal"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["portal"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "limits"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_data_outlives_its_containers() -> None:
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/mysql"]
    (volume,) = SERVICES["portal"]["volumes"]
    assert volume.endswith(":" + dict(instructions((CHECKOUT / "Dockerfile").read_text()))["VOLUME"])
    named = {mount.partition(":")[0] for each in SERVICES.values() for mount in each.get("volumes", [])}
    assert named == set(COMPOSE["volumes"])


def test_its_variables_are_settings_the_portal_reads_as_meant() -> None:
    text = "9fQ2vLxw7ZbNc4RkYs6JdUg1HtPo8MiE"
    secrets = {"SECRET_KEY": text, "DATABASE_ENCRYPTION_SECRET": text[::-1]}
    written = SERVICES["portal"]["environment"]
    given = {name: re.sub(r"\$\{[A-Z_]+:-(.*)\}", r"\1", value) for name, value in written.items()}
    given |= {**secrets, "MYSQL_PASS": "p@ss", "APP_ENV": "production"}
    settings = Settings.from_environment({**given, "ISSUER": "https://id.example.org"}, CHECKOUT / "instance")
    assert settings.database_url == "mysql+pymysql://pforte:p%40ss@database:3306/pforte?charset=utf8mb4"
    assert settings.trusted_hosts == ("portal",)
    assert settings.redis_url == "redis://limits:6379/0"
    database = SERVICES["database"]["environment"]
    assert (given["MYSQL_USER"], given["MYSQL_DB"]) == (
        database["MARIADB_USER"],
        database["MARIADB_DATABASE"],
    )
