"""Whether a proof is for the address it was sent to."""

from urllib.parse import unquote

from ...uris import read_uri

_PORTS = {"http": 80, "https": 443}


def is_target(htu: str, url: str) -> bool:
    """Whether both are one address, whatever query and fragment ``htu`` has: :rfc:`9449#section-4.3`, item 9.

    Scheme and host in any case, the scheme's own port named or not, letters in percent signs or not
    (:rfc:`3986#section-6.2.2`), and with a slash at the end or without, as our endpoints are asked.
    """
    sent = _normalised(htu)
    return sent is not None and sent == _normalised(url)


def _normalised(uri: str) -> tuple[str, str, int, str] | None:
    parts = read_uri(uri)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], unquote(parts.path).rstrip("/")
