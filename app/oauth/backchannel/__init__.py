"""OpenID Connect Back-Channel Logout 1.0: apps hear of the end of a session from the portal itself.

==============  ==================================================================================
``models``      logout tokens that wait to be sent
``receivers``   **writes** them: who is told of an end, found by one statement in its transaction
``outbox``      which are due, who takes them, and when they are tried again
``sending``     one try: the token, the request, what came of it
``delivery``    the background job: many at once, a slow receiver beside the others
==============  ==================================================================================
"""

from ...extensions import background
from .delivery import deliver_in_background

background.add(deliver_in_background)
