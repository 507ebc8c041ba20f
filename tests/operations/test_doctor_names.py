"""`flask doctor` finds settings that are spelled wrongly, and leaves in peace what belongs to other programs."""

from pathlib import Path

import pytest

from app.operations.doctor import names
from config import KNOWN
from tests.support.databases import make_settings

FOREIGN = (
    "COMPOSE_PROJECT_NAME", "MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD", "MARIADB_DATABASE", "FLASK_DEBUG", "PYTHON",
    "PYTHONUNBUFFERED", "PORT", "STACK", "GUNICORN_CMD_ARGS", "TZ", "https_proxy", "SSL_CERT_FILE", "LC_ALL",
)  # fmt: skip


def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env_file: str, **environ: str
) -> list[tuple[bool, str, str]]:
    """What the check finds with this file and these variables alone."""
    (tmp_path / ".env").write_text(env_file)
    monkeypatch.setattr(names, "CHECKOUT", tmp_path)
    monkeypatch.setattr("os.environ", environ)
    settings = make_settings(f"sqlite:///{tmp_path}/x.sqlite3", tmp_path)
    return [(each.well, each.says, each.mend) for each in names.check(settings)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ACCES_TOKEN_TTL", "ACCESS_TOKEN_TTL"), ("access_token_ttl", "ACCESS_TOKEN_TTL"), ("REDIS_URI", "REDIS_URL"),
        ("REGISTRATIONS", "REGISTRATION"), ("TRUSTED_PROXY", "TRUSTED_PROXIES"), ("ISSUER_URL", "ISSUER"),
    ],
)  # fmt: skip
def test_a_misspelt_setting_is_told_with_the_one_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    found = told(tmp_path, monkeypatch, f"{written}=5 minutes\nDEFAULT_LOCALE=de\n")
    assert found[0] == (False, f"nothing reads {written} in .env", f"Did you mean {meant}?")
    assert not [says for _well, says, _mend in found if "5 minutes" in says]


def test_a_misspelt_setting_is_found_in_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(
        tmp_path, monkeypatch, "", WEB_CONCURENCY="2", HOSTNAME="x", SECRET_KEY_BASE="x", MAIL="/var/mail/me"
    )
    wrong = (False, "nothing reads WEB_CONCURENCY in the environment", "Did you mean WEB_CONCURRENCY?")
    assert [each for each in found if not each[0]] == [wrong]


def test_settings_and_names_of_other_programs_are_no_false_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "\n".join(f"{name}=x" for name in (*KNOWN, *FOREIGN))
    assert told(tmp_path, monkeypatch, lines) == [(True, "each in .env is that of a setting", "")]


def test_names_like_no_setting_are_told_as_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(tmp_path, monkeypatch, "BACKUP_TARGET=/srv\nADMIN_EMAIL=a@example.org\n")
    assert found == [(True, "nothing here reads BACKUP_TARGET, ADMIN_EMAIL in .env", "")]


def test_where_the_file_is_not_read_nothing_is_said_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(each[0] for each in told(tmp_path, monkeypatch, "ACCES_TOKEN_TTL=1\n", FLASK_SKIP_DOTENV="1"))
