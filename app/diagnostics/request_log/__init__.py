"""The log of what apps asked for and what they were told.

========================  ==========================================================================
``recording``             what endpoints say while they answer: :func:`begin`, :func:`refused`, …
``outgoing``              the same of requests that the portal sends to apps: :func:`note_sent`
``row``, ``facts``        the row that becomes of it, without secrets
``cap``                   how many refusals a minute become rows
``writing``               **writes** the rows: refusals at once, everything else in batches
``reading``               **reads** them for an app's owner
``reading_refusals``      **reads** the refused ones of all apps for administrators
========================  ==========================================================================
"""

from .outgoing import Sent, note_sent
from .recording import (
    attribute_to,
    begin,
    count_only,
    finish,
    forget,
    is_attributed,
    is_begun,
    is_kept,
    refused,
    remark,
)

__all__ = [
    "Sent",
    "attribute_to",
    "begin",
    "count_only",
    "finish",
    "forget",
    "is_attributed",
    "is_begun",
    "is_kept",
    "note_sent",
    "refused",
    "remark",
]
