"""Prints docs/conformance.md as the marks of the tests have it: python -m tests.conformance.page > docs/conformance.md"""

import sys
from collections.abc import Mapping

from tests.conformance import reasons, requirements
from tests.conformance.marks import KINDS, BadMark, Marks, find_marks
from tests.conformance.modules import MODULES, PLANS
from tests.conformance.reasons import Reason

HEAD = """# Conformance

What the specifications ask of an authorization server and OpenID provider, and which test of ours holds the portal to it.
The names are those of the OpenID Foundation's conformance suite, which runs against a portal that it can reach; our tests
do the same requests and look at the same answers. This is no certification.

This page is made from the marks on the tests (`@pytest.mark.module`, `rfc9700`, `asvs`) and the reasons in
`tests/conformance/reasons.py`, and a test compares the two: `python -m tests.conformance.page > docs/conformance.md`. A mark
that names nothing known, or a line with neither test nor reason, stops it.
"""

REASONS: Mapping[str, Mapping[str, Reason]] = {
    "module": reasons.MODULES,
    "rfc9700": reasons.RFC9700,
    "asvs": reasons.ASVS,
}
ITEMS: Mapping[str, frozenset[str]] = {
    "module": MODULES,
    "rfc9700": frozenset(requirements.RFC9700),
    "asvs": frozenset(requirements.ASVS),
}


class Incomplete(Exception):
    """What keeps the page from being true."""


def render(marks: Marks | None = None, reasons_of: Mapping[str, Mapping[str, Reason]] = REASONS) -> str:
    """Return the whole page. Raises :class:`Incomplete`, which names everything that is wrong."""
    found = _by_item(find_marks() if marks is None else marks)
    _check(found, reasons_of)
    lines = [HEAD, "## OpenID Connect\n"]
    for plan, names in PLANS:
        lines += [f"### {plan}\n", "| module | |", "| --- | --- |"]
        lines += [f"| `{name}` | {_told('module', name, found, reasons_of)} |" for name in names]
        lines.append("")
    tables = (
        (
            "RFC 9700, best current practice for OAuth 2.0 security",
            "section",
            "rfc9700",
            requirements.RFC9700,
        ),
        ("OWASP ASVS 5.0.0, V10.4, V10.6 and V10.7", "requirement", "asvs", requirements.ASVS),
    )
    for title, column, kind, words in tables:
        lines += [f"## {title}\n", f"| {column} | in short | |", "| --- | --- | --- |"]
        lines += [
            f"| {item} | {text} | {_told(kind, item, found, reasons_of)} |" for item, text in words.items()
        ]
        lines.append("")
    return "\n".join(lines)


def relied_on(marks: Marks | None = None) -> list[tuple[str, Reason]]:
    """The reasons that stand on the page: those of items without a test."""
    found = _by_item(find_marks() if marks is None else marks)
    return [
        (item, reason) for kind in KINDS for item, reason in REASONS[kind].items() if item not in found[kind]
    ]


def _by_item(marks: Marks) -> Marks:
    """``marks`` with those of a subsection (4.8.2) given to its section."""
    found: Marks = {kind: {} for kind in KINDS}
    for kind, items in marks.items():
        for item, tests in items.items():
            section, _dot, number = item.rpartition(".")
            is_part = kind == "rfc9700" and number in map(
                str, range(1, requirements.SUBSECTIONS.get(section, 0) + 1)
            )
            found[kind].setdefault(section if is_part else item, []).extend(tests)
    return found


def _check(found: Marks, reasons_of: Mapping[str, Mapping[str, Reason]]) -> None:
    wrong = []
    for kind in KINDS:
        known, excused = ITEMS[kind], reasons_of[kind]
        wrong += [
            f"no {kind} is called {item}: {tests[0]}"
            for item, tests in found[kind].items()
            if item not in known
        ]
        wrong += [f"no {kind} is called {item}: reasons.py" for item in excused if item not in known]
        wrong += [
            f"{kind} {item}: neither test nor reason"
            for item in sorted(known - found[kind].keys() - excused.keys())
        ]
    if wrong:
        raise Incomplete("\n".join(wrong))


def _told(kind: str, item: str, found: Marks, reasons_of: Mapping[str, Mapping[str, Reason]]) -> str:
    tests = found[kind].get(item)
    if not tests:
        return f"not offered: {reasons_of[kind][item].text}"
    note = reasons.NOTES.get(item)
    return "covered by " + ", ".join(map(_link, sorted(set(tests)))) + (f". {note}" if note else "")


def _link(test: str) -> str:
    path, _colons, name = test.partition("::")
    return f"[{name.removeprefix('test_')}](../{path})"


if __name__ == "__main__":
    try:
        print(render(), end="")
    except (Incomplete, BadMark) as trouble:
        sys.exit(str(trouble))
