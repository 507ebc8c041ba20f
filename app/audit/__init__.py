"""What happened, to whom, when."""

from .events import EventKind, record, record_for_many

__all__ = ["EventKind", "record", "record_for_many"]
