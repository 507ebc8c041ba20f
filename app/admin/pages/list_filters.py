"""What a reader of a list of people or apps asks for; a state that there is not is said beside the field."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import Form, SelectField, StringField, ValidationError

from ...forms import is_offered


class ListFilters(Form):
    """The fields above the list: ``q`` searches, ``state`` narrows."""

    q = StringField()
    state = SelectField(_l("State"), validate_choice=False)

    def offer(self, states: Mapping[Any, LazyString], everything: str) -> None:
        """Fill the choices with these states."""
        self.state.choices = [("", everything), *states.items()]

    def validate_state(self, field: SelectField) -> None:
        """Refuse a state that is not among the choices."""
        if field.data and not is_offered(field):
            raise ValidationError(_("There is no state of this name. Please choose one of the list."))

    @property
    def sought(self) -> str:
        """What names begin with."""
        return (self.q.data or "").strip()

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.sought or self.state.data)
