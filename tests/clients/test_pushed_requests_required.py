"""The switch by which an app's requests count only when they are pushed: on its edit page, and at the command line."""

import json
from typing import Any

from app.clients.registration import find_client
from tests import factories as make
from tests.clients.test_second_factor import save
from tests.oauth.world import World, later
from tests.support.html_forms import forms_of


def required(world: World) -> bool:
    with world.app.app_context():
        client = find_client(world.client.id)
        assert client is not None
        return client.par_required


def require(world: World) -> None:
    world.change(lambda row: setattr(row, "par_required", True))


def test_the_owner_switches_it_on_and_off(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    assert save(world, owner, par_required=["", "y"]).status_code == 302
    assert required(world)
    assert "Pushed requests" in owner.get(f"/dashboard/apps/{world.client.id}").text
    (form,) = [
        form
        for form in forms_of(owner.get(f"/dashboard/apps/{world.client.id}/edit").text)
        if "par_required" in form.names
    ]
    assert ("par_required", "y") in form.fields
    assert save(world, owner, par_required="").status_code == 302
    assert not required(world)


def test_it_counts_at_once(world: World) -> None:
    assert world.ask().status_code == 200
    require(world)
    assert make.answer_of(world.ask())["error"] == "invalid_request"


def test_a_program_that_sends_no_such_field_leaves_it_as_it_is(world: World) -> None:
    require(world)
    assert save(world, make.browser_of(world.app, world.owner)).status_code == 302
    assert required(world)


def test_attack_an_open_browser_does_not_switch_it_off(world: World) -> None:
    require(world)
    owner = make.browser_of(world.app, world.owner)
    with later(minutes=11):
        asked = save(world, owner, par_required="")
        assert asked.headers["Location"].startswith("/reauthenticate?next=")
    assert required(world)


def test_commands_switch_it_and_tell_it(world: World) -> None:
    runner = world.app.test_cli_runner()

    def run(*arguments: str) -> dict[str, Any]:
        result = runner.invoke(args=["client", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    made = run("create", "Bank", "--redirect-uri", make.CALLBACK, "--par", "required")
    assert made["par"] == "required"
    assert run("update", made["client_id"], "--description", "Money")["par"] == "required"
    assert run("update", made["client_id"], "--par", "optional")["par"] == "optional"
    assert run("show", world.client.id)["par"] == "optional"


def test_administrators_read_it_on_the_app_s_page(world: World) -> None:
    require(world)
    admin = make.browser_of(world.app, make.make_user(world.app, "root", is_admin=True))
    assert "Pushed requests" in admin.get(f"/admin/apps/{world.client.id}").text
