"""What a mail server says of a recipient, told to whoever knows whose address it is."""

from blinker import Namespace

_signals = Namespace()
recipient_refused = _signals.signal("recipient-refused")
"""Sent with an address that has no mailbox, and ``answer``, the server's words."""
recipient_reached = _signals.signal("recipient-reached")
"""Sent with an address to which the server took a mail."""
