"""What teams tell features above them, and ask them, inside their transaction."""

from blinker import Namespace

_signals = Namespace()

member_left = _signals.signal("member-left")
"""Sent with the :class:`TeamMember` of somebody who is no longer in the team, whatever took them out of it; the row is gone."""

team_ended = _signals.signal("team-ended")
"""Sent with a :class:`Team` that nobody is in any longer, before its row goes: what belongs to it finds another place.

``last`` is the id of who was in it last.
"""

team_renamed = _signals.signal("team-renamed")
"""Sent with a :class:`Team` that has another name, and ``by``, the id of who gave it: what was said of the one before ends."""

apps_of_team_wanted = _signals.signal("apps-of-team-wanted")
"""Asked with a :class:`Team`; receivers return a list of :class:`app.teams.apps.AppOfTeam`."""

numbers_of_apps_wanted = _signals.signal("numbers-of-apps-wanted")
"""Asked with a tuple of the ids of teams; receivers return how many apps each of them has, by its id."""
