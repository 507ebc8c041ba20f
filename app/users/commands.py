"""Commands over users."""

import click

commands: tuple[click.Command, ...] = ()
