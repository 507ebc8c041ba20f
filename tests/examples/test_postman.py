"""The Postman collection runs in Postman's own runner, with a person where a browser is needed."""

import json
import secrets
from typing import Any

import pytest

from tests.examples.servers import EXAMPLES
from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import register_app
from tests.support.people import PASSWORD, Person
from tests.support.portals import Portal

pytestmark = pytest.mark.node
COLLECTION = json.loads((EXAMPLES / "pforte.postman_collection.json").read_text(encoding="utf-8"))
VARIABLES = {variable["key"]: variable["value"] for variable in COLLECTION["variable"]}
FOLDERS = {folder["name"]: [item["name"] for item in folder["item"]] for folder in COLLECTION["item"]}
GRANTS = ("authorization_code", "refresh_token", "client_credentials")


def run_folders(portal: Portal, *folders: str, in_environment: bool = False) -> Any:
    """What the runner found, with an app and a person of their own, in the collection or in an environment."""
    scopes = [word for name in ("openid", "profile", "email", "users.read") for word in ("--scope", name)]
    grants = [word for name in GRANTS for word in ("--grant", name)]
    app = register_app(portal, *grants, *scopes, redirect_uri=VARIABLES["redirect_uri"])
    name = f"maria-{secrets.token_hex(4)}"
    filled_in = {
        "issuer": portal.url, "client_id": app.client_id, "client_secret": app.client_secret,
        "username": name, "email": f"{name}@example.org", "password": PASSWORD,
    }  # fmt: skip
    person = Person(portal.url).register()
    variables = VARIABLES if in_environment else VARIABLES | filled_in
    return run_client(
        "postman.mjs", person, collection=COLLECTION, folders=folders, variables=variables,
        environment=filled_in if in_environment else {},
    )  # fmt: skip


@pytest.mark.parametrize("in_environment", [False, True], ids=["variables", "a Postman environment"])
def test_the_oauth_folders_work_as_they_stand(sqlite_portal: Portal, in_environment: bool) -> None:
    folders = [name for name in FOLDERS if "JSON API" not in name]

    found = run_folders(sqlite_portal, *folders, in_environment=in_environment)

    assert found["failures"] == []
    assert found["requests"] == [request for name in folders for request in FOLDERS[name]]


def test_the_collection_carries_no_credentials() -> None:
    for name in ("client_id", "client_secret", "password", "callback"):
        assert VARIABLES[name] == ""
    assert "pf_" not in json.dumps(COLLECTION)


def test_the_folder_of_the_json_api_works_as_it_stands(sqlite_portal: Portal) -> None:
    (name,) = (name for name in FOLDERS if "JSON API" in name)

    found = run_folders(sqlite_portal, name)

    assert found["failures"] == []
    assert found["requests"] == FOLDERS[name]
