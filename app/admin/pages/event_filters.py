"""What a reader of the event log asks for: as typed, and as rules understand it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField

from configuration.addresses import canonical

from ...audit.log_wording import area_in_words, kind_in_words, kinds_by_area
from ...audit.search import Wanted
from ...forms import is_offered
from .lookups import read_app, read_person

YEARS = range(1970, 9999)  # those that ids can tell
DAY = timedelta(days=1)


class EventFilters(Form):
    """The fields above the event log; what cannot be understood is said beside the field."""

    kind = SelectField(_l("What happened"), validate_choice=False)
    person = StringField(_l("Person"))
    actor = StringField(_l("By"))
    app = StringField(_l("App"))
    ip = StringField(_l("IP address"))
    since = StringField(_l("From (UTC)"))
    until = StringField(_l("To (UTC)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = {
            area_in_words(area): [(area, _("All of these")), *((kind, kind_in_words(kind)) for kind in kinds)]
            for area, kinds in kinds_by_area().items()
        }
        self.kind.choices = {"": [("", _("Everything"))], **groups}

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any(field.data for field in self)

    @property
    def narrows_more(self) -> bool:
        """Whether anything is asked for that few readers ask for."""
        return any(field.data for field in (self.actor, self.app, self.ip, self.since, self.until))

    def wanted(self) -> Wanted | None:
        """What to search for, or None where a field cannot be understood."""
        kind = self._read("kind", self._kind)
        until: datetime | None = self._read("until", _day)
        wanted = Wanted(
            user_id=self._read("person", read_person),
            actor_id=self._read("actor", read_person),
            client_id=self._read("app", read_app),
            ip=self._read("ip", _address),
            kind=kind if kind and "." in kind else None,
            area=kind if kind and "." not in kind else None,
            since=self._read("since", _day),
            until=until + DAY if until else None,
        )
        return None if any(field.errors for field in self) else wanted

    def _kind(self, typed: str) -> str:
        """A kind of events or an area."""
        if not is_offered(self.kind):
            raise ValueError(_("There is no event of this kind. Please choose one of the list."))
        return typed

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        typed = (self[name].data or "").strip()
        try:
            return read(typed) if typed else None
        except ValueError as error:
            self[name].errors = [str(error)]
            return None


def _address(typed: str) -> str:
    try:
        return canonical(typed)
    except ValueError:
        raise ValueError(_("Enter a whole address, such as 192.0.2.7 or 2001:db8::7.")) from None


def _day(typed: str) -> datetime:
    """Its beginning in UTC."""
    try:
        moment = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ValueError(_("Enter a day, such as 2026-11-24."))
    return moment
