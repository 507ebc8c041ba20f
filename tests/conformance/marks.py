"""Which tests say by a mark what they stand for, read from their source without running any."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("module", "rfc9700", "asvs")
_IN_RFC = "9700#section-"  # as the mark ``rfc`` names it
_NOT_RUN = ("skip", "skipif", "xfail")

Marks = dict[str, dict[str, list[str]]]
"""By kind and item: where the tests are, as ``tests/oauth/test_keys.py::test_…``."""


class BadMark(Exception):
    """A mark that says nothing: not on a test, or without a plain text."""


def find_marks(folder: Path = ROOT / "tests") -> Marks:
    """Read the marks of all tests in ``folder``. Raises :class:`BadMark`."""
    found: Marks = {kind: defaultdict(list) for kind in KINDS}
    for path in sorted(folder.rglob("test_*.py")):
        if "node_modules" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in ("mark.module", "mark.asvs", "mark.rfc9700", _IN_RFC)):
            continue
        for test, kind, item in _marks_of(ast.parse(text), path):
            found[kind][item].append(f"{path.relative_to(folder.parent).as_posix()}::{test}")
    return found


def _marks_of(tree: ast.Module, path: Path) -> Iterator[tuple[str, str, str]]:
    on_tests = set()
    for test in tree.body:
        if not isinstance(test, ast.FunctionDef) or not test.name.startswith("test_"):
            continue
        names = [_name(decorator) for decorator in test.decorator_list]
        for decorator in test.decorator_list:
            for kind, item in _items(decorator, path):
                if any(name in _NOT_RUN for name in names):
                    raise BadMark(f"{path}: {test.name} may not run")
                on_tests.add(decorator)
                yield test.name, kind, item
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Call) and _name(node) in KINDS and _is_stray(node, on_tests):
            raise BadMark(f"{path}, line {node.lineno}: a mark that is on no test")


def _items(decorator: ast.expr, path: Path) -> Iterator[tuple[str, str]]:
    name = _name(decorator)
    if not isinstance(decorator, ast.Call) or name not in (*KINDS, "rfc"):
        return
    for argument in decorator.args:
        text = argument.value if isinstance(argument, ast.Constant) else None
        if not isinstance(text, str):
            raise BadMark(f"{path}, line {decorator.lineno}: a mark names its item as a plain text")
        if name != "rfc":
            yield str(name), text
        elif text.startswith(_IN_RFC):
            yield "rfc9700", text.removeprefix(_IN_RFC)


def _name(node: ast.expr) -> str | None:
    """The last part of ``pytest.mark.…``, called or not."""
    attribute = node.func if isinstance(node, ast.Call) else node
    is_mark = (
        isinstance(attribute, ast.Attribute)
        and isinstance(attribute.value, ast.Attribute)
        and attribute.value.attr == "mark"
    )
    return attribute.attr if is_mark and isinstance(attribute, ast.Attribute) else None


def _is_stray(node: ast.expr, on_tests: set[ast.expr]) -> bool:
    return not any(node is call or (isinstance(call, ast.Call) and node is call.func) for call in on_tests)
