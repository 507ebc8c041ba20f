"""Prints docs/causes.md as the catalogue has it: python -m tests.diagnostics.causes_page > docs/causes.md"""

from app.diagnostics.causes import GROUPS, Cause
from app.diagnostics.causes.cause import PLACEHOLDER

HEAD = """# Causes

Every failure of an OAuth request that can be told apart has a name that stays. Several share one OAuth error, so
that the answer helps nobody to guess; the owner of the app reads the name, the reason and what to do in the request
log and at `error_uri`. What goes on is a remark on a request that succeeded.

This page is made from `app/diagnostics/causes/`, and a test compares the two:
`python -m tests.diagnostics.causes_page > docs/causes.md`. Words in *italics* are facts of the request.
"""


def render() -> str:
    """The whole page."""
    lines = [HEAD]
    for title, causes in GROUPS:
        lines += [
            f"## {title}\n",
            "| cause | answer | status | why | what to do |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [_row(cause) for cause in causes]
        lines.append("")
    return "\n".join(lines)


def _row(cause: Cause) -> str:
    answer = f"`{cause.error}`" if cause.error else "goes on"
    return f"| `{cause.name}` | {answer} | {cause.status} | {_sentence(cause.why)} | {_sentence(cause.fix)} |"


def _sentence(text: object) -> str:
    return PLACEHOLDER.sub(lambda found: f"*{found[1].replace('_', ' ')}*", str(text)).replace("|", "\\|")


if __name__ == "__main__":
    print(render(), end="")
