"""Settings: what is accepted, what is refused in one line, and what is never shown."""

import base64
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import CHECKOUT, ConfigurationError, Settings, load
from configuration import values
from tests.support.certificates import make_certificate

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
STRONG = {
    "SECRET_KEY": "9fQ2vLxw7ZbNc4RkYs6JdUg1HtPo8MiE",
    "DATABASE_ENCRYPTION_SECRET": "Bm8zXr3WqEa5TnVh7KpCy2GsLd9FuJoI",
}
PRODUCTION = {"APP_ENV": "production", "ISSUER": "https://id.example.org", **STRONG}


def read(instance: Path, **environ: str) -> Settings:
    return Settings.from_environment(environ, instance)


def refusal(instance: Path, **environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(instance, **environ)
    return str(caught.value)


def test_without_any_variable_the_defaults_of_the_contract_hold(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.issuer == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/pforte.sqlite3"
    assert (settings.access_token_ttl, settings.refresh_token_ttl) == (3600, 31_536_000)
    assert (settings.authorization_code_ttl, settings.id_token_ttl) == (60, 3600)
    assert (settings.rate_limit_requests_number, settings.rate_limit_duration_seconds) == (10_000, 1000)
    assert settings.rate_limit_white_list == settings.metrics_allow == ("127.0.0.1",)
    assert (settings.access_token_alg, settings.default_audience) == ("RS256", "api://default")
    assert (settings.password_hasher, settings.bcrypt_salt_rounds) == ("argon2", 12)
    assert settings.refresh_retry_window == 60
    assert settings.pushed_requests == "optional"
    assert read(tmp_path, PUSHED_REQUESTS="Required").pushed_requests == "required"
    assert settings.dpop_nonce is False
    assert settings.web_concurrency == (os.cpu_count() or 1) * 2 + 1
    assert (settings.registration, settings.dynamic_registration, settings.default_locale) == (
        "open",
        "off",
        "en",
    )
    assert (
        settings.mail_url is settings.sms_webhook_url is settings.message_port is settings.redis_url is None
    )
    assert not settings.secure_cookies


def test_addresses_to_fetch_from_have_one_spelling(tmp_path: Path) -> None:
    assert read(tmp_path).fetch_allow is None
    given = "127.0.0.1:9000, App.test:9443 [0:0::1]:80"
    assert read(tmp_path, FETCH_ALLOW=given).fetch_allow == ("127.0.0.1:9000", "app.test:9443", "[::1]:80")


def test_attack_production_fetches_from_no_network_of_its_own(tmp_path: Path) -> None:
    told = refusal(tmp_path, **PRODUCTION, FETCH_ALLOW="10.0.0.7:80")
    assert told.startswith("FETCH_ALLOW is '10.0.0.7:80'; accepted in production: nothing")
    assert "\n" not in told


def test_nonces_of_proofs_are_switched_on_by_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, DPOP_NONCE="on").dpop_nonce is True
    assert read(tmp_path, DPOP_NONCE="off").dpop_nonce is False


@pytest.mark.parametrize(
    ("value", "mode"),
    [("off", "off"), ("false", "off"), ("token", "token"), ("TOKEN", "token"), ("open", "open"), ("true", "open")],
)  # fmt: skip
def test_who_may_register_apps_is_read_in_any_spelling(tmp_path: Path, value: str, mode: str) -> None:
    assert read(tmp_path, DYNAMIC_REGISTRATION=value).dynamic_registration == mode


def test_administrators_need_a_second_factor_where_the_portal_is_in_earnest(tmp_path: Path) -> None:
    assert read(tmp_path).admin_second_factor == "optional"
    assert read(tmp_path, **PRODUCTION).admin_second_factor == "required"
    assert read(tmp_path, **PRODUCTION, ADMIN_SECOND_FACTOR="Optional").admin_second_factor == "optional"
    assert read(tmp_path, ADMIN_SECOND_FACTOR="required").admin_second_factor == "required"
    told = refusal(tmp_path, ADMIN_SECOND_FACTOR="yes")
    assert told == "ADMIN_SECOND_FACTOR is 'yes'; accepted: required or optional"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30 seconds", 30), ("15 minutes", 900), ("1 day", 86_400), ("1 year", 31_536_000), ("90", 90),
        ("1 hour 30 minutes", 5400), ("2 weeks", 1_209_600), ("30m", 1800), ("1 Year 2 Days", 31_708_800),
        ("  10 Minutes ", 600), ("2h", 7200),
    ],
)  # fmt: skip
def test_durations_are_read_as_people_write_them(tmp_path: Path, written: str, seconds: int) -> None:
    assert read(tmp_path, ACCESS_TOKEN_TTL=written).access_token_ttl == seconds


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        seconds = values.duration(text)
    except ValueError:
        return
    assert 1 <= seconds <= values.LONGEST_DURATION


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "prod"), ("ISSUER", "id.example.org"), ("ISSUER", "https://id.example.org/"), ("ISSUER", "https://example.org/id"),
        ("ISSUER", "https://id.example.org?a=b"), ("ISSUER", "https://id.example.org#a"),
        ("ISSUER", "https://user@id.example.org"), ("ISSUER", "ftp://id.example.org"), ("PORT", "http"),
        ("PORT", "70000"), ("SERVER_PORT", "0"), ("SERVER_HOST", "a b"), ("WEB_CONCURRENCY", "two"),
        ("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "-1"), ("WEB_CONCURRENCY", "1.5"), ("WEB_CONCURRENCY", "٣"),
        ("ACCESS_TOKEN_TTL", "soon"), ("ACCESS_TOKEN_TTL", "0"), ("ACCESS_TOKEN_TTL", "-5"),
        ("ACCESS_TOKEN_TTL", "1:30"), ("REFRESH_TOKEN_TTL", "11 years"), ("AUTHORIZATION_CODE_TTL", "0.2 seconds"),
        ("SHOULD_ENCRYPT_TOKENS", "maybe"), ("DPOP_NONCE", "sometimes"), ("PASSWORD_HASHER", "md5"), ("BCRYPT_SALT_ROUNDS", "3"),
        ("RATE_LIMIT_REQUESTS_NUMBER", "many"), ("RATE_LIMIT_WHITE_LIST", "localhost"),
        ("RATE_LIMIT_WHITE_LIST_REGEXP", "("), ("ACCESS_TOKEN_ALG", "HS256"), ("DYNAMIC_REGISTRATION", "perhaps"),
        ("METRICS_ALLOW", "everybody"), ("TLS_CERT", "/nowhere/cert.pem"), ("TRUSTED_PROXIES", "-1"),
        ("MAIL_FROM", "nobody"), ("DEFAULT_LOCALE", "fr"), ("SECURITY_CONTACT", "somebody"),
        ("REGISTRATION", "friends"), ("MESSAGE_PORT", "none"), ("MYSQL_PORT", "x"),
        ("ISSUER", "https://a..example"), ("ISSUER", f"https://{'a' * 64}.example"), ("SERVER_HOST", "a..b"),
        ("MESSAGE_HOST", "a" * 64), ("SESSION_TTL", "0"), ("REMEMBERED_SESSION_TTL", "for ever"),
        ("FETCH_ALLOW", "127.0.0.1"), ("FETCH_ALLOW", "127.0.0.1:0"), ("FETCH_ALLOW", "::1:80"), ("FETCH_ALLOW", "127.1:80"),
        ("FETCH_ALLOW", "https://app.test:443"), ("FETCH_ALLOW", "me@app.test:80"), ("FETCH_ALLOW", "app.test:70000"),
        ("PASSWORD_WORDS", "Acme; Roadrunner"), ("PASSWORD_WORDS", "ab"), ("PASSWORD_WORDS", "a" * 41),
        ("PUSHED_REQUESTS", "always"), ("PUSHED_REQUESTS", "true"),
    ],
)  # fmt: skip
def test_a_malformed_value_is_refused_in_one_line_with_name_value_and_what_is_accepted(
    tmp_path: Path, name: str, value: str
) -> None:
    others = {"MYSQL_USER": "u", "MYSQL_DB": "d"} if name == "MYSQL_PORT" else {}
    said = refusal(tmp_path, **{name: value}, **others)
    assert said.startswith(f"{name} is {value!r}; accepted: ")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://me:hunter2@db/x"), ("DATABASE_URL", "sqlite://"), ("DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "sqlite:///:memory:"), ("DATABASE_URL", "mysql://me:hunter2@db"), ("REDIS_URL", "hunter2"),
        ("MAIL_URL", "http://me:hunter2@mail"), ("MAIL_URL", "smtp://"), ("SMS_WEBHOOK_URL", "hunter2"),
        ("DATABASE_URL", "mysql://me:hunter2@db:99999/x"), ("JWE_ENCRYPTION_KEY", "hunter2"),
        ("DATABASE_ENCRYPTION_SECRET", "hunter2"), ("DATABASE_ENCRYPTION_SECRET_PREVIOUS", "hunter2"),
        ("MAIL_URL", "smtp://me:hunter2@a..b:25"), ("SMS_WEBHOOK_URL", "https://me:hunter2@a..b/"),
        ("IMPRINT_URL", "javascript:hunter2"), ("PRIVACY_URL", "example.org/hunter2"), ("TERMS_URL", "https://?hunter2"),
        ("IMPRINT_URL", "https://a..b/hunter2"), ("TERMS_URL", "https://example.org/hunter2 <b>"),
        ("DATABASE_URL", "mysql://me:hunter2@a..b/x"), ("REDIS_URL", "redis://:hunter2@a..b/0"),
    ],
)  # fmt: skip
def test_a_secret_value_is_refused_without_being_shown(tmp_path: Path, name: str, value: str) -> None:
    said = refusal(tmp_path, **{name: value})
    assert said.startswith(f"{name} ")
    assert "accepted" in said
    assert "hunter2" not in said
    assert "\n" not in said


