"""A list that exists twice is derived: migrations from models, discovery from the server, catalogs from texts."""

import io
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from app.database.rows import db
from app.oauth.server import GRANTS
from config import CHECKOUT

CATALOG = CHECKOUT / "translations" / "de" / "LC_MESSAGES"


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_discovery_lists_what_is_registered(app: Flask, client: FlaskClient) -> None:
    document = client.get("/.well-known/openid-configuration").json
    assert document == client.get("/.well-known/oauth-authorization-server").json
    registered = [grant.GRANT_TYPE for grant, _extensions in GRANTS]
    # No app of this portal has the password grant.
    assert document["grant_types_supported"] == [name for name in registered if name != "password"]
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) == 9
    for address in addresses:
        assert address.removeprefix(document["issuer"]) in paths
    assert document["request_uri_parameter_supported"] is False


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts of the code as they are now."""
    import subprocess
    import sys

    path = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = [
        Path(sys.executable).with_name("pybabel"),
        "-q",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "_l",
        "-o",
        path,
    ]
    subprocess.run([*command, "app", "templates"], cwd=CHECKOUT, check=True, capture_output=True)
    return path


def test_every_text_has_its_german(extracted: Path) -> None:
    with extracted.open("rb") as file:
        texts = {message.id for message in read_po(file) if message.id}
    with (CATALOG / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    translated = {message.id for message in catalog if message.id and _complete(message.string)}
    assert texts - translated == set()
    assert [message.id for message in catalog if message.fuzzy and message.id] == []


def test_german_keeps_every_placeholder() -> None:
    with (CATALOG / "messages.po").open("rb") as file:
        for message in read_po(file, locale="de"):
            if message.id and not isinstance(message.id, tuple):
                assert [str(error) for error in message.check()] == [], message.id


def test_what_is_read_is_what_was_written() -> None:
    from babel.messages.mofile import write_mo

    with (CATALOG / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    assert compiled.getvalue() == (CATALOG / "messages.mo").read_bytes()


def test_what_the_docs_name_exists() -> None:
    text = (CHECKOUT / "docs" / "from-the-tutorials.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|examples|docs)/[\w./-]+)`", text))
    assert named
    assert [path for path in sorted(named) if not (CHECKOUT / path).exists()] == []


def _complete(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)
