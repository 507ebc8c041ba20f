"""Readers of one setting's text each: they return its value, or raise ValueError saying what is accepted."""

import base64
import binascii
import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from phonenumbers import SUPPORTED_REGIONS
from pytimeparse.timeparse import timeparse as parse_duration

from .addresses import canonical
from .hosts import is_host, is_host_of_url, read_url

LONGEST_DURATION = 10 * 365 * 86_400
LONGEST_NAME = 60
MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+|[^<>\r\n]+<[^@\s<>]+@[^@\s<>]+>")
DATABASES = {
    "sqlite": "sqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "mysql+pymysql": "mysql+pymysql",
    "mariadb+pymysql": "mariadb+pymysql",
}


def text(value: str) -> str:
    """The value as it is."""
    return value


def one_of(*names: str, **others: str) -> Callable[[str], str]:
    """A reader of the given names in any case; `others` maps further spellings to one of them."""
    known = {name.lower(): name for name in names} | others

    def read(value: str) -> str:
        word = value.strip().lower()
        if word not in known:
            raise ValueError(f"{', '.join(names[:-1])} or {names[-1]}")
        return known[word]

    return read


def switch(value: str) -> bool:
    """True or False."""
    word = value.strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise ValueError("true or false")


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers within the two bounds."""

    def read(value: str) -> int:
        digits = value.strip()
        if not re.fullmatch(r"[0-9]{1,12}", digits) or not lowest <= int(digits) <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(digits)

    return read


def optional_port(value: str) -> int | None:
    """A TCP port, or None for `off`."""
    if value.strip().lower() == "off":
        return None
    try:
        return whole_number(1, 65_535)(value)
    except ValueError as error:
        raise ValueError(f"off, or {error}") from None


def duration(value: str, *, shortest: int = 1) -> int:
    """Whole seconds, of `1 hour 30 minutes`, `2 weeks`, `1 year`, `30m` or plain seconds."""
    written = value.strip().lower()
    # pytimeparse knows neither years nor months, and reads "1:30" as minutes and seconds.
    found = re.match(r"(\d{1,3})\s*(?:years?|yrs?|y)\b[\s,]*", written)
    years, rest = (found[1], written[found.end() :]) if found else (None, written)
    if rest.isascii() and rest.isdigit() and years is None:
        seconds: float | None = int(rest)
    elif rest and not rest.startswith(("+", "-")) and ":" not in rest:
        seconds = parse_duration(rest)
    else:
        seconds = 0 if years and not rest else None
    total = None if seconds is None else seconds + int(years or 0) * 365 * 86_400
    if total is None or total != int(total) or not shortest <= total <= LONGEST_DURATION:
        raise ValueError("30 seconds, 15 minutes, 1 day, 1 year or plain seconds, at most 10 years")
    return int(total)


def window(value: str) -> int:
    """A duration, or 0 for none."""
    return duration(value, shortest=0)


def addresses(value: str) -> tuple[str, ...]:
    """IP addresses, in their one spelling, of a list separated by commas or spaces."""
    try:
        return tuple(canonical(str(ip_address(part))) for part in re.split(r"[\s,]+", value) if part)
    except ValueError:
        raise ValueError("IP addresses separated by commas") from None


def countries(value: str) -> tuple[str, ...] | None:
    """The ISO 3166 codes of a list separated by commas or spaces; None for `all`."""
    if value.strip().lower() == "all":
        return None
    codes = tuple(part.upper() for part in re.split(r"[\s,]+", value) if part)
    if not codes or not SUPPORTED_REGIONS.issuperset(codes):
        raise ValueError("all, or country codes separated by commas, such as DE, AT, CH")
    return codes


def words(value: str) -> tuple[str, ...]:
    """The entries of a list separated by commas; empty for none."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"[^\W_][\w .&'-]{1,38}[^\W_]", word) for word in found):
        raise ValueError("words of 3 to 40 letters and digits, separated by commas, such as Acme, Roadrunner")
    return found


def pattern(value: str) -> re.Pattern[str]:
    """The compiled regular expression."""
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None


def encryption_key(value: str) -> bytes:
    """The 32 bytes that the text spells in base64url, with or without padding."""
    try:
        key = base64.b64decode(value.strip().rstrip("=") + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError(
            "32 bytes in base64url, as this makes them: "
            "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        )
    return key


def host(value: str) -> str:
    """A host name or IP address to listen on, an IPv6 address without brackets."""
    name = value.strip()
    if not name.isascii() or not (is_host(name) or (name.startswith("[") and is_host_of_url(name))):
        raise ValueError("a host name or an IP address, such as 127.0.0.1 or 0.0.0.0")
    return name.strip("[]")


def hosts(value: str) -> tuple[str, ...]:
    """Host names in small letters and IP addresses in their one spelling, of a list; empty for none."""
    found = []
    for part in filter(None, re.split(r"[\s,]+", value)):
        try:
            name = host(part)
        except ValueError:
            raise ValueError("host names or IP addresses without a port, separated by commas") from None
        try:
            found.append(canonical(str(ip_address(name))))
        except ValueError:
            found.append(name.lower())
    return tuple(found)


def places(value: str) -> tuple[str, ...]:
    """Each `host:port` of a list, in small letters, addresses in their one spelling, IPv6 in brackets; empty for none."""
    found = []
    for part in filter(None, re.split(r"[\s,]+", value)):
        name, _colon, port = part.rpartition(":")
        try:
            if not is_host_of_url(name) or name.endswith("."):
                raise ValueError
            (host,) = hosts(name)
            number = whole_number(1, 65_535)(port)
        except ValueError:
            raise ValueError("each host:port, separated by commas, such as 127.0.0.1:9000") from None
        found.append(f"[{host}]:{number}" if ":" in host else f"{host}:{number}")
    return tuple(found)


def url(*schemes: str, example: str) -> Callable[[str], str]:
    """A reader of absolute URLs of the given schemes; the message shows the example."""

    def read(value: str) -> str:
        address = value.strip()
        if read_url(address).scheme not in schemes or not re.match(r"[a-z+]+://[^\s]+$", address):
            raise ValueError(f"a URL such as {example}")
        return address

    return read


def unless_console(read: Callable[[str], str]) -> Callable[[str], str | None]:
    """The same reader, with None for the word `console`."""
    return lambda value: None if value.strip().lower() == "console" else read(value)


def mail_server(value: str) -> str:
    """An smtp://, smtp+tls:// or smtps:// URL with a host."""
    if not read_url(value).hostname:
        raise ValueError(
            "console, smtp+tls://user:password@host:587, smtps://user:password@host:465 or smtp://host:25"
        )
    example = "smtp+tls://user:password@host:587, smtp://… or smtps://…, or console"
    return url("smtp", "smtp+tls", "smtps", example=example)(value)


def web_address(value: str) -> str:
    """An http(s) URL with a host."""
    if not read_url(value).hostname:
        raise ValueError("an http:// or https:// URL, or console")
    return url("http", "https", example="https://sms.example.org/send, or console")(value)


def portal_name(value: str) -> str:
    """A name on one line, short enough for the head of a page."""
    name = " ".join(value.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a name of at most {LONGEST_NAME} characters")
    return name


def page(value: str) -> str:
    """The http(s) address of a page, with a host."""
    if not read_url(value.strip()).hostname:
        raise ValueError("an http:// or https:// URL, such as https://example.org/imprint")
    return url("http", "https", example="https://example.org/imprint")(value)


def issuer(value: str) -> str:
    """The portal's public base URL, spelled in the one way tokens carry it."""
    address = value.strip()
    is_base = re.fullmatch(r"https?://(\[[^\s/?#@\\\]]+\]|[^\s/?#@\\:]+(?<!\.))(:[1-9][0-9]*)?", address)
    if not is_base or not read_url(address).hostname:
        raise ValueError("an http:// or https:// URL of a host of its own, without path, query or fragment")
    return address


def sender(value: str) -> str:
    """An address for the From line, with or without a name."""
    if not MAIL_ADDRESS.fullmatch(value.strip()):
        raise ValueError("an email address, such as portal@example.org or Portal <portal@example.org>")
    return value.strip()


def contact(value: str) -> str:
    """The URI that security.txt carries: https:, mailto: or tel:."""
    address = value.strip()
    is_page = address.startswith("https://") and read_url(address).hostname is not None
    if (is_page or address.startswith(("mailto:", "tel:"))) and not re.search(r"\s", address):
        return address
    if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address):
        return f"mailto:{address}"
    raise ValueError("an email address or an https:// URL")


def file(value: str) -> Path:
    """The path of an existing file."""
    path = Path(value).expanduser()
    if not path.is_file():
        raise ValueError("the path of an existing file")
    return path.resolve()


def database(value: str) -> str:
    """A database URL for SQLAlchemy: SQLite in a file, or MariaDB and its relatives through PyMySQL."""
    parts = read_url(value.strip())
    driver = DATABASES.get(parts.scheme)
    expected = ValueError("sqlite:////path/of/a/file or mysql://user:password@host:3306/name")
    if driver is None or not parts.path.strip("/") or "\0" in value:
        raise expected
    if driver == "sqlite":
        if ":memory:" in parts.path or parts.netloc:
            # Every worker process would have a database of its own.
            raise expected
        return value.strip()
    given = [parts.query] if parts.query else []
    query = "&".join(given if "charset=" in parts.query else [*given, "charset=utf8mb4"])
    return f"{driver}://{parts.netloc}{parts.path}?{query}"


def absolute(database_url: str, folder: Path) -> str:
    """The same database, an SQLite file's relative path taken from the folder wherever the command runs."""
    path = database_url.removeprefix("sqlite:///")
    return f"sqlite:///{folder / path}" if path != database_url else database_url


def host_of(address: str) -> str:
    """The host name in a URL; `localhost` where that is an IP address."""
    name = read_url(address).hostname or "localhost"
    return name if re.search(r"[a-z]", name) and ":" not in name else "localhost"
