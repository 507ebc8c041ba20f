"""How many people an app may reach that no administrator vouches for (``UNVERIFIED_APP_PEOPLE``)."""

from sqlalchemy import or_, select, true, update

from ...clients.models import Client
from ...clock import now
from ...consents.counts import count_up_to
from ...database.rows import changed, db
from ...extensions import settings
from ...notifications.mail import queue_mail
from ...teams.members import find_role, list_active
from ...teams.models import Role
from ...users.models import User
from ..client_rows import ClientRow


def is_full(client: ClientRow, user_id: str) -> bool:
    """Tell whether ``client`` may not let in this person, unless they look after it, until an administrator has checked it."""
    most = settings.unverified_app_people
    if client.is_vouched_for or client.owner_id == user_id or count_up_to(client.id, most) < most:
        return False
    return find_role(client.team_id, user_id) is None


def tell_once(client: ClientRow) -> None:
    """Email the owner and the administrators that ``client`` is full, once for each app."""
    first = update(Client).where(Client.id == client.id, Client.full_since.is_(None)).values(full_since=now())
    if not changed(first.execution_options(synchronize_session=False)):
        return
    owners = (
        [owner.id for owner in list_active(client.team_id, [Role.OWNER])]
        if client.team_id
        else [client.owner_id]
    )
    told = or_(User.id.in_(owners), User.is_admin == true())  # not “IS true”, which uses no index
    reachable = User.email_verified_at.is_not(None), User.blocked_at.is_(None)
    people = select(User.email, User.mail_language, User.is_admin).where(told, *reachable)
    for email, locale, is_admin in db.session.execute(people):
        page = f"{settings.issuer}/{'admin' if is_admin else 'dashboard'}/apps/{client.id}"
        most, language = settings.unverified_app_people, locale or settings.default_locale
        queue_mail(str(email), language, "app_full", app=client.name, people=most, link=page)
