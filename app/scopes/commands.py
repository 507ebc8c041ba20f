"""``flask scope``: what apps may ask for, from the command line."""

import json

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from ..extensions import db
from . import catalogue, definitions
from .catalogue import ScopeInfo
from .wording import explain

scope_group = AppGroup("scope", help="Create, list and delete scopes.")
commands: tuple[click.Command, ...] = (scope_group,)

COLUMNS = "{name:<24}  {audience:<28}  {description}"


@scope_group.command()
@click.argument("name")
@click.option("--description-en", required=True, help="What people read in English before they decide.")
@click.option("--description-de", required=True, help="The same in German.")
@click.option("--audience", help="The aud of tokens with this scope; without it DEFAULT_AUDIENCE.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(name: str, description_en: str, description_de: str, audience: str | None, as_json: bool) -> None:
    """Define a scope that apps may be given."""
    try:
        scope = definitions.create_scope(name, description_en, description_de, audience)
    except definitions.ScopeRefused as refused:
        with force_locale("en"):
            raise click.ClickException(explain(refused)) from None
    db.session.commit()
    catalogue.forget()
    if as_json:
        click.echo(json.dumps(_described(catalogue.list_scopes(), scope.name)[0], ensure_ascii=False))
        return
    click.echo(f"{name} is defined. Give it to an app: flask client update CLIENT_ID --scope {name} …")


@scope_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(as_json: bool) -> None:
    """Print every scope, the standard ones first."""
    scopes = _described(catalogue.list_scopes())
    if as_json:
        click.echo(json.dumps(scopes, ensure_ascii=False, indent=2))
        return
    click.echo(COLUMNS.format(name="NAME", audience="AUDIENCE", description="DESCRIPTION"))
    for scope in scopes:
        audience = "(the issuer)" if scope["standard"] else scope["audience"] or "(DEFAULT_AUDIENCE)"
        click.echo(COLUMNS.format(name=scope["name"], audience=audience, description=scope["description_en"]))


@scope_group.command()
@click.argument("name")
@click.option(
    "--force", is_flag=True, help="Delete it although apps have it; they are refused it from then on."
)
def delete(name: str, force: bool) -> None:
    """Delete a scope that was defined here."""
    try:
        definitions.delete_scope(name, even_if_used=force)
    except definitions.ScopeNotFound:
        what = "is built in" if name in catalogue.BUILT_IN else "does not exist"
        raise click.ClickException(
            f"The scope {name!r} {what}. “flask scope list” prints them all."
        ) from None
    except definitions.ScopeInUse as used:
        raise click.ClickException(
            f"Apps have this scope: {', '.join(used.apps)}. Take it from them first, or add --force: "
            "they are refused it from then on, and so is every request that still asks for it."
        ) from None
    db.session.commit()
    catalogue.forget()
    click.echo(f"{name} is deleted.")


def _described(scopes: list[ScopeInfo], name: str | None = None) -> list[dict[str, object]]:
    """What commands tell about scopes; of one only, where ``name`` is given."""
    return [
        {
            "name": scope.name,
            "description_en": catalogue.describe(scope.name, "en"),
            "description_de": catalogue.describe(scope.name, "de"),
            "audience": scope.audience,
            "standard": scope.standard,
            "restricted": scope.restricted,
        }
        for scope in scopes
        if name in (None, scope.name)
    ]
