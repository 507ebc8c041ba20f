"""No link of a page of ours leads nowhere: files and headings are where the text says."""

import re
from pathlib import Path

from tests.support.portals import CHECKOUT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """README and its like, docs/, and what lies beside examples and benchmarks."""
    folders = (CHECKOUT, *(CHECKOUT / name for name in ("docs", "examples", "benchmarks", "docker")))
    found = {page for folder in folders[1:] for page in folder.rglob("*.md")} | set(CHECKOUT.glob("*.md"))
    return sorted(page for page in found if "node_modules" not in page.parts)


def anchors(page: Path) -> set[str]:
    """The names of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def is_alive(page: Path, link: str) -> bool:
    """True where the file is there, and the heading in it."""
    path, _hash, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or target.suffix != ".md" or heading in anchors(target))


def test_every_link_leads_somewhere() -> None:
    links = [
        (page, link)
        for page in pages()
        for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
        if not re.match(r"[a-z]+:", link)
    ]
    assert len(links) > 200
    assert not [f"{page.relative_to(CHECKOUT)}: {link}" for page, link in links if not is_alive(page, link)]
