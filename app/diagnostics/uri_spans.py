"""A URI cut where it differs from another one, for pages that mark the difference."""

from collections.abc import Iterable

Span = tuple[str, bool]
"""A piece of a URI, and whether the other one has something else there."""


def spans_of(uri: str, other: str) -> tuple[Span, ...]:
    """``uri`` in pieces, each with whether ``other`` has something else there; together they are ``uri``."""
    spans: list[Span] = []
    for place, (part, beside) in enumerate(zip(_parts(uri), _parts(other), strict=True)):
        spans += _cut(part, beside, whole=place < 2)  # half a scheme or half a host tells nothing
    return _joined(spans)


def shared_beginning(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _parts(uri: str) -> list[str]:
    """Scheme, host, port, path, query and fragment with their signs; together they are the URI."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return ["", "", "", uri, "", ""]
    end = next((place for place, sign in enumerate(rest) if sign in "/?#"), len(rest))
    netloc, rest = rest[:end], rest[end:]
    rest, hash_sign, fragment = rest.partition("#")
    path, question_mark, query = rest.partition("?")
    host, colon, port = netloc.rpartition(":") if not netloc.endswith("]") else ("", "", netloc)
    if not colon:
        host, port = port, ""
    return [f"{scheme}://", host, colon + port, path, question_mark + query, hash_sign + fragment]


def _cut(one: str, other: str, *, whole: bool) -> list[Span]:
    """``one``, cut where it differs from ``other``, unless it counts as a whole."""
    if one == other or whole:
        return [(one, one != other)]
    beginning = shared_beginning(one, other)
    end = min(shared_beginning(one[::-1], other[::-1]), min(len(one), len(other)) - beginning)
    return [
        (one[:beginning], False),
        (one[beginning : len(one) - end], True),
        (one[len(one) - end :], False),
    ]


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for text, different in spans:
        if not text:
            continue
        if joined and joined[-1][1] == different:
            joined[-1] = (joined[-1][0] + text, different)
        else:
            joined.append((text, different))
    return tuple(joined)
