"""No word waits for a feature: every cause is raised, every hint given, every event recorded somewhere."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from app.audit import EventKind
from app.clients.client_secrets import FIRST_NAME
from app.clients.disabling import ADMINISTRATOR, OWNER
from app.diagnostics import causes
from app.diagnostics.causes.hints import HINTS, WORDS
from config import CHECKOUT

APP = CHECKOUT / "app"
CATALOGUE = APP / "diagnostics" / "causes"
WORDING = [APP / "audit" / name for name in ("events.py", "wording.py", "log_wording.py")]


@cache
def nodes() -> tuple[ast.AST, ...]:
    """Everything in the app but the lists of causes and of words themselves."""
    files = [path for path in APP.rglob("*.py") if CATALOGUE not in path.parents and path not in WORDING]
    return tuple(node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def names_of(owner: str) -> set[str]:
    """Every X that is read as `owner.X`."""
    found = (node for node in nodes() if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return {node.attr for node in found if node.value.id == owner}


def strings_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def given_as(*names: str) -> set[str]:
    """Every string of an argument or variable of one of these names."""
    found: set[str] = set()
    for node in nodes():
        if (isinstance(node, ast.keyword) and node.arg in names) or (
            isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & set(names)
        ):
            found.update(strings_in(node.value))
    return found


@cache
def returned_by_functions_named(part: str) -> set[str]:
    functions = (node for node in nodes() if isinstance(node, ast.FunctionDef) and part in node.name)
    returns = (node for each in functions for node in ast.walk(each) if isinstance(node, ast.Return))
    return {text for each in returns if each.value is not None for text in strings_in(each.value)}


@pytest.mark.parametrize("name", causes.CATALOGUE)
def test_every_cause_is_raised_somewhere(name: str) -> None:
    assert name.upper() in names_of("causes")


@pytest.mark.parametrize("hint", HINTS)
def test_every_hint_is_given_somewhere(hint: str) -> None:
    assert hint in given_as("hint") | returned_by_functions_named("hint")


@pytest.mark.parametrize("word", WORDS)
def test_every_word_inside_a_sentence_is_needed_somewhere(word: str) -> None:
    doctor = (APP / "diagnostics" / "redirect_uri_doctor.py").read_text(encoding="utf-8")
    keywords = (node for node in nodes() if isinstance(node, ast.keyword) and node.arg == "because")
    ended = {ast.unparse(each.value).removeprefix("causes.").lower() for each in keywords}
    assert word in {
        *strings_in(ast.parse(doctor)),
        *ended,
        *given_as("reason"),
        OWNER,
        ADMINISTRATOR,
        FIRST_NAME,
    }


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_is_recorded_somewhere(kind: EventKind) -> None:
    assert kind.name in names_of("EventKind")
