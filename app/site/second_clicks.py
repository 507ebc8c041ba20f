"""A second click on a button sends the same form again, and gets the answer to the first.

Each form is written with a key of its own. Of the copies with one key and one content, one takes a row and does what
is asked; the others wait for its redirect, and get it with its cookies: those of the first answer never reached the
browser. What was refused, or leads to an app, is asked again; so is what programs send, without a key. Only copies with
the CSRF token of the same browser get anything, and only people who are signed in, or hold a one-time link, take rows.
"""

import hashlib
import json
import secrets
import time
from datetime import timedelta
from typing import cast

from flask import Response, current_app, g, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.datastructures import FileStorage

from ..authentication.browser_cookies import KEPT_BY
from ..clock import now
from ..crypto import Undecryptable
from ..database.engines import read_connection
from ..database.rows import db
from ..database.trouble import again_if_lost, undo, was_undone
from ..extensions import csrf, vault
from .models import SentForm

FIELD = "idempotency_key"
LONGEST_WAIT = 10.0  # seconds; whoever did the work is gone then
LOOK_EVERY = 0.05  # seconds
INVITED = "account_registration.register"  # whose links have their token in the query
KEPT_FOR = timedelta(seconds=10)  # from the answer on; later, what it tells may be so no longer
LARGEST = 6_000  # characters of a kept answer, its cookies included


def new_key() -> str:
    """Return the key of a form that is being written: beyond guessing, so that only its page can repeat it."""
    return secrets.token_urlsafe(16)


def answer_again() -> Response | None:
    """Answer a copy of a form as the first was answered; let pass what comes first."""
    if not csrf.has_vouched_for_form() or FIELD not in request.form:
        return None
    digest = _digest()
    give_up = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < give_up:
        sent = again_if_lost(lambda: _find(digest))
        if sent is None and not _may_take_rows():
            return None
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


def _may_take_rows() -> bool:
    """Whether this is no stranger: somebody signed in, or with a one-time link to the page."""
    is_invited = request.endpoint == INVITED and "invite" in request.args
    return current_user.is_authenticated or "token" in (request.view_args or {}) or is_invited


def _digest() -> str:
    """Name this form of this browser: its address, its fields, and what its CSRF token belongs to till a sign-in."""
    files = [(name, _digest_of(file)) for name, file in request.files.items(multi=True)]
    form = [request.full_path, *request.form.items(multi=True), *files]
    return vault.keyed_digest(json.dumps([session.get("csrf_token"), *form]))


def _digest_of(file: FileStorage) -> str:
    """The digest of what a file holds, which the page reads after this."""
    content = file.stream.read()
    file.stream.seek(0)
    return hashlib.sha256(content).hexdigest()


def _find(digest: str) -> Row[str | None] | None:
    """The answer to this form, None in its place while there is none yet; None where nobody sent it."""
    recent = select(SentForm.answer).where(SentForm.digest == digest, SentForm.sent_at > now() - KEPT_FOR)
    with read_connection() as connection:
        return connection.execute(recent).first()


def _take(digest: str) -> bool:
    """Whether this request is the first that brings this form."""
    over = SentForm.sent_at <= now() - KEPT_FOR
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
    tokens, cookies = [token, session.get(KEPT_BY)], response.headers.getlist("Set-Cookie")
    answer = json.dumps([tokens, response.status_code, response.location, cookies])
    if _leads_on(response.location) and len(answer) <= LARGEST:
        sealed = vault.encrypt(answer, _place(digest))
        db.session.execute(update(SentForm).where(this).values(answer=sealed, sent_at=now()))
    else:
        db.session.execute(delete(SentForm).where(this))
    db.session.commit()


def _leads_on(location: str | None) -> bool:
    """Whether an answer leads to a page of ours, and not to one that asks for the password or a code first."""
    asking = url_for("authentication_reauthentication.ask"), url_for("authentication_verify.verify")
    return location is not None and location.startswith("/") and not location.startswith(asking)


def _answer_of_first(digest: str, sealed: str) -> Response | None:
    """The first answer, for a browser with the session's token of before or after it."""
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
