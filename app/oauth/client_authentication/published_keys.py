"""The keys that an app publishes at an address of its own (``jwks_uri``): fetched when they are needed, kept as it says.

One fetch at a time for an app, and pauses between them: who knows a client ID can ask for tokens in vain, and so make
the portal ask the app's server. None happens in a transaction: client authentication comes before all writing.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from joserfc.jwk import KeySet

from ...clients.key_sets import read_published_keys
from ...clients.refusals import KeysRefused
from ...diagnostics import causes
from ...extensions import settings
from ...fetching.fetching import SECONDS, fetch_json
from ...fetching.refusals import FetchFailed
from ...process.cache import Cache
from ..client_rows import ClientRow
from ..refusals import Refused
from .key_trouble import KeyTrouble, explain

SHORTEST, LONGEST = 60, 24 * 60 * 60  # seconds that keys are kept, whatever their server says
USUAL = 5 * 60  # seconds, where it says nothing
REFETCH_PAUSE = 60  # seconds after a fetch, before an unknown key is looked for
FAILURE_PAUSE = 10  # seconds after a fetch that failed
GRACE = 60 * 60  # seconds that old keys go on while their server does not answer at all
MOST_APPS = 1_000  # a process keeps
FETCHES_AT_ONCE = (
    3  # threads that fetch or wait for it; a worker has four, and one is free for everybody else
)
PLACES_OF_AN_APP = 2  # of these: who fetches, and one who waits
RETRY_AFTER = 3  # seconds

_places = threading.BoundedSemaphore(FETCHES_AT_ONCE)


@dataclass
class _Published:
    """What is known of one app's address."""

    keys: KeySet | None = None
    fetched_at: float = float("-inf")
    fresh_until: float = float("-inf")
    failed_at: float = float("-inf")
    failure: KeyTrouble | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(PLACES_OF_AN_APP)
    )


_known: Cache[tuple[str, str], _Published] = Cache(MOST_APPS)
_making = threading.Lock()


def get_keys(client: ClientRow) -> KeySet:
    """Return the keys of the app, not older than their server allows. May take :data:`SECONDS`. Raises :class:`Refused`."""
    published = _of(client)
    keys, moment = published.keys, time.monotonic()
    if keys is not None and moment < published.fresh_until:
        return keys
    spare = keys if moment < published.fresh_until + GRACE else None
    return _renew(published, client, keys, spare)


def find_newer_keys(client: ClientRow, keys: KeySet) -> KeySet | None:
    """Return keys newer than ``keys``, which did not fit; None where it is too early to look. Raises :class:`Refused`."""
    published = _of(client)
    if published.keys is not keys:
        return published.keys
    if time.monotonic() < published.fetched_at + REFETCH_PAUSE:
        return None
    return _renew(published, client, keys, None)


def _of(client: ClientRow) -> _Published:
    assert client.jwks_uri is not None
    key = client.id, client.jwks_uri
    with _making:
        published = _known.get(key)
        if published is None:
            published = _Published()
            _known.put(key, published)
        return published


def _renew(published: _Published, client: ClientRow, known: KeySet | None, spare: KeySet | None) -> KeySet:
    """Fetch, unless somebody else does: then wait for them, or make do with ``spare`` ones."""
    with _turn(published, seconds=SECONDS if spare is None else 0) as is_ours:
        is_time = time.monotonic() >= published.failed_at + FAILURE_PAUSE
        if is_ours and is_time and published.keys is known:
            _fetch(published, client)
    if published.keys is not None and published.keys is not known:
        return published.keys
    failure = published.failure
    if spare is not None and (failure is None or failure.is_outage):
        return spare
    if failure is None:
        raise Refused(causes.PORTAL_TROUBLE, retry_after=RETRY_AFTER)
    raise Refused(failure.cause, **failure.facts)


@contextmanager
def _turn(published: _Published, seconds: float) -> Iterator[bool]:
    """Wait up to ``seconds`` for one's turn at this app; False where it does not come, or too many wait for it or others."""
    if not published.places.acquire(blocking=False):
        yield False
        return
    if not _places.acquire(blocking=False):
        published.places.release()
        yield False
        return
    try:
        is_ours = published.lock.acquire(timeout=seconds)
        try:
            yield is_ours
        finally:
            if is_ours:
                published.lock.release()
    finally:
        _places.release()
        published.places.release()


def _fetch(published: _Published, client: ClientRow) -> None:
    assert client.jwks_uri is not None
    try:
        fetched = fetch_json(client.jwks_uri, settings.fetch_allow)
        keys = read_published_keys(fetched.value)
    except (FetchFailed, KeysRefused) as error:
        if isinstance(error, FetchFailed) and error.reason == "no_room":
            published.failure = None  # our own trouble, not the app's
            return
        published.failure = explain(error, client.jwks_uri)
        published.failed_at = time.monotonic()
        return
    seconds = USUAL if fetched.max_age is None else min(max(fetched.max_age, SHORTEST), LONGEST)
    published.keys, published.failure = keys, None
    published.fetched_at = time.monotonic()
    published.fresh_until = published.fetched_at + seconds
