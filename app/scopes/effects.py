"""What a permission does to the person's things; only what reads is ticked before somebody has said yes to it."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .models import CHANGES, READS, SPENDS

EFFECTS: dict[str, LazyString] = {
    READS: _l("Reads"),
    CHANGES: _l("Changes"),
    SPENDS: _l("Spends or deletes"),
}
"""Each with the word that people read."""
