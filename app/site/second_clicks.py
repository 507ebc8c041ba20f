"""A second click on a button sends the same form again, and gets the answer to the first.

Each form is written with a key of its own. Of the copies with one key and one content, one takes a row and does what
is asked; the others wait for its redirect, and get it with its cookies: those of the first answer never reached the
browser. What was refused, or leads to an app, is asked again; so is what programs send, without a key.
"""

import json
import secrets
import time
from typing import cast

from flask import Response, current_app, g, redirect, request, session
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ..authentication.cookies import KEPT_BY
from ..clock import now
from ..crypto import Undecryptable
from ..database.engines import read_connection
from ..database.rows import db
from ..database.trouble import again_if_lost, undo, was_undone
from ..extensions import csrf, vault
from ..forms import SECOND_CLICK
from .models import SentForm

FIELD = "idempotency_key"
LONGEST_WAIT = 10.0  # seconds; whoever did the work is gone then
LOOK_EVERY = 0.05  # seconds


def new_key() -> str:
    """Return the key of a form that is being written: beyond guessing, so that only its page can repeat it."""
    return secrets.token_urlsafe(16)


def answer_again() -> Response | None:
    """Answer a copy of a form as the first was answered; let pass what comes first."""
    if not csrf.is_form_of_page or FIELD not in request.form:
        return None
    digest = vault.keyed_digest(json.dumps([request.full_path, *request.form.items(multi=True)]))
    give_up = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < give_up:
        sent = _find(digest)
        if sent is None and again_if_lost(lambda: _take(digest), was_undone):
            g.sent_form = digest, session.get(KEPT_BY)
            return None
        if sent is not None and sent[0] is not None:
            return _answer_of_first(digest, sent[0])
        time.sleep(LOOK_EVERY)
    return None


def finish(response: Response) -> Response:
    """Keep an answer and its cookies for the copies of its form; give a copy the cookies of the first answer."""
    cookies: list[str] | None = g.pop("cookies_of_first", None)
    if cookies is not None:
        response.headers.setlist("Set-Cookie", cookies)
    taken: tuple[str, object] | None = g.pop("sent_form", None)
    if taken is not None:
        undo()  # what a page has refused and left behind
        try:
            again_if_lost(lambda: _keep(*taken, response), was_undone)
        except SQLAlchemyError as error:  # what was asked is done all the same
            undo()
            current_app.logger.warning("No answer is kept for a second click: %s", type(error).__name__)
    return response


def _find(digest: str) -> Row[str | None] | None:
    """The answer to this form, None in its place while there is none yet; None where nobody sent it."""
    recent = select(SentForm.answer).where(SentForm.digest == digest, SentForm.sent_at > now() - SECOND_CLICK)
    with read_connection() as connection:
        return connection.execute(recent).first()


def _take(digest: str) -> bool:
    """Whether this request is the first that brings this form."""
    over = SentForm.sent_at <= now() - SECOND_CLICK
    try:
        db.session.execute(delete(SentForm).where(SentForm.digest == digest, over))
        db.session.execute(insert(SentForm).values(digest=digest))
    except IntegrityError:
        db.session.rollback()
        return False
    db.session.commit()
    return True


def _keep(digest: str, token: object, response: Response) -> None:
    """Keep the redirect to another page; after anything else the same form is asked anew."""
    this = SentForm.digest == digest
    if response.location is not None and response.location.startswith("/"):
        cookies = response.headers.getlist("Set-Cookie")
        answer = [[token, session.get(KEPT_BY)], response.status_code, response.location, cookies]
        sealed = vault.encrypt(json.dumps(answer), _place(digest))
        db.session.execute(update(SentForm).where(this).values(answer=sealed))
    else:
        db.session.execute(delete(SentForm).where(this))
    db.session.commit()


def _answer_of_first(digest: str, sealed: str) -> Response | None:
    """The first answer, for the browser it was meant for only: one with the token it had before, or got by it."""
    try:
        tokens, status, location, cookies = json.loads(vault.decrypt(sealed, _place(digest)))
    except Undecryptable:
        return None
    if session.get(KEPT_BY) not in tokens:
        return None
    g.cookies_of_first = cookies
    return cast("Response", redirect(location, status))


def _place(digest: str) -> str:
    return f"sent_forms.answer.{digest}"
