"""Metrics for Prometheus, from all workers of this machine."""

import sqlite3
from collections.abc import Iterable

from flask import Blueprint, Response, abort, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from ...authentication.access import public
from ...database.engines import read_connection
from ...extensions import metrics, settings
from ...networks import came_by_unknown_proxy
from ...notifications.models import OutgoingMail
from ...process.metric_families import FAMILIES, MAILS, Sample, sample

blueprint = Blueprint("operations_metrics", __name__)

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/metrics")
@public
def read() -> Response:
    """The text format of Prometheus; 404 for whoever ``METRICS_ALLOW`` does not list."""
    unknown_proxy = came_by_unknown_proxy(request.headers, settings.trusted_proxies)
    if unknown_proxy or request.remote_addr not in settings.metrics_allow:
        abort(404)
    metrics.flush()
    try:
        samples = metrics.read()
    except sqlite3.Error:
        abort(503)
    return Response(exposition([*samples, *_mails_waiting()]), content_type=EXPOSITION)


def exposition(samples: Iterable[Sample]) -> str:
    """Every family with its samples, those of a histogram's buckets in their order."""
    lines = []
    by_family: dict[str, list[Sample]] = {}
    for each in samples:
        name = each[0]
        for suffix in ("_bucket", "_sum", "_count"):
            name = name.removesuffix(suffix)
        by_family.setdefault(name, []).append(each)
    for family in FAMILIES:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for name, labels, value in sorted(by_family.get(family.name, []), key=_place):
            lines.append(f"{name}{{{labels}}} {value:.15g}" if labels else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _place(each: Sample) -> tuple[str, str, float]:
    name, labels, _value = each
    others, _, bound = labels.partition(',le="')
    return name, others, float(bound.rstrip('"') or 0)


def _mails_waiting() -> list[Sample]:
    """How many emails are in the outbox; nothing where the database cannot say."""
    try:
        with read_connection() as connection:
            waiting = connection.scalar(select(func.count()).select_from(OutgoingMail))
    except SQLAlchemyError:
        return []
    return [sample(MAILS, (), float(waiting or 0))]
