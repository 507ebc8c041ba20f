"""``flask group``: groups and who is in them, from the command line."""

import json
from collections.abc import Callable, Sequence

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from ..extensions import db
from . import groups, members, people
from .models import Group
from .refusals import GroupGone, GroupInUse, GroupRefused, NotFound
from .wording import explain, some_of

group_group = AppGroup("group", help="Create, list and delete groups; add and remove people.")
commands: tuple[click.Command, ...] = (group_group,)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
COLUMNS = "{people:>7}  {name:<40}  {description}"


@group_group.command()
@click.argument("name")
@click.option("--description", default="", help="What it is for; administrators read it.")
@AS_JSON
def create(name: str, description: str, as_json: bool) -> None:
    """Make a group. Apps read its name in the claim groups."""
    try:
        group = groups.create_group(name, description, actor_id=None)
    except GroupRefused as refused:
        with force_locale("en"):
            raise click.ClickException(explain(refused)) from None
    db.session.commit()
    _tell(group, f"{group.name} is there. Add people: flask group add '{group.name}' USERNAME …", as_json)


@group_group.command("list")
@AS_JSON
def list_all(as_json: bool) -> None:
    """Print every group and how many people are in it."""
    found = groups.list_groups()
    numbers = members.count_members([group.id for group in found])
    described = [_describe(group) | {"people": numbers[group.id]} for group in found]
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False, indent=2))
        return
    click.echo(COLUMNS.format(people="PEOPLE", name="NAME", description="DESCRIPTION"))
    for each in described:
        click.echo(COLUMNS.format(**each))


@group_group.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Delete it although apps are only for it: those stay closed.")
@AS_JSON
def delete(name: str, force: bool, as_json: bool) -> None:
    """Delete a group; everybody leaves it."""
    group = _get(name)
    deleted = _describe(group) | {"deleted": True, "apps": groups.apps_for(group.id)}
    try:
        groups.delete_group(group, even_if_used=force, actor_id=None)
    except GroupInUse as used:
        raise click.ClickException(
            f"These apps are only for this group, or for it and others: {_some(used.apps)}. Say first who may use "
            "them (flask client update CLIENT_ID --group … or --no-groups), or add --force: "
            "they then stay closed to everybody else."
        ) from None
    except GroupGone:
        raise _unknown(name) from None
    db.session.commit()
    click.echo(json.dumps(deleted, ensure_ascii=False) if as_json else f"{deleted['name']} is deleted.")


@group_group.command()
@click.argument("name")
@click.argument("usernames", nargs=-1, required=True, metavar="USERNAME…")
@AS_JSON
def add(name: str, usernames: tuple[str, ...], as_json: bool) -> None:
    """Put people into a group: all that are named, or nobody."""
    _change(name, usernames, as_json, members.add_members, ("is added to", "are added to"))


@group_group.command()
@click.argument("name")
@click.argument("usernames", nargs=-1, required=True, metavar="USERNAME…")
@AS_JSON
def remove(name: str, usernames: tuple[str, ...], as_json: bool) -> None:
    """Take people out of a group."""
    _change(name, usernames, as_json, members.remove_members, ("is taken out of", "are taken out of"))


def _change(
    name: str,
    usernames: Sequence[str],
    as_json: bool,
    perform: Callable[..., list[str]],
    done: tuple[str, str],
) -> None:
    group = _get(name)
    try:
        named = people.get_people(usernames)
        changed = perform(group, [user.id for user in named], actor_id=None)
    except NotFound as missing:
        raise click.ClickException(
            f"There is no user {_some([repr(each) for each in missing.names])}, so nothing was changed. "
            "“flask user list” prints everybody."
        ) from None
    except GroupGone:
        raise _unknown(name) from None
    db.session.commit()
    count = len(changed)
    who = f"{count} {'person' if count == 1 else 'people'} {done[count != 1]} {group.name}."
    _tell(group, who if changed else f"Nothing was changed in {group.name}.", as_json, len(changed))


def _get(name: str) -> Group:
    group = groups.find_by_name(name)
    if group is None:
        raise _unknown(name)
    return group


def _unknown(name: str) -> click.ClickException:
    return click.ClickException(f"There is no group {name!r}. “flask group list” prints them all.")


def _some(names: Sequence[str]) -> str:
    with force_locale("en"):
        return some_of(names)


def _tell(group: Group, sentence: str, as_json: bool, changed: int | None = None) -> None:
    """Print what has become of the group; with ``changed``, for how many people."""
    if not as_json:
        click.echo(sentence)
        return
    told = _describe(group) | {"members": members.usernames_in(group.id)}
    if changed is not None:
        told["changed"] = changed
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _describe(group: Group) -> dict[str, object]:
    """What commands tell about a group."""
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "created_at": group.created_at.isoformat(timespec="seconds"),
    }
