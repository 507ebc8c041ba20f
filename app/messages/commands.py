"""``flask messages``: the listener alone, or beside gunicorn, which starts it itself."""

import asyncio
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from ..extensions import settings
from .listener import Listener


@click.command()
@click.option("--host", help="Where to listen; default: MESSAGE_HOST.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Where to listen; default: MESSAGE_PORT.")
@click.option("--beside", type=int, hidden=True, help="End when this process is not the parent any more.")
@with_appcontext
def messages(host: str | None, port: int | None, beside: int | None) -> None:
    """Answer NestJS services (Transport.TCP) until Ctrl-C."""
    host, port = host or settings.message_host, port or settings.message_port
    if port is None:
        click.echo("MESSAGE_PORT is off: set it, or give --port.", err=True)
        sys.exit(1)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  for the threads
    try:
        asyncio.run(
            Listener(app).run(host, port, beside, lambda: click.echo(f"Messages are answered on {where}."))
        )
    except OSError as error:
        click.echo(f"Messages cannot be answered on {where}: {error.strerror or error}", err=True)
        sys.exit(1)


commands: tuple[click.Command, ...] = (messages,)
