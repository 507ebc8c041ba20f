"""What happened, to whom, when."""

from .events import EventKind, record

__all__ = ["EventKind", "record"]
