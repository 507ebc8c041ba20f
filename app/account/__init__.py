"""The pages of a person about themselves."""

from ..extensions import background
from .lost_factor_notices import tell_what_is_due

background.add(tell_what_is_due)
