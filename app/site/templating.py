"""What templates can say: filters and functions."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from wtforms import Field, Form

from ..account import factor_recoveries
from ..account.models import FactorRecovery
from ..authentication import accounts_here
from ..authentication.access import second_factor_page
from ..authentication.administration import Lacking, find_lack, is_required
from ..authentication.factors import passkey_facts
from ..authentication.second_factors import has_second_factor
from ..clients.handing_over import name_of
from ..clients.models import Client
from ..clients.ownership import role_in
from ..clients.redirect_uris import place_of
from ..clients.wording import secret_name
from ..extensions import settings
from ..notifications.parts import button
from ..teams.models import Role
from ..teams.wording import role_name
from . import formats, i18n, request_ids, second_clicks


def configure(app: Flask) -> None:
    """Give templates their filters and functions."""
    app.jinja_env.filters.update(
        ago=formats.ago,
        aria=aria,
        button=button,
        clock_time=formats.clock_time,
        duration=formats.duration,
        exact_time=formats.exact_time,
        focused_if_wrong=focused_if_wrong,
        initial=formats.initial,
        iso_time=formats.iso_time,
        number=formats.number,
        place_of=place_of,
        receiver_name=name_of,
        role_name=role_name,
        secret_name=secret_name,
        tile_colour=formats.tile_colour,
        wrong_fields=wrong_fields,
    )
    app.jinja_env.globals.update(
        closes_administration=closes_administration,
        current_user=current_user,
        idempotency_key=second_clicks.new_key,
        is_here=is_here,
        languages=i18n.languages,
        lack_of_second_factor=lack_of_second_factor,
        legal_links=legal_links,
        open_recovery=open_recovery,
        page_exists=page_exists,
        other_people=other_people,
        may_register=lambda: settings.registration == "open",
        page_locale=i18n.page_locale,
        page_path=page_path,
        passkey_facts=passkey_facts,
        portal_name=lambda: settings.portal_name,
        request_id=request_ids.current,
        role_in=role_of_reader,
        second_factor_page=second_factor_page,
        security_contact=lambda: settings.security_contact,
        signed_in_person=signed_in_person,
        this_page_with=this_page_with,
    )


def aria(field: Field, hint: str = "", given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The attributes that tie an input to its hint and to its errors, beside those ``given``."""
    attributes = dict(given or {})
    described_by = [f"{field.id}-hint"] if hint else []
    if field.errors:
        described_by.append(f"{field.id}-error")
        attributes["aria-invalid"] = "true"
    if described_by:
        attributes["aria-describedby"] = " ".join(described_by)
    return attributes


def focused_if_wrong(attributes: dict[str, Any], field: Field) -> dict[str, Any]:
    """``attributes`` of an input, which has the focus where it is the first on its page that did not pass."""
    if field.errors and not g.get("wrong_field"):
        g.wrong_field = field.id
    if g.get("wrong_field"):
        return {**attributes, "autofocus": g.wrong_field == field.id}
    return attributes


def wrong_fields(form: Form) -> list[Field]:
    """The fields of ``form`` that did not pass, in their order."""
    return [field for field in form if field.errors and field.type != "CSRFTokenField"]


def page_path(path: str) -> str:
    """The address of a path of the public contract, wherever the portal is mounted."""
    return request.script_root + path


def role_of_reader(client: Client) -> Role | None:
    """What the signed-in person may do with ``client``; None where it is none of theirs."""
    return role_in(client, current_user.id) if current_user.is_authenticated else None


def this_page_with(**changes: str | None) -> str:
    """A link to this page with these parameters of its query changed; None leaves one out."""
    kept = [(name, text) for name, text in request.args.items(multi=True) if name not in changes]
    added = [(name, text) for name, text in changes.items() if text is not None]
    return "?" + urlencode([*kept, *added])


def page_exists(path: str, method: str = "GET") -> bool:
    """Whether this portal has the page; navigation leaves out what it has not."""
    adapter = current_app.url_map.bind("")
    try:
        adapter.match(path, method)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def is_here(path: str, whole: bool) -> bool:
    """Whether the reader is at ``path``, or with ``whole`` somewhere below it."""
    here = request.path.rstrip("/")
    return here == path or (whole and here.startswith(f"{path}/"))


def lack_of_second_factor() -> Lacking | None:
    """Until when the signed-in administrator has time to set up a second factor; None where nothing is lacking."""
    return find_lack(current_user) if current_user.is_authenticated else None


def closes_administration() -> bool:
    """Whether the signed-in person loses the pages of administrators with the authenticator app."""
    return current_user.is_admin and is_required() and current_user.passkey_at is None


def legal_links() -> list[tuple[str, str]]:
    """Who runs this portal and on what terms: the words and address of each page there is."""
    pages = (
        (_("Imprint"), settings.imprint_url),
        (_("Privacy"), settings.privacy_url),
        (_("Terms of use"), settings.terms_url),
    )
    return [(words, url) for words, url in pages if url]


def other_people() -> list[Any]:
    """Who is signed in in this browser beside the person of the page."""
    try:
        return [] if signed_in_person() is None else [each.user for each in accounts_here.list_others()]
    except SQLAlchemyError:
        return []


def open_recovery() -> FactorRecovery | None:
    """The wait before second factors are removed, where one is open for who is signed in."""
    person = signed_in_person()
    return factor_recoveries.find_open(person) if person and has_second_factor(person) else None


def signed_in_person() -> Any:
    """Who is signed in, or None; None as well when the database cannot say."""
    if g.get("without_database"):
        return None
    try:
        return current_user if current_user.is_authenticated else None
    except SQLAlchemyError:
        return None
