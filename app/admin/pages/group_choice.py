"""Choosing groups in a form: by boxes, or by names where they are many."""

from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...groups import groups
from ...groups.models import Group
from ...groups.refusals import NotFound
from ...groups.wording import explain_unknown_groups

MOST_BOXES = 30


class GroupsForm(FlaskForm):
    """Groups: one of the two fields is shown, whichever suits their number."""

    groups = SelectMultipleField(_l("Groups"), validate_choice=False)
    names = TextAreaField(_l("Groups"))

    @property
    def has_boxes(self) -> bool:
        """Whether the groups are few enough for a box each."""
        return len(self.groups.choices or []) <= MOST_BOXES

    def offer(self, offered: Sequence[Group], chosen: Collection[Group] = ()) -> None:
        """Let these groups be chosen from; ``chosen`` are at first."""
        self.groups.choices = [SelectChoice(group.id, group.name) for group in offered]
        if not self.is_submitted():
            self.groups.data = [group.id for group in chosen]
            self.names.data = "\n".join(group.name for group in chosen)

    def read(self) -> list[Group] | None:
        """The groups that were chosen; None, with the reason beside the field, where there is none of such a name."""
        if self.has_boxes:
            return self._ticked()
        names = [name for line in (self.names.data or "").splitlines() if (name := line.strip())]
        try:
            return groups.get_named(names)
        except NotFound as missing:
            self.names.errors = [explain_unknown_groups(missing)]
            return None

    def _ticked(self) -> list[Group]:
        """Those that are still there: a group may have been deleted while the page was open."""
        found = (groups.find_group(group_id) for group_id in dict.fromkeys(self.groups.data or []))
        return [group for group in found if group is not None]
