"""What the pages of docs/ show, so that tests run exactly that."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "operations.md"


def blocks(language: str, page: Path = PAGE) -> list[str]:
    """The examples in that language, in their order."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def block(language: str, part: str, page: Path = PAGE) -> str:
    """The one example in that language that contains ``part``."""
    (found,) = [example for example in blocks(language, page) if part in example]
    return found


def adapted(example: str, changes: dict[str, str]) -> str:
    """The example with a machine's own names and ports; fails where one of them is not in it."""
    for shown, own in changes.items():
        assert shown in example, f"{shown!r} is not in the example: {example}"
        example = example.replace(shown, own)
    return example
