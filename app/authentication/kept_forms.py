"""What somebody typed into a form and sent after their sign-in was over: kept while they sign in, then shown again.

It waits in the cookie, sealed for the person who typed it, and is never sent by itself.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable

from flask import flash, request, session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from .. import expired_forms
from ..clock import now
from ..crypto import Undecryptable
from ..extensions import vault
from .browser_cookies import browser_cookies

WAITING = "waiting_form"  # in the cookie; it survives a sign-in
PERSON = "person"  # in the cookie: who signed in last at this browser, also when that is over
WAITS = 900  # seconds
LONGEST_SEALED = 2400  # characters: browsers drop a cookie of more than 4096 with everything in it
ALL_COOKIES = (
    3900  # characters that all of them may have together: servers and proxies limit the line they come in
)
NEVER_KEPT = re.compile("passw|secret|token|code", re.IGNORECASE)


def keep(page: str | None, owner: str | None = None) -> None:
    """Keep what was typed for its page and ``owner``, or else who was signed in, and say so, if it can be kept."""
    fields = [pair for pair in expired_forms.typed().items(multi=True) if not NEVER_KEPT.search(pair[0])]
    person = owner or (current_user.id if current_user.is_authenticated else session.get(PERSON))
    if page is None or person is None or not fields or not expired_forms.is_own_page():
        return
    content = json.dumps([int(now().timestamp()) + WAITS, page, fields])
    packed = base64.b64encode(zlib.compress(content.encode())).decode()
    sealed = vault.encrypt(packed, _place(person))
    room = ALL_COOKIES + len(session.pop(WAITING, "")) - _size_of_cookies()
    if len(sealed) <= min(LONGEST_SEALED, room):
        session[WAITING] = sealed
        flash(_("What you entered is kept. You can send it right afterwards."), "info")


def show() -> None:
    """Before a page: fill in what waits for it, once. What was typed too long ago is dropped.

    So is what another person typed, unless they may take their turn again in this browser.
    """
    sealed = session.get(WAITING)
    if sealed is None or not current_user.is_authenticated or request.method != "GET":
        return
    try:
        packed = vault.decrypt(sealed, _place(current_user.id))
        until, page, fields = json.loads(zlib.decompress(base64.b64decode(packed)))
    except Undecryptable:
        if len(browser_cookies().tokens) < 2:
            session.pop(WAITING)
        return
    if until <= now().timestamp():
        session.pop(WAITING)
    elif page == request.full_path.rstrip("?"):
        session.pop(WAITING)
        _fill_in(fields)


def _fill_in(fields: Iterable[tuple[str, str]]) -> None:
    expired_forms.fill_in(
        MultiDict(fields),
        _("Nothing has been changed yet. Please check what you entered, then send it."),
    )


def _size_of_cookies() -> int:
    return sum(len(name) + len(value) + len("=; ") for name, value in request.cookies.items())


def _place(person: str) -> str:
    return f"waiting form of {person}"
