"""What a check has found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The result of one check; ``mend`` says what to do where it is not well."""

    check: str
    well: bool
    says: str
    mend: str = ""