def test_the_previous_encryption_secret_is_another_one(tmp_path: Path) -> None:
    both = {"DATABASE_ENCRYPTION_SECRET": "s" * 32, "DATABASE_ENCRYPTION_SECRET_PREVIOUS": "s" * 32}
    assert "is the same as" in refusal(tmp_path, **both)
    both["DATABASE_ENCRYPTION_SECRET_PREVIOUS"] = "p" * 32
    assert read(tmp_path, **both).database_encryption_secret_previous == "p" * 32


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused_in_one_line(tmp_path: Path, size: int) -> None:
    spelled = base64.urlsafe_b64encode(bytes(size)).decode() or "="
    said = refusal(tmp_path, SHOULD_ENCRYPT_TOKENS="true", JWE_ENCRYPTION_KEY=spelled)
    assert said.startswith("JWE_ENCRYPTION_KEY ")
    assert "32 bytes in base64url" in said
    assert "\n" not in said


def test_settings_printed_by_accident_show_no_secret(tmp_path: Path) -> None:
    assert "hunter2" not in repr(read(tmp_path, SECRET_KEY="hunter2"))


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("mysql://me:p%40ss@db/portal", "mysql+pymysql://me:p%40ss@db/portal?charset=utf8mb4"),
        ("mariadb://me@db:3307/portal", "mysql+pymysql://me@db:3307/portal?charset=utf8mb4"),
        ("mysql+pymysql://db/x?charset=utf8mb4", "mysql+pymysql://db/x?charset=utf8mb4"),
        ("sqlite:////srv/pforte.sqlite3", "sqlite:////srv/pforte.sqlite3"),
        ("sqlite:///data/pforte.sqlite3", f"sqlite:///{CHECKOUT}/data/pforte.sqlite3"),
    ],
)
def test_a_database_url_means_the_same_wherever_a_command_runs(tmp_path: Path, given: str, used: str) -> None:
    assert read(tmp_path, DATABASE_URL=given).database_url == used


