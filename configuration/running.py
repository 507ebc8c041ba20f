"""At which address a portal runs: it keeps a locked file in its instance folder, and commands read that.

A lock ends with the process that holds it, however that ends: a file that nobody locks was left behind.
"""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self, TextIO

PREFIX = "running-"


class AddressFile:
    """A portal's own address file, one a port: several may run in one checkout."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self._path = path
        self._file = file

    @classmethod
    def write(cls, instance: Path, port: int, issuer: str) -> Self | None:
        """Keep a file with this issuer until it is removed; None in a folder that cannot be written.

        It is locked before anybody sees it, and replaces what another portal at this port has left.
        """
        path = instance / f"{PREFIX}{port}"
        try:
            instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=instance, prefix=f".{path.name}.")  # made with 0600
        except OSError:
            return None
        file = os.fdopen(descriptor, "w", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(issuer)
            file.flush()
            Path(draft).replace(path)
        except OSError:
            file.close()
            Path(draft).unlink(missing_ok=True)
            return None
        return cls(path, file)

    def remove(self) -> None:
        """Take the file away, unless it is another portal's by now."""
        with suppress(OSError):
            if self._path.stat().st_ino == os.fstat(self._file.fileno()).st_ino:
                self._path.unlink()
        self._file.close()


def find_issuer(instance: Path, port: int) -> str | None:
    """The issuer of a portal that runs with this instance folder: at this port, else at the lowest one."""
    for path in sorted(
        instance.glob(f"{PREFIX}*"), key=lambda path: (path.name != f"{PREFIX}{port}", path.name)
    ):
        with suppress(OSError), path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read()
    return None
