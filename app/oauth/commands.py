"""Commands over oauth."""

import click

commands: tuple[click.Command, ...] = ()
