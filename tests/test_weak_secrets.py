"""Secrets of production: what somebody could guess is refused, what a generator makes never is."""

import base64
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from config import load
from configuration import weak_secrets
from tests.test_config import PRODUCTION, STRONG, read, refusal

GUESSABLE = [
    "", "short", f"{STRONG['SECRET_KEY'][:0:-1]} ", "change-me-change-me-change-me-change-me", "a" * 32, "ab" * 18,
    "secretsecretsecretsecretsecretsecret", "please-change-this-secret-key-now-123", "REPLACE_ME_REPLACE_ME_REPLACE_ME_1",
    "example-secret-key-example-0123456789abc", "dev-secret-key-not-for-production-use-42",
    "TODO-insert-a-long-random-string-here-1", "<generate with python secrets token_urlsafe>",
    "your_super_secret_key_that_is_at_least_32_chars", "bitte-hier-ein-langes-geheimnis-eintragen-1",
    "abcdefghijklmnopqrstuvwxyz0123456789", "9876543210ZYXWVUTSRQPONMLKJIHGFEDCBA", "0123456789abcdef0123456789abcdef",
    "qwertyuiopasdfghjklzxcvbnm1234567890", "QWERTZUIOPASDFGHJKLYXCVBNM!1234567890", "k3Jx9QpL" * 5, "a1b2c3d4e5f6g7h8" * 2,
]  # fmt: skip
MAKERS: list[Callable[[], str]] = [
    lambda: secrets.token_urlsafe(32),
    lambda: secrets.token_urlsafe(24),
    lambda: secrets.token_hex(16),
    lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    lambda: str(uuid.uuid4()),
    lambda: f"dev-{secrets.token_urlsafe(24)}",
    lambda: secrets.token_bytes(32).decode("latin-1"),  # as keys are looked at
]


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_ENCRYPTION_SECRET"])
@pytest.mark.parametrize("value", GUESSABLE)
def test_production_refuses_a_missing_short_or_guessable_secret(
    tmp_path: Path, name: str, value: str
) -> None:
    said = refusal(tmp_path, **{**PRODUCTION, name: value})
    assert said.startswith(f"{name} is ")
    assert "\n" not in said
    assert not value or value not in said.replace("too short", "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", MAKERS)
def test_what_a_generator_makes_is_never_refused(make: Callable[[], str]) -> None:
    refused = [text for text in (make() for _ in range(10_000)) if weak_secrets.is_guessable(text)]
    assert refused == []


def test_a_random_secret_may_have_a_placeholders_words_in_it(tmp_path: Path) -> None:
    for word in ("dev", "changeme", "Secret-", "example", "0123", "asdf"):
        text = STRONG["SECRET_KEY"][:20] + word + STRONG["SECRET_KEY"][20:]
        assert read(tmp_path, **{**PRODUCTION, "SECRET_KEY": text}).secret_key == text
    passphrase = "correct horse battery staple violet kettle"
    assert read(tmp_path, **{**PRODUCTION, "SECRET_KEY": passphrase}).secret_key == passphrase


@pytest.mark.parametrize(
    ("secret_key", "encryption_secret"),
    [
        ("{}", "{}"), ("{}", "{} "), ("\t{}", "{}"), ("{}", "{}-2"), ("{}", "x{}"), ("key:{}:1", "{}"), ("é{}", "e\u0301{}"),
    ],
)  # fmt: skip
def test_production_refuses_one_secret_for_two_purposes(
    tmp_path: Path, secret_key: str, encryption_secret: str
) -> None:
    text = STRONG["SECRET_KEY"]
    both = {
        "SECRET_KEY": secret_key.format(text),
        "DATABASE_ENCRYPTION_SECRET": encryption_secret.format(text),
    }
    said = refusal(tmp_path, **{**PRODUCTION, **both})
    assert said.startswith(
        ("SECRET_KEY is the same as DATABASE_", "SECRET_KEY has text in common with DATABASE_")
    )
    assert "\n" not in said
    assert text not in said


@pytest.mark.parametrize(
    "key",
    [
        bytes(32),
        bytes(range(32)),
        b"\x01\x02" * 16,
        b"change-me-change-me-change-me-12",
        b"0123456789abcdef" * 2,
    ],
)
def test_production_refuses_a_key_of_tokens_that_could_be_guessed(tmp_path: Path, key: bytes) -> None:
    spelled = base64.urlsafe_b64encode(key).decode()
    said = refusal(tmp_path, **PRODUCTION, JWE_ENCRYPTION_KEY=spelled)
    assert said.startswith("JWE_ENCRYPTION_KEY is too simple; accepted in production: ")
    assert "\n" not in said
    assert spelled not in said
    assert read(tmp_path, JWE_ENCRYPTION_KEY=spelled).jwe_encryption_key == key


def test_a_random_key_of_tokens_is_taken_in_production(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    spelled = base64.urlsafe_b64encode(key).decode()
    assert read(tmp_path, **PRODUCTION, JWE_ENCRYPTION_KEY=spelled).jwe_encryption_key == key


def test_a_blank_or_a_line_break_behind_a_secret_in_the_env_file_is_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.CHECKOUT", tmp_path)
    lines = "".join(f"{name}={value} \r\n" for name, value in PRODUCTION.items())
    (tmp_path / ".env").write_bytes(f"{lines}\n\n".encode())
    settings = load({})
    assert settings.secret_key == STRONG["SECRET_KEY"]
    assert settings.database_encryption_secret == STRONG["DATABASE_ENCRYPTION_SECRET"]
