"""How an app proves who it is: on its edit page and at the command line, with keys or the address of keys."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from app.clients.models import Client
from app.clients.registration import find_client
from tests import factories as make
from tests.clients.test_second_factor import save
from tests.oauth.world import World, later

URI = "https://app.example.com/jwks.json"
KEYS = json.dumps({"keys": [ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=False)]})


def kept(world: World) -> tuple[Any, ...]:
    with world.app.app_context():
        client = find_client(world.client.id)
        assert isinstance(client, Client)
        return client.auth_method, client.jwks and json.loads(client.jwks), client.jwks_uri


def test_the_owner_names_the_address_of_the_keys_and_takes_it_back(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    assert save(world, owner, auth_method="private_key_jwt", jwks_uri=f" {URI} ").status_code == 302
    assert kept(world) == ("private_key_jwt", None, URI)
    page = owner.get(f"/dashboard/apps/{world.client.id}").text
    assert URI in page
    assert URI in owner.get(f"/dashboard/apps/{world.client.id}/edit").text
    assert save(world, owner).status_code == 302  # a program that knows no such fields
    assert kept(world) == ("private_key_jwt", None, URI)
    assert save(world, owner, jwks_uri="", jwks=KEYS).status_code == 302
    assert kept(world) == ("private_key_jwt", json.loads(KEYS), None)
    assert save(world, owner, auth_method="", jwks="").status_code == 302
    assert kept(world) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"auth_method": "private_key_jwt"}, "private_key_jwt needs the app&#39;s public keys"),
        ({"jwks": KEYS, "jwks_uri": URI}, "Give either the keys themselves or their address"),
        ({"jwks_uri": "http://app.example.com/jwks.json"}, "Enter a full https address"),
        ({"jwks_uri": "app.example.com"}, "Enter a full https address"),
        ({"jwks_uri": "https://me:secret@app.example.com/"}, "Enter a full https address"),
        ({"jwks_uri": "https://127.1/jwks.json"}, "The portal fetches from the public internet only"),
        ({"jwks_uri": "https://[::ffff:10.0.0.1]/"}, "The portal fetches from the public internet only"),
        ({"jwks_uri": "https://localhost/"}, "The portal fetches from the public internet only"),
        ({"jwks_uri": f"{URI}?{'a' * 2000}"}, "may have up to 2000 characters"),
        ({"jwks": "{}"}, "not a JSON Web Key Set"),
    ],
)
def test_what_will_not_do_is_told_beside_the_field(world: World, fields: dict[str, str], said: str) -> None:
    answer = save(world, make.browser_of(world.app, world.owner), **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert kept(world) == (None, None, None)


@pytest.mark.parametrize("fields", [{"jwks_uri": URI}, {"jwks": KEYS}, {"auth_method": "client_secret_post"}])
def test_attack_an_open_browser_does_not_change_keys(world: World, fields: dict[str, str]) -> None:
    """Whoever changes them signs in as the app."""
    assert world.client
    owner = make.browser_of(world.app, world.owner)
    with later(minutes=11):
        answer = save(world, owner, **fields)
        assert answer.headers["Location"].startswith("/reauthenticate?next=")
    assert kept(world) == (None, None, None)


def test_commands_take_either_and_tell_it(world: World, tmp_path: Path) -> None:
    runner = world.app.test_cli_runner()
    file = tmp_path / "jwks.json"
    file.write_text(KEYS)

    def run(*arguments: str) -> dict[str, Any]:
        result = runner.invoke(args=["client", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    made = run("create", "Bank", "--auth-method", "private_key_jwt", "--jwks-uri", URI)
    assert (made["client_secret"], made["jwks"], made["jwks_uri"]) == (None, None, URI)
    given = run("update", made["client_id"], "--jwks", str(file))
    assert (given["jwks"], given["jwks_uri"]) == (json.loads(KEYS), None)
    given = run("update", made["client_id"], "--jwks-uri", URI)
    assert (given["jwks"], given["jwks_uri"]) == (None, URI)
    shown = runner.invoke(args=["client", "show", made["client_id"]]).stdout
    assert f"jwks_uri: {URI}\n" in shown
    assert "jwks: -\n" in shown
    for options, said in (
        (["--jwks", str(file), "--jwks-uri", URI], "not both"),
        (["--jwks-uri", ""], "private_key_jwt needs"),
        (["--jwks-uri", "https://10.0.0.1/"], "public internet only"),
    ):
        refused = runner.invoke(args=["client", "update", made["client_id"], *options])
        assert refused.exit_code == 1
        assert said in refused.stderr
    assert run("update", made["client_id"], "--jwks-uri", "", "--jwks", str(file))["jwks_uri"] is None