@pytest.mark.parametrize(
    "host", ["me:hunter2@db", "db/x", "a b", "[::1", "::1", "db:3306", "db?x", "%zz", ""]
)
def test_a_malformed_host_is_told_without_the_password_beside_it(tmp_path: Path, host: str) -> None:
    parts = {"MYSQL_USER": "me", "MYSQL_PASS": "hunter2", "MYSQL_HOST": host, "MYSQL_DB": "portal"}
    if not host:  # as for every variable, nothing is the default
        assert "@127.0.0.1:" in read(tmp_path, **parts).database_url
        return
    said = refusal(tmp_path, **parts)
    assert said.startswith("MYSQL_HOST is ")
    assert "hunter2" not in said
    assert "\n" not in said


@pytest.mark.parametrize("host", ["db", "db.example.com", "10.0.0.7", "[::1]", "my_db-1"])
def test_hosts_as_machines_are_called_are_taken(tmp_path: Path, host: str) -> None:
    parts = {"MYSQL_USER": "me", "MYSQL_PASS": "hunter2", "MYSQL_HOST": host, "MYSQL_DB": "portal"}
    assert f"@{host}:3306/" in read(tmp_path, **parts).database_url


def test_no_retry_window_at_all_may_be_set(tmp_path: Path) -> None:
    assert read(tmp_path, REFRESH_RETRY_WINDOW="0").refresh_retry_window == 0


