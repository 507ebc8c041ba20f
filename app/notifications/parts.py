"""The parts of a mail: what its template wrote, taken apart once for the text and for the HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Around a label and its link, a character for private use; what a mail tells cannot have it: :func:`told` takes it out.
_MARK = "\ue000"
_LABELLED = re.compile(f"{_MARK}([^{_MARK}]*){_MARK}([^{_MARK}]*){_MARK}")

Told = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Part:
    """A paragraph, or a ``link`` on its own, with a ``label`` where the template gives one."""

    text: str = ""
    link: str = ""
    label: str = ""


def button(link: str | None, label: str) -> str:
    """A filter of templates: ``link`` on a line of its own, called ``label`` where mails have buttons."""
    return f"{_MARK}{label}{_MARK}{link}{_MARK}" if link else ""


def told(context: Told) -> Told:
    """``context`` as templates may have it."""
    return {
        name: each.replace(_MARK, "") if isinstance(each, str) else each for name, each in context.items()
    }


def take_apart(written: str, context: Told) -> list[Part]:
    """The parts of ``written``, divided by empty lines.

    A link is one that was labelled, or a whole paragraph that is a ``link`` or ``…_link`` of ``context``: never
    because it looks like one, which a name may do, too.
    """
    links = {value for name, value in context.items() if name == "link" or name.endswith("_link")}
    paragraphs = (each.strip() for each in re.split(r"\n\s*\n", written))
    return [_part(paragraph, links) for paragraph in paragraphs if paragraph]


def _part(paragraph: str, links: set[str | int | None]) -> Part:
    labelled = _LABELLED.fullmatch(paragraph)
    if labelled is not None:
        return Part(label=labelled[1], link=labelled[2])
    return Part(link=paragraph) if paragraph in links else Part(text=paragraph)
