"""Who is told when something happens stands in `app/reactions.py`, and nowhere else."""

import ast
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from blinker import Signal
from flask import Flask

from app.reactions import REACTIONS
from config import CHECKOUT

APP = CHECKOUT / "app"


def test_the_receivers_of_every_signal_are_those_of_the_list(app: Flask) -> None:
    listed: defaultdict[Signal, set[Callable[..., Any]]] = defaultdict(set)
    for signal, receiver in REACTIONS:
        listed[signal].add(receiver)
    for signal, receivers in listed.items():
        assert set(signal.receivers_for(None)) == receivers, signal.name


def test_nothing_else_connects_a_receiver() -> None:
    connected = ["connect", "connect_via", "connected_to"]
    offenders = [
        f"{path.relative_to(APP)}:{decorator.lineno}"
        for path in sorted(APP.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        for named in [decorator.func if isinstance(decorator, ast.Call) else decorator]
        if isinstance(named, ast.Attribute) and named.attr in connected
    ]
    assert offenders == [], "put it into app/reactions.py"


def test_every_signal_has_a_receiver() -> None:
    made = [
        target.id
        for path in sorted(APP.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign) and ".signal(" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert sorted(made) == sorted({signal.name.replace("-", "_") for signal, _receiver in REACTIONS})
