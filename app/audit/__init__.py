"""What happened, to whom, when."""

from .events import EventKind, record, record_for_many, record_on

__all__ = ["EventKind", "record", "record_for_many", "record_on"]
