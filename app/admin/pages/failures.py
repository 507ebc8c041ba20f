"""What the portal refused: the requests of all apps, and of those that are nobody's."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, ValidationError

from ...clients.naming import names_of
from ...database.paging import Page
from ...diagnostics.models import LOG_KEPT, LoggedRequest
from ...diagnostics.pages.log_filters import RequestFilters
from ...diagnostics.request_log import reading_refusals
from ...diagnostics.request_log.reading import LogEntry, find_entry
from ...forms import REFUSED, is_offered
from .listing import read_page
from .lookups import read_app

blueprint = Blueprint("admin_failures", __name__)


class FailureFilters(RequestFilters):
    """The fields above the list."""

    app = StringField(_l("App"))
    endpoint = SelectField(_l("Endpoint"), validate_choice=False)
    unknown = BooleanField(_l("Only requests of no known app"))

    def offer(self, endpoints: list[str]) -> None:
        """Fill the choices with the endpoints that the log knows."""
        self.endpoint.choices = [("", _("All")), *((name, name) for name in endpoints)]

    def validate_endpoint(self, field: SelectField) -> None:
        """Refuse an endpoint that the log does not know."""
        if field.data and not is_offered(field):
            raise ValidationError(_("The log knows no endpoint of this name. Please choose one of the list."))

    def validate_app(self, _field: StringField) -> None:
        """Refuse an app that nobody knows."""
        try:
            self.app_id()
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def app_id(self) -> str | None:
        """The app that is asked for. Raises ValueError in words where there is none."""
        if self.unknown.data:
            return reading_refusals.NO_APP
        typed = (self.app.data or "").strip()
        return read_app(typed) if typed else None


@blueprint.get("/admin/failures")
def index() -> tuple[str, int]:
    """The refused requests, newest first, narrowed by app, cause and endpoint; or the one with a request ID."""
    filters = FailureFilters(request.args)
    filters.offer(reading_refusals.list_endpoints())
    if not filters.validate():
        return _page(filters, [], None), REFUSED
    if filters.request_id:
        entry = find_entry(filters.request_id)
        return _page(filters, [entry] if entry else [], Page([], None, None)), 200
    found = reading_refusals.search_failures(
        filters.app_id(), filters.cause.data or None, filters.endpoint.data or None
    )
    page = read_page(found, [LoggedRequest.id])
    return _page(filters, [LogEntry(row) for row in page.entries], page), 200


def _page(filters: FailureFilters, entries: list[LogEntry], page: Page[LoggedRequest] | None) -> str:
    return render_template(
        "admin/failures/index.html",
        filters=filters,
        entries=entries,
        page=page,
        apps=names_of({entry.row.client_id for entry in entries}),
        kept_for=LOG_KEPT.days,
    )
