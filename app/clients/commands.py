"""Commands over clients."""

import click

commands: tuple[click.Command, ...] = ()
