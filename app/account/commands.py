"""Commands over account."""

import click

commands: tuple[click.Command, ...] = ()
