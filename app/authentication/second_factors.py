"""Who has more to prove than a password. Each second factor says so of its own; whoever lets people in asks here."""

from collections.abc import Callable

from ..users.models import User

Rule = Callable[[User], bool]

_rules: list[Rule] = []


def second_factor(rule: Rule) -> Rule:
    """Take ``rule``, which says whether somebody has set this factor up."""
    _rules.append(rule)
    return rule


def needs_second_factor(user: User) -> bool:
    """Whether the right password alone does not let this person in."""
    return any(rule(user) for rule in _rules)
