"""What is wrong with the settings, gathered: who mends one of them should not meet the next one afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class ConfigurationError(Exception):
    """One line a variable, with its name, its value unless that is secret, and what is accepted."""


class Problems:
    """The first problem of each variable."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, lines: Iterable[str]) -> None:
        """Keep these lines, each of which begins with the name of its variable."""
        for line in lines:
            self._lines.setdefault(line.split()[0], line)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Go on behind this block where it raises ConfigurationError."""
        try:
            yield
        except ConfigurationError as error:
            self.add(str(error).splitlines())

    def check(self) -> None:
        """Raise ConfigurationError with all of them, where there is any."""
        refuse(self._lines.values())


def refuse(lines: Iterable[str]) -> None:
    """Raise ConfigurationError with these lines, where there is any."""
    if told := "\n".join(lines):
        raise ConfigurationError(told)
