"""Somebody is removed from a team while they give an app access for it: nothing that they gave for it stands afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.consents.models import Consent
from app.database.rows import db
from app.teams.models import TeamMember
from tests import factories as make
from tests.flows import teams_of

ROUNDS = 12
SECONDS = 30


@pytest.mark.parametrize("head_start", [0.0, 0.004, -0.004])
def test_no_consent_for_a_team_outlives_being_in_it(app: Flask, head_start: float) -> None:
    owner, client = make.make_user(app), teams_of.make_app(app)
    statuses = set()
    for _round in range(ROUNDS):
        statuses.add(_race(app, owner, client, head_start))
    assert statuses <= {302, 303, 422}, statuses


def _race(app: Flask, owner: make.Person, client: make.App, head_start: float) -> int:
    """One person and one team; ``head_start`` seconds more for who gives access than for who removes them."""
    person = make.make_user(app)
    team, barrier = make.make_team(app, owner, developer=person), Barrier(2)
    browser = make.browser_of(app, person)
    page = teams_of.ask(browser, client)

    def give() -> TestResponse:
        barrier.wait(timeout=SECONDS)
        time.sleep(max(0.0, -head_start))
        return make.decide(browser, page, team=team.id)

    def remove() -> None:
        barrier.wait(timeout=SECONDS)
        time.sleep(max(0.0, head_start))
        teams_of.leave(app, team, person)

    with ThreadPoolExecutor(2) as pool:
        given, removed = pool.submit(give), pool.submit(remove)
        removed.result()
        answer = given.result()
    _check_nothing_stands(app, person)
    if answer.status_code != 422:
        late = make.redeem(browser, client, make.answer_of(answer)["code"])
        assert (late.json or {})["error"] == "invalid_grant"
    return answer.status_code


def _check_nothing_stands(app: Flask, person: make.Person) -> None:
    with app.app_context():
        assert db.session.scalars(select(TeamMember).where(TeamMember.user_id == person.id)).all() == []
        standing = select(Consent).where(Consent.user_id == person.id, Consent.withdrawn_at.is_(None))
        assert db.session.scalars(standing).all() == []


def test_of_two_consents_for_two_teams_at_once_each_stands(app: Flask) -> None:
    person, client = make.make_user(app), teams_of.make_app(app)
    teams = [make.make_team(app, person), make.make_team(app, person)]
    browsers = [make.browser_of(app, person) for _team in teams]
    pages = [teams_of.ask(browser, client) for browser in browsers]
    barrier = Barrier(len(teams))

    def give(number: int) -> TestResponse:
        barrier.wait(timeout=SECONDS)
        return make.decide(browsers[number], pages[number], team=teams[number].id)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(give, range(2)))
    for number, answer in enumerate(answers):
        told = answer
        if told.location.startswith(
            "/oauth/authorize"
        ):  # it came second: one consent stands, for the other team
            page = browsers[number].get(told.location)
            told = make.decide(browsers[number], page, team=teams[number].id)
        got = teams_of.tokens(browsers[number], client, told)
        assert teams_of.team_of(got) == {"id": teams[number].id, "name": teams[number].name}


def test_the_same_consent_given_in_two_tabs_at_once_is_one(app: Flask) -> None:
    person, client = make.make_user(app), teams_of.make_app(app)
    team = make.make_team(app, person)
    browser = make.browser_of(app, person)
    page, barrier = teams_of.ask(browser, client), Barrier(6)

    def give(_number: int) -> TestResponse:
        tab = app.test_client()
        tab._cookies = dict(browser._cookies)
        barrier.wait(timeout=SECONDS)
        return make.decide(tab, page, team=team.id)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(give, range(6)))
    assert all("code" in make.answer_of(answer) for answer in answers)
    with app.app_context():
        assert [each.for_whom for each in db.session.scalars(select(Consent))] == [team.id]
