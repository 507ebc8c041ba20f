"""The last line of `make test`: what passed, what failed, what was skipped and why."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

SKIPPED = Path("build/skipped.txt")


def skips(report: Path) -> tuple[int, Counter[str]]:
    """How many tests ran to their end, and how many were skipped for each reason."""
    passed, reasons = 0, Counter[str]()
    for case in ET.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            reasons[skipped.get("message") or "no reason given"] += 1
        elif case.find("failure") is None and case.find("error") is None:
            passed += 1
    return passed, reasons


def main(report: Path, failed: list[str]) -> int:
    """Print the line; the exit code is 0 only if no step failed."""
    if not report.exists():
        SKIPPED.write_text("all tests: pytest wrote no report\n", encoding="utf-8")
        print(f"Failed: {', '.join(failed) or 'pytest'}; skipped: all tests, since pytest wrote no report.")
        return 1
    passed, reasons = skips(report)
    lines = [f"{reason} ({count})" for reason, count in sorted(reasons.items())]
    SKIPPED.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    outcome = f"Failed: {', '.join(failed)}; {passed}" if failed else f"All is well: {passed}"
    print(f"{outcome} tests passed; skipped: {'; '.join(lines) or 'nothing'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
