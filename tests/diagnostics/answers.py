"""Requests of apps, logged as the endpoints log them."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, g
from sqlalchemy import text

from app.clients.details import Details, numbered
from app.clients.registration import register_client
from app.database.rows import db
from app.diagnostics import request_log
from app.diagnostics.causes import Cause
from app.diagnostics.request_log.writing import flush_log
from app.diagnostics.usage import flush_usage

CALLBACK = "https://app.example.org/callback"


def make_client(app: Flask, owner_id: str | None, name: str = "Ledger", **more: Any) -> str:
    """The client_id of a new app."""
    with app.app_context():
        details = Details(name=name, redirect_uris=numbered([CALLBACK]), **more)
        client, _secret = register_client(details, owner_id=owner_id, actor_id=owner_id)
        db.session.commit()
        return client.id


def answer(
    app: Flask,
    client_id: str | None = None,
    cause: Cause | None = None,
    *,
    status: int | None = None,
    endpoint: str = "token",
    parameters: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    remarks: Iterable[Cause] = (),
    headers: dict[str, str] | None = None,
    **facts: Any,
) -> str:
    """Answer one request; the id it was given."""
    with app.test_request_context(f"/oauth/{endpoint}", method="POST", headers=headers):
        app.preprocess_request()
        request_log.begin(endpoint, parameters)
        request_log.attribute_to(client_id=client_id)
        for remark in remarks:
            request_log.remark(remark, **facts)
        if cause:
            request_log.refused(cause, **facts)
        request_log.finish(status or (cause.status if cause else 200))
        return str(g.request_id)


def flush(app: Flask) -> None:
    """Do what the background does twice a second."""
    with app.app_context():
        flush_log()
        flush_usage()


def everything_kept(app: Flask) -> str:
    """Every row of the log as one text."""
    with app.app_context(), db.engine.connect() as connection:
        return "\n".join(str(tuple(row)) for row in connection.execute(text("SELECT * FROM logged_requests")))
