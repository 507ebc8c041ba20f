"""Lines of `.env`: all of them are read, or the first that cannot be is told; a setting is never left out in silence."""

import io
import re
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from .problems import ConfigurationError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# What `python -m flask`, which reads the file by itself, would replace; gunicorn's start would not.
EXPANDED = re.compile(r"\$\{[^}:]*(:-[^}]*)?\}")
ACCEPTED = "accepted: NAME=value on one line, or a comment after #"
OPEN_QUOTE = "has a quote that does not end where the line does"


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of the file, none where there is no file; ConfigurationError with a line's number."""
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise ConfigurationError(f"{path} is a link that leads nowhere; mend or remove it") from None
        return {}
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}); accepted: a text file that this user may read, or none"
        ) from None
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path}, line {line} is not UTF-8; accepted: a text file saved as UTF-8"
        ) from None
    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text, newline=None)):
        reason = _fault(binding)
        if reason:
            raise ConfigurationError(f"{path}, line {_line(binding)} {reason}; {ACCEPTED}")
        if binding.key is not None:
            found[binding.key] = binding.value or ""
    return found


def _fault(binding: Binding) -> str | None:
    """Say what is wrong with the line, without a word of it: it may hold a secret."""
    statement = binding.original.string.strip()
    if binding.error:
        return OPEN_QUOTE if re.match(r"[^=]*=\s*['\"]", statement) else "cannot be understood"
    if binding.key is None:
        return None
    if not NAME.fullmatch(binding.key):
        return "does not begin with the name of a variable"
    if binding.value is None:
        return "has no ="
    # An opening quote that is never closed takes the lines up to the next one for its value.
    if "\n" in statement:
        return OPEN_QUOTE
    if "\0" in binding.value:
        return "has a null byte"
    return "has ${…}, which nothing fills in" if EXPANDED.search(binding.value) else None


def _line(binding: Binding) -> int:
    """Return the number of the line where the statement begins; blank lines before it belong to it."""
    string = binding.original.string
    return binding.original.line + string[: len(string) - len(string.lstrip())].count("\n")
