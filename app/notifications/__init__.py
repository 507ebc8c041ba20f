"""Messages to people: composed in their language, delivered after the commit."""

from ..extensions import background
from .delivery import deliver_in_background

background.add(deliver_in_background)
