"""Somebody signed in is asked for the password in one way, which brings a new token and counts by session."""

import ast

from config import CHECKOUT

APP = CHECKOUT / "app"


def test_nobody_checks_the_password_of_somebody_signed_in_but_by_confirming_it() -> None:
    offenders = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in sorted(APP.rglob("*.py"))
        if path.relative_to(APP).as_posix() != "authentication/step_up.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "check_password"
        and "current_user" in ast.dump(node)
    ]
    assert offenders == [], "use authentication/step_up.py: confirm_password"
