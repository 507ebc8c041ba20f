"""The last lines of `make test`: what failed, what passed at the second try only, what was skipped and why."""

import sys
from pathlib import Path

from tests.support import clients
from tests.support.outcomes import Outcomes

BUILD = Path("build")
MOST_AGAIN = 40  # failures that may have been bad luck; of more, something is wrong


def may_be_luck(outcomes: Outcomes) -> bool:
    """Tell whether to run what failed once more: a file that cannot be imported is no luck, nor are so many."""
    return not outcomes.broken and 0 < len(outcomes.failed) <= MOST_AGAIN


def main(code: int, failed: list[str]) -> int:
    """Print the lines; `code` is pytest's, `failed` are other checks. 0 only if all is well."""
    if not (BUILD / "outcomes.json").exists():
        (BUILD / "skipped.txt").write_text("all tests: pytest wrote no report\n", encoding="utf-8")
        print(
            f"Failed: {', '.join([*failed, 'pytest'])}: no test is known to have passed, pytest wrote no report."
        )
        print(f"0 passed, {len(failed) + 1} failed")
        return 1
    first, again = Outcomes.read(BUILD / "outcomes.json"), Outcomes.read(BUILD / "again.json")
    unsteady = [name for name in first.failed if name in set(again.passed)] if not first.broken else []
    wrong = [*first.broken, *(name for name in first.failed if name not in unsteady)]
    if code > 1 or (code == 1 and not first.failed and not first.broken):
        wrong.append("pytest itself")
    skips = [f"{reason} ({count})" for reason, count in sorted(first.skipped.items())]
    (BUILD / "skipped.txt").write_text("".join(line + "\n" for line in skips), encoding="utf-8")
    (BUILD / "unsteady.txt").write_text("".join(name + "\n" for name in unsteady), encoding="utf-8")
    passed = len(first.passed) + len(unsteady)
    told = [f"{passed} tests passed", f"skipped: {'; '.join(skips) or 'nothing'}"]
    if unsteady:
        told.append(f"unsteady, passed when run once more: {', '.join(unsteady)}")
    told.append(
        f"left to make test-clients: {', '.join(sorted(clients.marked(clients.HEAVY), key=str.casefold))}"
    )
    everything = [*failed, *wrong]
    beginning = f"Failed: {', '.join(everything)}" if everything else "All is well"
    print(f"{beginning}: {'; '.join(told)}.")
    print(f"{passed} passed, {len(everything)} failed, {sum(first.skipped.values())} skipped")
    return 1 if everything else 0


if __name__ == "__main__":
    if sys.argv[1] == "--may-be-luck":
        sys.exit(0 if may_be_luck(Outcomes.read(BUILD / "outcomes.json")) else 1)
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
