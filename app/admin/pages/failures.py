"""What the portal refused: the requests of all apps, and of those that are nobody's."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, SelectField, StringField

from ...clients.naming import names_of
from ...database.paging import Page
from ...diagnostics.causes import CATALOGUE, GROUPS
from ...diagnostics.models import LOG_KEPT, LoggedRequest
from ...diagnostics.request_log import reading_refusals
from ...diagnostics.request_log.reading import LogEntry
from ...forms import REFUSED
from .listing import read_page
from .lookups import read_app

blueprint = Blueprint("admin_failures", __name__)


class FailureFilters(Form):
    """The fields above the list."""

    app = StringField(_l("App"))
    cause = SelectField(_l("Cause"), validate_choice=False)
    endpoint = SelectField(_l("Endpoint"), validate_choice=False)
    unknown = BooleanField(_l("Only requests of no known app"))

    def offer(self, endpoints: list[str]) -> None:
        """Fill the choices: every cause of the catalogue, and the endpoints that the log knows."""
        causes = {str(title): [(cause.name, cause.name) for cause in group] for title, group in GROUPS}
        self.cause.choices = {"": [("", _("All"))], **causes}
        self.endpoint.choices = [("", _("All")), *((name, name) for name in endpoints)]

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any(field.data for field in self)

    def app_id(self) -> str | None:
        """The app that is asked for. Raises ValueError in words where there is none."""
        if self.unknown.data:
            return reading_refusals.NO_APP
        typed = (self.app.data or "").strip()
        return read_app(typed) if typed else None


@blueprint.get("/admin/failures")
def index() -> ResponseReturnValue:
    """The refused requests, newest first, narrowed by app, cause and endpoint."""
    filters = FailureFilters(request.args)
    endpoints = reading_refusals.list_endpoints()
    filters.offer(endpoints)
    try:
        app_id = filters.app_id()
    except ValueError as error:
        filters.app.errors = [str(error)]
        return _page(filters, [], None), REFUSED
    cause = filters.cause.data if filters.cause.data in CATALOGUE else None
    endpoint = filters.endpoint.data if filters.endpoint.data in endpoints else None
    page = read_page(reading_refusals.search_failures(app_id, cause, endpoint), [LoggedRequest.id])
    return _page(filters, [LogEntry(row) for row in page.entries], page)


def _page(filters: FailureFilters, entries: list[LogEntry], page: Page[LoggedRequest] | None) -> str:
    return render_template(
        "admin/failures/index.html",
        filters=filters,
        entries=entries,
        page=page,
        apps=names_of({entry.row.client_id for entry in entries}),
        kept_for=LOG_KEPT.days,
    )
