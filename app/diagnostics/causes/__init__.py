"""THE catalogue: one :class:`Cause` for every failure that can be told apart, each a constant here."""

from types import ModuleType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from . import (
    authorizing,
    claims,
    client_authentication,
    codes,
    devices,
    logout,
    logouts,
    passwords,
    people,
    pkce_and_scopes,
    portal,
    proofs,
    published_keys,
    pushing,
    refreshing,
    registering,
    resources,
    token_requests,
)
from .authorizing import *  # noqa: F403
from .cause import INVALID_CLIENT as INVALID_CLIENT
from .cause import INVALID_GRANTS as INVALID_GRANTS
from .cause import INVALID_TOKEN as INVALID_TOKEN
from .cause import Cause as Cause
from .claims import *  # noqa: F403
from .client_authentication import *  # noqa: F403
from .codes import *  # noqa: F403
from .devices import *  # noqa: F403
from .logout import *  # noqa: F403
from .logouts import *  # noqa: F403
from .passwords import *  # noqa: F403
from .people import *  # noqa: F403
from .pkce_and_scopes import *  # noqa: F403
from .portal import *  # noqa: F403
from .proofs import *  # noqa: F403
from .published_keys import *  # noqa: F403
from .pushing import *  # noqa: F403
from .refreshing import *  # noqa: F403
from .registering import *  # noqa: F403
from .resources import *  # noqa: F403
from .token_requests import *  # noqa: F403

SUBJECTS: tuple[tuple[LazyString, ModuleType], ...] = (
    (_l("Client authentication"), client_authentication),
    (_l("Keys that an app publishes"), published_keys),
    (_l("Requests for tokens"), token_requests),
    (_l("The password grant"), passwords),
    (_l("Requests for a sign-in"), authorizing),
    (_l("Requests for a sign-out"), logout),
    (_l("Requests for single claims"), claims),
    (_l("Requests that were pushed"), pushing),
    (_l("The person"), people),
    (_l("PKCE and permissions"), pkce_and_scopes),
    (_l("Codes"), codes),
    (_l("Devices without a browser"), devices),
    (_l("Renewing"), refreshing),
    (_l("Use of access tokens"), resources),
    (_l("Proofs of possession (DPoP)"), proofs),
    (_l("Apps that register themselves"), registering),
    (_l("Back-channel logout"), logouts),
    (_l("The portal"), portal),
)

GROUPS: tuple[tuple[LazyString, tuple[Cause, ...]], ...] = tuple(
    (title, tuple(cause for cause in vars(subject).values() if isinstance(cause, Cause)))
    for title, subject in SUBJECTS
)

CATALOGUE: dict[str, Cause] = {cause.name: cause for _title, group in GROUPS for cause in group}
