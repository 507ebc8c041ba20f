"""``flask scope``: what apps may ask for, from the command line."""

import json

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from ..extensions import db
from . import catalogue, definitions
from .catalogue import ScopeInfo
from .models import READS
from .permissions import EFFECTS
from .refusals import ScopeInUse, ScopeNotFound, ScopeRefused
from .wording import explain

scope_group = AppGroup("scope", help="Create, list, update and delete scopes.")
commands: tuple[click.Command, ...] = (scope_group,)

MOST_NAMED = 20  # apps that a refusal names
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
RESTRICTED = click.option(
    "--restricted/--no-restricted", default=None, help="Whether only administrators may give it to apps."
)
EFFECT = click.option(
    "--effect",
    type=click.Choice(list(EFFECTS)),
    help="What it does to the person's things; people have to tick what changes, spends or deletes.",
)
COLUMNS = "{name:<24}  {audience:<28}  {description}"


@scope_group.command()
@click.argument("name")
@click.option("--description-en", required=True, help="What people read in English before they decide.")
@click.option("--description-de", required=True, help="The same in German.")
@click.option("--audience", help="The aud of tokens with this scope; without it DEFAULT_AUDIENCE.")
@RESTRICTED
@EFFECT
@AS_JSON
def create(name: str, as_json: bool, restricted: bool | None, effect: str | None, **texts: str) -> None:
    """Define a scope that apps may be given."""
    try:
        scope = definitions.create_scope(name, **texts, restricted=bool(restricted), effect=effect or READS)
    except ScopeRefused as refused:
        raise _explained(refused) from None
    _keep()
    if as_json:
        _print_json(scope.name)
        return
    click.echo(f"{name} is defined. Give it to an app: flask client update CLIENT_ID --scope {name} …")


@scope_group.command()
@click.argument("name")
@click.option("--description-en", help="What people read in English before they decide.")
@click.option("--description-de", help="The same in German.")
@RESTRICTED
@EFFECT
@AS_JSON
def update(
    name: str,
    description_en: str | None,
    description_de: str | None,
    restricted: bool | None,
    effect: str | None,
    as_json: bool,
) -> None:
    """Change a scope that was defined here; apps that have one keep it when it becomes restricted."""
    try:
        scope = definitions.get_scope(name)
        definitions.change_scope(
            scope,
            scope.description_en if description_en is None else description_en,
            scope.description_de if description_de is None else description_de,
            restricted=scope.restricted if restricted is None else restricted,
            effect=effect or scope.effect,
        )
    except ScopeNotFound:
        raise _not_found(name) from None
    except ScopeRefused as refused:
        raise _explained(refused) from None
    _keep()
    if as_json:
        _print_json(name)
        return
    click.echo(f"{name} is changed.")


@scope_group.command("list")
@AS_JSON
def list_all(as_json: bool) -> None:
    """Print every scope, the standard ones first."""
    scopes = _described(catalogue.list_scopes())
    if as_json:
        click.echo(json.dumps(scopes, ensure_ascii=False, indent=2))
        return
    click.echo(COLUMNS.format(name="NAME", audience="AUDIENCE", description="DESCRIPTION"))
    for scope in scopes:
        audience = (
            "(the issuer)"
            if scope["name"] in catalogue.ABOUT_PERSON
            else scope["audience"] or "(DEFAULT_AUDIENCE)"
        )
        click.echo(COLUMNS.format(name=scope["name"], audience=audience, description=scope["description_en"]))


@scope_group.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Delete it although apps have it, and take it from them.")
@AS_JSON
def delete(name: str, force: bool, as_json: bool) -> None:
    """Delete a scope that was defined here."""
    try:
        apps = definitions.delete_scope(name, even_if_used=force)
    except ScopeNotFound:
        raise _not_found(name) from None
    except ScopeInUse as used:
        raise click.ClickException(_in_use(used.apps)) from None
    _keep()
    if as_json:
        click.echo(json.dumps({"name": name, "deleted": True, "apps": apps}, ensure_ascii=False))
        return
    click.echo(f"{name} is deleted.")


def _keep() -> None:
    db.session.commit()
    catalogue.forget()


def _explained(refused: ScopeRefused) -> click.ClickException:
    with force_locale("en"):
        return click.ClickException(explain(refused))


def _not_found(name: str) -> click.ClickException:
    what = "is built in" if name in catalogue.BUILT_IN else "does not exist"
    return click.ClickException(f"The scope {name!r} {what}. “flask scope list” prints them all.")


def _in_use(apps: list[str]) -> str:
    names = ", ".join(apps[:MOST_NAMED]) + (" …" if len(apps) > MOST_NAMED else "")
    having = "1 app has" if len(apps) == 1 else f"{len(apps)} apps have"
    return (
        f"{having} this scope: {names}. Take it from them first, or add --force, which does: "
        "requests that still ask for it are refused from then on."
    )


def _print_json(name: str) -> None:
    (told,) = (each for each in _described(catalogue.list_scopes()) if each["name"] == name)
    click.echo(json.dumps(told, ensure_ascii=False))


def _described(scopes: list[ScopeInfo]) -> list[dict[str, object]]:
    """What commands tell about scopes."""
    return [
        {
            "name": scope.name,
            "description_en": catalogue.describe(scope.name, "en"),
            "description_de": catalogue.describe(scope.name, "de"),
            "audience": scope.audience,
            "standard": scope.standard,
            "restricted": scope.restricted,
            "effect": scope.effect,
        }
        for scope in scopes
    ]
