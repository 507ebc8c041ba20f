"""The two bodies of a mail: plain text, and HTML with a button; both of the same parts."""

import textwrap
from collections.abc import Sequence

from flask import render_template

from .parts import Part

LINE = 72  # characters; what every mail reader shows without breaking lines itself


def as_text(parts: Sequence[Part], closing: Sequence[str]) -> str:
    """The paragraphs in short lines, links in one piece, and the ``closing`` lines."""
    paragraphs = [part.link or _wrapped(part.text) for part in parts]
    return "\n\n".join([*paragraphs, "\n".join(closing)]) + "\n"


def as_html(heading: str, parts: Sequence[Part], closing: Sequence[str], language: str) -> str:
    """The same for readers who see HTML: the first link is the button, what follows the last one is small print."""
    links = [number for number, part in enumerate(parts) if part.link]
    return render_template(
        "layouts/mail.html",
        heading=heading,
        parts=parts,
        button=links[0] if links else None,
        small_from=links[-1] if links else len(parts),
        closing=closing,
        language=language,
    )


def _wrapped(paragraph: str) -> str:
    """Lines of at most :data:`LINE` characters; an address is never broken."""
    lines = (
        textwrap.fill(line.strip(), LINE, break_long_words=False, break_on_hyphens=False)
        for line in paragraph.splitlines()
    )
    return "\n".join(lines)