def test_mysql_parts_make_a_url_and_the_password_is_quoted(tmp_path: Path) -> None:
    parts = {"MYSQL_USER": "me", "MYSQL_PASS": "p@ss/:ö", "MYSQL_HOST": "db", "MYSQL_DB": "portal"}
    expected = "mysql+pymysql://me:p%40ss%2F%3A%C3%B6@db:3306/portal?charset=utf8mb4"
    assert read(tmp_path, **parts).database_url == expected
    assert read(tmp_path, **parts, DATABASE_URL="sqlite:////x/y").database_url == "sqlite:////x/y"


def test_an_incomplete_set_of_mysql_parts_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, MYSQL_HOST="db").startswith("MYSQL_USER is missing")
    assert refusal(tmp_path, MYSQL_HOST="db", MYSQL_USER="me").startswith("MYSQL_DB is missing")


def test_the_issuer_follows_the_port_and_port_wins_over_server_port(tmp_path: Path) -> None:
    assert read(tmp_path, SERVER_PORT="8100").issuer == "http://127.0.0.1:8100"
    settings = read(tmp_path, SERVER_PORT="8100", PORT="9000")
    assert (settings.issuer, settings.server_port) == ("http://127.0.0.1:9000", 9000)
    assert read(tmp_path, PORT="9000", ISSUER="https://id.example.org").issuer == "https://id.example.org"


def test_an_empty_white_list_lists_nobody_while_other_empty_values_count_as_not_given(tmp_path: Path) -> None:
    assert read(tmp_path, RATE_LIMIT_WHITE_LIST="").rate_limit_white_list == ()
    settings = read(tmp_path, RATE_LIMIT_WHITE_LIST="10.0.0.1, ::1", ISSUER="", WEB_CONCURRENCY=" ")
    assert settings.rate_limit_white_list == ("10.0.0.1", "::1")
    assert settings.issuer == "http://127.0.0.1:8000"


def test_encrypted_tokens_need_a_key_of_32_bytes(tmp_path: Path) -> None:
    assert refusal(tmp_path, SHOULD_ENCRYPT_TOKENS="true").startswith("JWE_ENCRYPTION_KEY is missing")
    for spelled in (KEY, KEY.rstrip("=")):
        assert read(tmp_path, JWE_ENCRYPTION_KEY=spelled).jwe_encryption_key == bytes(range(32))


def test_certificate_and_key_come_together(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    assert refusal(tmp_path, TLS_CERT=str(made.cert)).startswith("TLS_KEY is missing")
    assert read(tmp_path, TLS_CERT=str(made.cert), TLS_KEY=str(made.key)).secure_cookies


def test_development_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: read(instance).secret_key, range(32)))
    assert len(set(made)) == 1
    assert read(instance).database_encryption_secret != made[0]
    assert {path.name for path in instance.iterdir()} == {"secret_key", "database_encryption_secret"}
    assert {path.stat().st_mode & 0o777 for path in instance.iterdir()} == {0o600}


