"""The switch by which an app gets tokens with a DPoP proof only: on its edit page, and at the command line."""

import json
from typing import Any

from app.clients.registration import find_client
from tests import factories as make
from tests.clients.test_second_factor import save
from tests.oauth.world import World, later


def required(world: World) -> bool:
    with world.app.app_context():
        client = find_client(world.client.id)
        assert client is not None
        return client.dpop_required


def require(world: World) -> None:
    world.change(lambda row: setattr(row, "dpop_required", True))


def test_the_owner_switches_it_on_and_off(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    assert save(world, owner, dpop_required=["", "y"]).status_code == 302
    assert required(world)
    assert world.app_only().json["error"] == "invalid_dpop_proof"
    assert "DPoP" in owner.get(f"/dashboard/apps/{world.client.id}").text
    admin = make.browser_of(world.app, make.make_user(world.app, "root", is_admin=True))
    assert "DPoP" in admin.get(f"/admin/apps/{world.client.id}").text
    assert save(world, owner, dpop_required="").status_code == 302
    assert not required(world)
    assert world.app_only().status_code == 200


def test_a_program_that_sends_no_such_field_leaves_it_as_it_is(world: World) -> None:
    require(world)
    assert save(world, make.browser_of(world.app, world.owner)).status_code == 302
    assert required(world)


def test_attack_an_open_browser_does_not_switch_it_off(world: World) -> None:
    require(world)
    owner = make.browser_of(world.app, world.owner)
    with later(minutes=11):
        asked = save(world, owner, dpop_required="")
        assert asked.headers["Location"].startswith("/reauthenticate?next=")
    assert required(world)


def test_commands_switch_it_and_tell_it(world: World) -> None:
    runner = world.app.test_cli_runner()

    def run(*arguments: str) -> dict[str, Any]:
        result = runner.invoke(args=["client", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    made = run("create", "Bank", "--redirect-uri", make.CALLBACK, "--dpop", "required")
    assert made["dpop"] == "required"
    assert run("update", made["client_id"], "--description", "Money")["dpop"] == "required"
    assert run("update", made["client_id"], "--dpop", "optional")["dpop"] == "optional"
    assert run("show", world.client.id)["dpop"] == "optional"


def test_the_portals_own_app_gives_nothing_for_a_password_where_it_requires_dpop(world: World) -> None:
    fields = {"username": world.person.username, "password": make.PASSWORD}
    token = world.http.post("/api/auth", json=fields).json["accessToken"]
    world.change(
        lambda row: setattr(row, "dpop_required", True), make.App(make.claims_of(token)["client_id"], None)
    )
    refused = world.http.post("/api/auth", json=fields)
    assert (refused.status_code, refused.json["error"]) == (403, "sign_in_switched_off")
