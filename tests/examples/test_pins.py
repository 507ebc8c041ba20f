"""What the examples ask for is what the tests have installed, and nothing is left to chance."""

import json

import pytest

from tests.examples.servers import EXAMPLES
from tests.support.portals import CHECKOUT
from tests.test_requirements import pins

PINNED = json.loads((CHECKOUT / "tests" / "foreign_clients" / "package.json").read_text())["dependencies"]


@pytest.mark.parametrize("folder", ["flask", "fastapi"])
def test_python_examples_are_pinned_to_what_is_tested(folder: str) -> None:
    installed = pins("requirements-dev.txt")
    asked = pins(f"examples/{folder}/requirements.txt")
    assert asked
    assert {name: installed[name].specifier for name in asked} == {
        name: requirement.specifier for name, requirement in asked.items()
    }


def test_the_javascript_example_is_pinned_to_what_is_tested() -> None:
    asked = json.loads((EXAMPLES / "express" / "package.json").read_text())["dependencies"]
    assert asked
    assert {name: PINNED[name] for name in asked} == asked
