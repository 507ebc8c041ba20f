""".env.example names every setting, with its true default, and nothing else."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config import CHECKOUT, ConfigurationError, Settings
from tests.support.certificates import make_certificate

EXAMPLE = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
LINES = re.findall(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE, re.MULTILINE)
IN_PARTS = {"MYSQL_USER", "MYSQL_PASS", "MYSQL_HOST", "MYSQL_PORT", "MYSQL_DB"}
ITS_OWN = {"INSTANCE_PATH"}
LETTERS = "9fQ2vLxw7ZbNc4RkYs6JdUg1HtPo8MiE"
SECRETS = {"SECRET_KEY": LETTERS, "DATABASE_ENCRYPTION_SECRET": LETTERS[::-1]}
DEFAULTS = {each.name.upper(): each.metadata["default"] for each in fields(Settings)[1:]}
OF_THE_MACHINE = {"WEB_CONCURRENCY"}


def test_it_names_every_setting_once_and_no_other() -> None:
    names = [name for _commented, name, _value in LINES]
    assert len(names) == len(set(names))
    assert set(names) == set(DEFAULTS) | IN_PARTS | ITS_OWN


def test_a_line_commented_out_shows_the_default_where_there_is_one() -> None:
    for commented, name, value in LINES:
        default = DEFAULTS.get(name)
        if commented and default is not None and name not in OF_THE_MACHINE and default != "console":
            assert value == default, name


@pytest.mark.parametrize("name", [name for commented, name, value in LINES if commented and value])
def test_each_example_is_accepted_as_it_stands(name: str, tmp_path: Path) -> None:
    value = next(value for _commented, other, value in LINES if other == name)
    example = {name: value}
    if name.startswith("TLS_"):
        made = make_certificate(tmp_path)
        example = {"TLS_CERT": str(made.cert), "TLS_KEY": str(made.key)}
    needed = {"MYSQL_USER": "pforte", "MYSQL_DB": "pforte"} if name in IN_PARTS else {}
    Settings.from_environment({"APP_ENV": "testing", **SECRETS, **needed, **example}, tmp_path)


def test_a_copy_with_nothing_filled_in_is_refused_and_one_with_secrets_is_production(tmp_path: Path) -> None:
    copy = {name: value or "" for name, value in dotenv_values(CHECKOUT / ".env.example").items()}
    with pytest.raises(ConfigurationError, match="SECRET_KEY is missing"):
        Settings.from_environment(copy, tmp_path)
    settings = Settings.from_environment({**copy, **SECRETS}, tmp_path)
    assert (settings.app_env, settings.issuer, settings.trusted_proxies) == (
        "production",
        "https://id.example.org",
        1,
    )
