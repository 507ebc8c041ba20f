"""THE catalogue: one :class:`Cause` for every failure that can be told apart, each a constant here."""

from . import (
    authorizing,
    client_authentication,
    codes,
    people,
    pkce_and_scopes,
    portal,
    refreshing,
    resources,
    token_requests,
)
from .authorizing import *  # noqa: F403
from .cause import INVALID_CLIENT as INVALID_CLIENT
from .cause import INVALID_GRANTS as INVALID_GRANTS
from .cause import INVALID_TOKEN as INVALID_TOKEN
from .cause import Cause as Cause
from .client_authentication import *  # noqa: F403
from .codes import *  # noqa: F403
from .people import *  # noqa: F403
from .pkce_and_scopes import *  # noqa: F403
from .portal import *  # noqa: F403
from .refreshing import *  # noqa: F403
from .resources import *  # noqa: F403
from .token_requests import *  # noqa: F403

SUBJECTS = (
    client_authentication,
    token_requests,
    authorizing,
    people,
    pkce_and_scopes,
    codes,
    refreshing,
    resources,
    portal,
)

CATALOGUE: dict[str, Cause] = {
    cause.name: cause for subject in SUBJECTS for cause in vars(subject).values() if isinstance(cause, Cause)
}
