"""``flask user reset-factors``: for somebody who has lost phone and recovery codes."""

import click

from ..extensions import db
from ..users.commands import find, tell, user_group
from .factors import changes

commands: tuple[click.Command, ...] = ()  # a command of the group of users


@user_group.command("reset-factors")
@click.argument("username")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the person is told by email.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reset_factors(username: str, reason: str, as_json: bool) -> None:
    """Remove a user's second factors and sign them out everywhere."""
    user, reason = find(username), " ".join(reason.split())
    if not 0 < len(reason) <= changes.LONGEST_REASON:
        raise click.BadParameter(
            f"Accepted: 1 to {changes.LONGEST_REASON} characters.", param_hint="--reason"
        )
    if not changes.reset(user, reason):
        raise click.ClickException(f"{user.username} has no second factor.")
    db.session.commit()
    tell(
        user, f"{user.username} signs in with the password alone now, and is signed out everywhere.", as_json
    )
