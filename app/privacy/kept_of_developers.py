"""What the portal keeps of people who look after apps, alone or in teams."""

from flask_babel import lazy_gettext as _l

from ..clients.care import NOTICE
from ..clients.dynamic.models import TOKENS_KEPT
from ..clients.dynamic.registrations import UNUSED_FOR
from ..clients.models import TRANSFER_LIFETIME
from ..teams.models import INVITATION_LIFETIME
from .kept import Kept

OF_DEVELOPERS = (
    Kept(
        _l("Apps you register"),
        _l("What you write about them, and their secrets, encrypted."),
        _l(
            "Until you delete them or your account. An app that other people use stays without your name, or ends "
            "%(notice)s later, as you choose."
        ),
        ("clients", "client_secrets", "client_groups"),
        lambda _settings: {"notice": NOTICE},
    ),
    Kept(
        _l("Programs that register themselves"),
        _l(
            "What they say of themselves, such as contacts, and which administrator made the token that let them."
        ),
        _l(
            "Programs that nobody connects: %(unused)s. Others: until they are deleted. Tokens: %(beyond)s after their end."
        ),
        ("client_registrations", "registration_tokens"),
        lambda _settings: {"unused": UNUSED_FOR, "beyond": TOKENS_KEPT},
    ),
    Kept(
        _l("Secrets you have seen"),
        _l(
            "Which secrets of apps were shown to you, so that a team knows what to replace when somebody leaves it."
        ),
        _l("As long as the secret is listed with its app."),
        ("secret_views",),
    ),
    Kept(
        _l("Apps on offer"),
        _l("Who offered an app to whom."),
        _l("Until the offer is answered or taken back, %(period)s at most."),
        ("client_transfers",),
        lambda _settings: {"period": TRANSFER_LIFETIME},
    ),
    Kept(
        _l("Teams"),
        _l("Who is in which team, with which role, since when and by whom."),
        _l("Until you leave the team or delete your account."),
        ("teams", "team_members"),
    ),
    Kept(
        _l("Invitations to teams"),
        _l("The address, and who invited it."),
        _l("Until the invitation is answered or taken back, %(period)s at most."),
        ("team_invitations",),
        lambda _settings: {"period": INVITATION_LIFETIME},
    ),
)
