"""The pages of teams, collected."""

from . import activity, answering, editing, invitations, leaving, members, teams

blueprints = (
    teams.blueprint,
    members.blueprint,
    leaving.blueprint,
    invitations.blueprint,
    answering.blueprint,
    editing.blueprint,
    activity.blueprint,
)
