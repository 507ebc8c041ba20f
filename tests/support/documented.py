"""What docs/operations.md shows, so that tests run exactly that."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def blocks(language: str) -> list[str]:
    """The examples in that language, in their order."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def block(language: str, part: str) -> str:
    """The one example in that language that contains ``part``."""
    (found,) = [example for example in blocks(language) if part in example]
    return found


def adapted(example: str, changes: dict[str, str]) -> str:
    """The example with a machine's own names and ports; fails where one of them is not in it."""
    for shown, own in changes.items():
        assert shown in example, f"{shown!r} is not in the example: {example}"
        example = example.replace(shown, own)
    return example
