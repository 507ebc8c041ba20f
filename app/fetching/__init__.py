"""The one way by which the portal asks servers whose addresses strangers wrote: no other module opens such a connection."""
