"""The switch by which people get into an app with a second factor only: on its edit page, and at the command line."""

import json
from typing import Any

from app.clients.registration import find_client
from tests import factories as make
from tests.oauth.world import World, later


def required(world: World) -> bool:
    with world.app.app_context():
        client = find_client(world.client.id)
        assert client is not None
        return client.second_factor_required


def save(world: World, browser: Any, **fields: Any) -> Any:
    path = f"/dashboard/apps/{world.client.id}/edit"
    known = {
        "csrf_token": make.csrf_token(browser.get("/dashboard/apps/new")), "name": "Ledger", "redirect_uris": make.CALLBACK,
        "client_type": "confidential", "grant_types": [*make.ALL_GRANTS], "scopes": ["openid", "profile"],
    }  # fmt: skip
    return browser.post(path, data={**known, **fields})


def test_the_owner_switches_it_on_and_off(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    assert save(world, owner, second_factor_required=["", "y"]).status_code == 302
    assert required(world)
    assert "Second factor" in owner.get(f"/dashboard/apps/{world.client.id}").text
    assert save(world, owner, second_factor_required="").status_code == 302
    assert not required(world)


def test_a_program_that_sends_no_such_field_leaves_it_as_it_is(world: World) -> None:
    world.require_second_factor()
    assert save(world, make.browser_of(world.app, world.owner)).status_code == 302
    assert required(world)


def test_attack_an_open_browser_does_not_switch_it_off(world: World) -> None:
    world.require_second_factor()
    owner = make.browser_of(world.app, world.owner)
    with later(minutes=11):
        asked = save(world, owner, second_factor_required="")
        assert asked.headers["Location"].startswith("/reauthenticate?next=")
    assert required(world)


def test_commands_switch_it_and_tell_it(world: World) -> None:
    runner = world.app.test_cli_runner()

    def run(*arguments: str) -> dict[str, Any]:
        result = runner.invoke(args=["client", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    made = run("create", "Bank", "--redirect-uri", make.CALLBACK, "--second-factor")
    assert made["second_factor"] == "required"
    assert run("update", made["client_id"], "--description", "Money")["second_factor"] == "required"
    assert run("update", made["client_id"], "--no-second-factor")["second_factor"] == "optional"
    assert run("show", world.client.id)["second_factor"] == "optional"


def test_the_list_of_people_says_who_has_a_second_factor(world: World) -> None:
    make.give_second_factor(world.app, world.person)
    assert world.owner.username
    listed = json.loads(world.app.test_cli_runner().invoke(args=["user", "list", "--json"]).stdout)
    assert {each["username"]: each["second_factor"] for each in listed} == {"owner": False, "person": True}
