"""Commands over scopes."""

import click

commands: tuple[click.Command, ...] = ()
