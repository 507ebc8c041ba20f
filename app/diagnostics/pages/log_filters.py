"""What a reader of a request log asks for; what cannot be understood is said beside the field."""

from collections.abc import Container
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField, ValidationError

from ..causes import CATALOGUE, GROUPS
from ..request_log.queries import OUTCOMES
from ..request_log.reading import read_request_id


class RequestFilters(Form):
    """The fields that the log of an app and the failures of all apps share."""

    request = StringField(_l("Request ID"))
    cause = SelectField(_l("Cause"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_causes(CATALOGUE)

    def offer_causes(self, names: Container[str]) -> None:
        """Fill the choices with these causes and the one that is chosen."""
        groups = {
            str(title): [
                (cause.name,) * 2 for cause in group if cause.name in names or cause.name == self.cause.data
            ]
            for title, group in GROUPS
        }
        self.cause.choices = {"": [("", _("All"))], **{title: some for title, some in groups.items() if some}}

    def validate_request(self, field: StringField) -> None:
        """Refuse what holds no request ID."""
        if (field.data or "").strip() and self.request_id is None:
            raise ValidationError(
                _(
                    "This is no request ID. It has 20 letters and digits, as X-Request-Id of the answer names it."
                )
            )

    def validate_cause(self, field: SelectField) -> None:
        """Refuse a cause that the catalogue does not have."""
        if field.data and field.data not in CATALOGUE:
            raise ValidationError(_("There is no cause of this name. Please choose one of the list."))

    @property
    def request_id(self) -> str | None:
        """The one request that is asked for."""
        return read_request_id(self.request.data or "")

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any(field.data for field in self)


class LogFilters(RequestFilters):
    """The fields above the log of one app."""

    outcome = SelectField(_l("Outcome"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"ok": _("ok"), "refused": _("refused")}
        self.outcome.choices = [("", _("All")), *((name, words[name]) for name in OUTCOMES)]

    def validate_outcome(self, field: SelectField) -> None:
        """Refuse an outcome that no request has."""
        if field.data and field.data not in OUTCOMES:
            raise ValidationError(_("There is no outcome of this name. Please choose one of the list."))
