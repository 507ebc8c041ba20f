"""docs/conformance.md says what the tests cover, and cannot say more."""

from pathlib import Path

import pytest

from tests.conformance import page, reasons
from tests.conformance.marks import ROOT, BadMark, Marks, find_marks
from tests.conformance.reasons import Reason

METADATA = ROOT / "app" / "oauth" / "endpoints" / "metadata.py"


@pytest.fixture(scope="module")
def marks() -> Marks:
    return find_marks()


def test_the_page_is_as_the_marks_have_it(marks: Marks) -> None:
    assert (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8") == page.render(marks)


def test_every_test_that_the_page_names_is_there(marks: Marks) -> None:
    assert sum(map(len, marks["module"].values())) > 50
    for items in marks.values():
        for test in (test for tests in items.values() for test in tests):
            path, _colons, name = test.partition("::")
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_what_discovery_offers_is_not_excused(marks: Marks) -> None:
    offered = METADATA.read_text(encoding="utf-8")
    assert '"jwks_uri"' in offered
    excused = [
        f"{item}: {reason.text}"
        for item, reason in page.relied_on(marks)
        if reason.until and f'"{reason.until}"' in offered
    ]
    assert not excused, "these are offered: mark the tests that cover them"


@pytest.mark.parametrize(
    ("kind", "item"),
    [("module", "oidcc-serfer"), ("rfc9700", "4.8.3"), ("rfc9700", "4.12.1"), ("asvs", "10.4.17")],
)
def test_a_mark_that_names_nothing_known_stops_the_page(marks: Marks, kind: str, item: str) -> None:
    with pytest.raises(page.Incomplete, match=f"no {kind} is called {item}"):
        page.render({**marks, kind: {**marks[kind], item: ["tests/x.py::test_x"]}})


@pytest.mark.parametrize(
    ("kind", "item"), [("module", "oidcc-server"), ("rfc9700", "4.8"), ("asvs", "10.4.1")]
)
def test_what_has_neither_test_nor_reason_stops_the_page(marks: Marks, kind: str, item: str) -> None:
    left = {name: tests for name, tests in marks[kind].items() if not name.startswith(item)}
    with pytest.raises(page.Incomplete, match=f"{kind} {item}: neither test nor reason"):
        page.render({**marks, kind: left})


def test_a_reason_for_something_unknown_stops_the_page(marks: Marks) -> None:
    wrong = {**page.REASONS, "asvs": {**reasons.ASVS, "1.2.3": Reason("x")}}
    with pytest.raises(page.Incomplete, match=r"no asvs is called 1\.2\.3"):
        page.render(marks, wrong)


def test_a_mark_wins_over_a_reason(marks: Marks) -> None:
    module = "oidcc-userinfo-rs256"
    assert f"| `{module}` | not offered: userinfo" in page.render(marks)
    told = page.render({**marks, "module": {**marks["module"], module: ["tests/x.py::test_x"]}})
    assert f"| `{module}` | covered by [x](../tests/x.py) |" in told


@pytest.mark.parametrize(
    "source",
    [
        'import pytest\npytestmark = pytest.mark.module("oidcc-server")\n',
        'import pytest\n@pytest.mark.module("oidcc-server")\ndef helper():\n    pass\n',
        'import pytest\nX = "oidcc-server"\n@pytest.mark.module(X)\ndef test_x():\n    pass\n',
        'import pytest\n@pytest.mark.skip\n@pytest.mark.module("oidcc-server")\ndef test_x():\n    pass\n',
    ],
)
def test_a_mark_that_no_running_test_carries_stops_the_page(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_x.py").write_text(source, encoding="utf-8")
    with pytest.raises(BadMark):
        find_marks(folder)
