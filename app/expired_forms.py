"""A POST whose CSRF token is missing or expired is answered as a GET of its page, with the fields filled in.

So nothing can happen: looking changes nothing, whoever looks.
"""

from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from . import fetch_metadata, form_owners, uris

_wrap_sent = FlaskForm.Meta.wrap_formdata


class ExpiredForms(CSRFProtect):
    """The protection of forms, which gives people back what they typed, and lets none act for another account."""

    def init_app(self, app: Flask) -> None:
        """Write forms with whose they are."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = form_owners.new_token
        app.context_processor(lambda: {"csrf_token": form_owners.new_token})

    def has_vouched_for_form(self) -> bool:
        """Whether this request brings a form of one of our pages, with the token of this browser."""
        return request.method == "POST" and request.endpoint is not None and g.get("csrf_valid", False)

    def check(self) -> None:
        """Refuse a form of a page that comes without its token, as :meth:`protect` does."""
        if current_app.config["WTF_CSRF_ENABLED"]:
            self.protect(apply_exemptions=True)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Let pass what carries its token; what one of our own pages sent without is turned into a look at it."""
        try:
            super().protect(apply_exemptions)
            if g.get("csrf_valid"):
                form_owners.check()
        except CSRFError:
            form_owners.refuse_form_of_another()
            if not (is_own_page() and fetch_metadata.is_same_origin()):
                raise
            g.form_expired = True
            fill_in(request.form, without_cookies() or _late())
            request.method = "GET"
            request.form = ImmutableMultiDict()

    def _get_csrf_token(self) -> str | None:
        token, g.form_owner = form_owners.read(super()._get_csrf_token())
        return token


def without_cookies() -> str | None:
    """What to tell a browser that sends no cookie at all, of which no form can go through; None where it sends some."""
    if request.cookies:
        return None
    return _(
        "Your browser has sent no cookie, and this form needs one. Please allow cookies for this site, "
        "and open it at %(address)s.",
        address=current_app.config["SETTINGS"].issuer,
    )


def _late() -> str:
    return _(
        "This page was open for too long, so nothing has been changed yet. "
        "Please check what you entered and send it once more."
    )


def fill_in(typed: MultiDict[str, str], notice: str) -> None:
    """Let the forms of the page that is looked at hold ``typed``, except for passwords, and say why above."""
    g.typed, g.notice = typed, notice


def typed() -> MultiDict[str, str]:
    """What this request brought from a form, or would have if it had not come too late."""
    late: MultiDict[str, str] | None = g.get("typed")
    return request.form if late is None else late


def page_of_form() -> str | None:
    """Where the form of this request can be opened: its own address, or else the page it was sent from."""
    if has_page():
        return request.full_path.rstrip("?")
    page = page_before()
    return page.removeprefix(uris.origin_of(request)) if page else None


def page_before() -> str | None:
    """The page of ours that a form was sent from, with its origin; None where the browser does not tell."""
    referrer = request.referrer or ""
    return referrer if referrer.startswith(f"{uris.origin_of(request)}/") else None


def has_page() -> bool:
    """Whether the form of this request can be opened at its own address."""
    if request.url_rule is None or is_own_page():
        return request.url_rule is not None
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(method="GET")


def is_own_page() -> bool:
    """Whether the view of this request shows the page of the form, too."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def say_nothing_was_done(response: Response) -> Response:
    """Answer 400 with a page that is shown instead of doing what was asked."""
    if g.get("form_expired") and response.status_code == 200:
        response.status_code = 400
    return response


def _wrap(meta: Any, form: FlaskForm, formdata: Any) -> Any:
    """What Flask-WTF takes for the content of a form; on a look at a page, what is to be filled in."""
    if formdata is None or request.method != "GET":
        return _wrap_sent(meta, form, formdata)
    return _wrap_sent(meta, form, formdata) or g.get("typed")


FlaskForm.Meta.wrap_formdata = _wrap