def test_production_refuses_plain_http_unless_it_is_loopback(tmp_path: Path) -> None:
    assert "ISSUER is 'http://id.example.org'" in refusal(
        tmp_path, **{**PRODUCTION, "ISSUER": "http://id.example.org"}
    )
    for loopback in (
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://[::1]:8000",
        "https://id.example.org",
    ):
        assert read(tmp_path, **{**PRODUCTION, "ISSUER": loopback}).issuer == loopback


def test_several_wrong_settings_are_told_at_once_in_a_line_each(tmp_path: Path) -> None:
    said = refusal(
        tmp_path / "instance", ACCESS_TOKEN_TTL="soon", PORT="http", MYSQL_HOST="a b", TLS_CERT="/nowhere",
        SHOULD_ENCRYPT_TOKENS="true", DATABASE_ENCRYPTION_SECRET="hunter2", DEFAULT_LOCALE="de",
    )  # fmt: skip
    assert sorted(line.split()[0] for line in said.splitlines()) == [
        "ACCESS_TOKEN_TTL", "DATABASE_ENCRYPTION_SECRET", "JWE_ENCRYPTION_KEY", "MYSQL_DB", "MYSQL_HOST", "MYSQL_USER",
        "PORT", "TLS_CERT",
    ]  # fmt: skip
    assert "hunter2" not in said
    assert not (tmp_path / "instance").exists()


def test_all_that_production_lacks_is_told_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, APP_ENV="production", ISSUER="http://id.example.org").splitlines()
    assert [line.partition(";")[0] for line in said] == [
        "SECRET_KEY is missing",
        "DATABASE_ENCRYPTION_SECRET is missing",
        "ISSUER is 'http://id.example.org'",
    ]
    assert not list(tmp_path.iterdir())


def test_one_variable_has_one_line(tmp_path: Path) -> None:
    said = refusal(
        tmp_path, **{**PRODUCTION, "DATABASE_ENCRYPTION_SECRET": "short", "TLS_KEY": "/nowhere/key.pem"}
    )
    assert [line.split()[0] for line in said.splitlines()] == ["TLS_KEY", "DATABASE_ENCRYPTION_SECRET"]


def test_the_env_file_is_read_and_a_real_variable_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.CHECKOUT", tmp_path)
    (tmp_path / ".env").write_text(
        'REGISTRATION=closed\nDEFAULT_LOCALE="de"\nINSTANCE_PATH=' + str(tmp_path / "kept")
    )
    settings = load({"REGISTRATION": "invite"})
    assert (settings.registration, settings.default_locale) == ("invite", "de")
    assert settings.instance == tmp_path / "kept"


@pytest.mark.parametrize(
    "command",
    [
        ["flask", "db", "upgrade"],
        ["flask", "user", "list"],
        ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
        ["migrations/at_head.py"],
        ["docker/healthcheck.py"],
        ["configuration/free_port.py"],
        ["configuration/start.py"],
    ],
)
def test_a_wrong_setting_ends_every_command_with_one_line(tmp_path: Path, command: list[str]) -> None:
    said = end(command, CHECKOUT, INSTANCE_PATH=str(tmp_path), ACCESS_TOKEN_TTL="soon", FLASK_SKIP_DOTENV="1")
    assert said.startswith("ACCESS_TOKEN_TTL is 'soon'; accepted: ")


def end(command: list[str], folder: Path, **environ: str) -> str:
    """The one line on stderr with which the command ends."""
    start = [sys.executable] if command[0].endswith(".py") else [sys.executable, "-m"]
    own = {"PATH": os.environ["PATH"], **environ}
    ended = subprocess.run(
        [*start, *command], cwd=folder, env=own, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    return ended.stderr


@pytest.mark.parametrize("value", ["many", "0", "1.5", "٣"])
@pytest.mark.parametrize(
    "command", [["flask", "user", "list"], ["migrations/at_head.py"], ["configuration/start.py"]]
)
def test_a_number_of_workers_that_is_none_is_told_before_gunicorn_is_asked(
    tmp_path: Path, command: list[str], value: str
) -> None:
    said = end(command, CHECKOUT, INSTANCE_PATH=str(tmp_path), WEB_CONCURRENCY=value, FLASK_SKIP_DOTENV="1")
    assert said == f"WEB_CONCURRENCY is {value!r}; accepted: a whole number from 1 to 512\n"
