"""An app asks for whom it gets access: a person for themselves, or for one of their teams, each on its own."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.consents.decisions import withdraw_consent
from app.consents.models import Consent
from app.database.rows import db
from tests import factories as make
from tests.flows import teams_of
from tests.flows.teams_of import ask, choices, chosen, connect, problem, team_of
from tests.support.html_forms import forms_of


@pytest.fixture
def ledger(app: Flask) -> make.App:
    return teams_of.make_app(app, name="Ledger")


def test_the_page_asks_for_whom_and_nothing_is_chosen_beforehand(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    page = ask(browser, ledger)
    assert choices(page) == ["", teams[0].id, teams[1].id]
    assert chosen(page) == []
    assert "For whom do you give access?" in page.text
    assert make.offered(page) == ["openid", "email"]
    again = make.decide(browser, page, ticked=["openid"])
    assert again.status_code == 422
    assert problem(again) == "Please choose for whom you give access."
    assert 'value="email" checked' not in again.text
    assert 'value="email"' in again.text


def test_access_for_a_team_is_named_in_every_token_and_answer(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    answer = connect(browser, ledger, teams[0].id, prompt=None)
    named = {"id": teams[0].id, "name": "Harbour"}
    assert team_of(answer) == named
    bearer = make.with_token(answer["access_token"])
    for path in ("/oauth/userinfo", "/oauth/me"):
        assert (browser.get(path, headers=bearer).json or {})["team"] == named
    for name in ("access_token", "refresh_token"):
        assert make.introspect(browser, ledger, answer[name])["team"] == named
    assert "teams" in answer["scope"].split()


def test_access_for_oneself_names_no_team(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    answer = connect(browser, ledger, "", prompt=None)
    assert team_of(answer) is None
    bearer = make.with_token(answer["access_token"])
    for path in ("/oauth/userinfo", "/oauth/me"):
        assert "team" not in (browser.get(path, headers=bearer).json or {})
    for name in ("access_token", "refresh_token"):
        assert "team" not in make.introspect(browser, ledger, answer[name])


def test_who_is_in_no_team_reads_that_it_is_for_themselves(browser: FlaskClient, ledger: make.App) -> None:
    page = ask(browser, ledger)
    assert "You give access for yourself, not for a team." in page.text
    assert choices(page) == []
    assert team_of(teams_of.tokens(browser, ledger, make.decide(browser, page))) is None


def test_an_app_that_does_not_ask_for_teams_knows_the_person_alone(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team], app: Flask
) -> None:
    page = make.ask(browser, ledger, scope="openid email")
    assert "For whom" not in page.text
    assert "for yourself" not in page.text
    answer = make.decide(browser, page, team=teams[0].id)
    assert team_of(teams_of.tokens(browser, ledger, answer)) is None
    with app.app_context():
        assert db.session.scalars(select(Consent.team_id)).all() == [None]
    # And what is given for a team later is no consent for the person.
    other = teams_of.make_app(app)
    connect(browser, other, teams[0].id, prompt=None)
    assert "would like to" in make.ask(browser, other, scope="openid email").text


def test_a_renamed_team_has_its_new_name_from_the_next_token_on(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    answer = connect(browser, ledger, teams[0].id, prompt=None)
    teams_of.rename(app, teams[0], "Marina")
    renewed = make.refresh(browser, ledger, answer["refresh_token"]).json or {}
    assert team_of(renewed) == {"id": teams[0].id, "name": "Marina"}
    assert make.introspect(browser, ledger, answer["access_token"])["team"]["name"] == "Harbour"


def test_one_consent_goes_on_without_a_question_until_the_app_asks_for_another(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    connect(browser, ledger, teams[0].id, prompt=None)
    again = ask(browser, ledger)
    assert team_of(teams_of.tokens(browser, ledger, again)) == {"id": teams[0].id, "name": "Harbour"}
    for prompt in ("consent", "select_account consent", "select_account"):
        page = ask(browser, ledger, prompt=prompt)
        if "select_account" in prompt:
            page = teams_of.go_on(browser, page)
        assert choices(page) == ["", teams[0].id, teams[1].id]
        assert chosen(page) == [teams[0].id]
    second = teams_of.tokens(browser, ledger, make.decide(browser, page, team=teams[1].id))
    assert team_of(second) == {"id": teams[1].id, "name": "Lighthouse"}


def test_several_consents_ask_which_one_and_list_nothing_as_new(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    for team in ("", teams[0].id):
        connect(browser, ledger, team)
    page = ask(browser, ledger)
    assert page.status_code == 200
    assert make.offered(page) == []
    assert set(choices(page)) == {"", teams[0].id, teams[1].id}
    assert chosen(page) == [teams[0].id]  # what was decided last
    assert "You gave Ledger access more than once." in page.text
    assert "Continue to Ledger?" in page.text
    answer = teams_of.tokens(browser, ledger, make.decide(browser, page, team=""))
    assert team_of(answer) is None
    assert "email" in answer["scope"].split()


def test_a_team_that_was_never_chosen_is_asked_for_its_permissions_first(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    for team in ("", teams[0].id):
        connect(browser, ledger, team)
    onward = make.decide(browser, ask(browser, ledger), team=teams[1].id)
    assert onward.status_code == 303
    page = browser.get(onward.location)
    assert chosen(page) == [teams[1].id]
    assert make.offered(page) == ["openid", "email"]
    answer = teams_of.tokens(browser, ledger, make.decide(browser, page, ticked=["openid"], team=teams[1].id))
    assert team_of(answer) == {"id": teams[1].id, "name": "Lighthouse"}
    assert answer["scope"] == "openid teams"
    with app.app_context():
        scopes = dict(db.session.execute(select(Consent.for_whom, Consent.scope)).all())
    assert scopes == {
        "": "openid email teams",
        teams[0].id: "openid email teams",
        teams[1].id: "openid teams",
    }


def test_of_several_the_chosen_one_is_asked_for_what_is_new(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    for team in ("", teams[0].id):
        connect(browser, ledger, team)
    wider = {"scope": "openid email profile teams"}
    page = ask(browser, ledger, **wider)
    assert make.offered(page) == []
    page = browser.get(make.decide(browser, page, team="").location)
    assert (make.offered(page), chosen(page)) == (["profile"], [""])
    assert "code" in make.answer_of(make.decide(browser, page, team=""))
    with app.app_context():
        scopes = dict(db.session.execute(select(Consent.for_whom, Consent.scope)).all())
    assert scopes == {"": "openid email teams profile", teams[0].id: "openid email teams"}


def test_two_clicks_give_one_consent_and_codes_for_the_same_team(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    page = ask(browser, ledger)
    answers = [make.decide(browser, page, team=teams[1].id) for _click in range(2)]
    for answer in answers:
        assert team_of(teams_of.tokens(browser, ledger, answer)) == {"id": teams[1].id, "name": "Lighthouse"}
    with app.app_context():
        assert db.session.scalars(select(Consent.for_whom)).all() == [teams[1].id]


def test_new_permissions_are_for_the_team_of_the_consent_and_another_team_is_asked_for_all(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    connect(browser, ledger, teams[0].id, prompt=None)
    page = ask(browser, ledger, scope="openid email profile teams")
    assert make.offered(page) == ["profile"]
    assert chosen(page) == [teams[0].id]
    onward = make.decide(browser, page, team=teams[1].id)
    page = browser.get(onward.location)
    assert make.offered(page) == ["openid", "email", "profile"]
    assert chosen(page) == [teams[1].id]
    assert "code" in make.answer_of(make.decide(browser, page, team=teams[1].id))


def test_an_app_that_names_a_team_chooses_it_for_nobody(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    hint = connect(browser, ledger, teams[0].id, prompt=None)["id_token"]
    with app.app_context():
        withdraw_consent(anna.id, ledger.id, teams[0].id)
        db.session.commit()
    for other in ("", teams[1].id):
        page = ask(browser, ledger, id_token_hint=hint)
        assert (page.status_code, chosen(page)) == (200, [])
        connect(browser, ledger, other)


def test_what_one_person_chose_for_a_request_is_nothing_for_another(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team], anna: make.Person
) -> None:
    for team in ("", teams[0].id):
        connect(browser, ledger, team)
    onward = make.decide(browser, ask(browser, ledger), team=teams[1].id)
    assert chosen(browser.get(onward.location)) == [teams[1].id]
    bert = make.make_user(app)
    make.make_team(app, bert)
    assert chosen(make.sign_in(app, browser, bert).get(onward.location)) == []
    assert chosen(make.sign_in(app, browser, anna).get(onward.location)) == [teams[1].id]


def test_who_was_never_asked_for_whom_chooses_when_an_app_begins_to_ask(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    make.authorize(ledger, browser, scope="openid email")
    page = ask(browser, ledger)
    assert set(choices(page)) == {"", teams[0].id, teams[1].id}
    assert chosen(page) == [""]
    answer = teams_of.tokens(browser, ledger, make.decide(browser, page, team=teams[1].id))
    assert team_of(answer) == {"id": teams[1].id, "name": "Lighthouse"}


def test_a_silent_request_goes_on_with_the_team_of_its_hint_or_is_told_that_it_is_unclear(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    hints = {team: connect(browser, ledger, team)["id_token"] for team in ("", teams[0].id)}
    assert make.answer_of(ask(browser, ledger, prompt="none"))["error"] == "interaction_required"
    for team, hint in hints.items():
        silent = ask(browser, ledger, prompt="none", id_token_hint=hint)
        named = team_of(teams_of.tokens(browser, ledger, silent))
        assert (named or {"id": ""})["id"] == team
        # A page is not needed then either.
        assert ask(browser, ledger, id_token_hint=hint).status_code == 302


def test_a_silent_request_for_a_team_that_was_left_gets_no_other_one(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    hint = connect(browser, ledger, teams[0].id)["id_token"]
    connect(browser, ledger, teams[1].id)
    teams_of.leave(app, teams[0], anna)
    answer = make.answer_of(ask(browser, ledger, prompt="none", id_token_hint=hint))
    assert answer["error"] == "consent_required"
    page = ask(browser, ledger, id_token_hint=hint)
    assert choices(page) == ["", teams[1].id]
    assert chosen(page) == []


@pytest.mark.parametrize("sent", ["", "nobody", "0" * 32, "x" * 5000, "⛵", "' OR 1=1 --"])
def test_a_team_one_is_not_in_is_refused_with_the_list_as_it_is(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team], sent: str
) -> None:
    theirs = make.make_team(app, make.make_user(app), "Strangers")
    page = ask(browser, ledger)
    again = make.decide(browser, page, ticked=["openid"], team=sent or theirs.id)
    assert again.status_code == 422
    assert problem(again) == "You are not in this team, or no longer. These are your teams now."
    assert choices(again) == ["", teams[0].id, teams[1].id]
    assert "Strangers" not in again.text
    with app.app_context():
        assert db.session.scalars(select(Consent)).all() == []


def test_a_team_one_has_just_left_is_refused_and_the_rest_of_the_form_kept(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    page = ask(browser, ledger)
    teams_of.leave(app, teams[0], anna)
    again = make.decide(browser, page, team=teams[0].id)
    assert (again.status_code, choices(again)) == (422, ["", teams[1].id])
    assert 'value="email" checked' in again.text
    teams_of.leave(app, teams[1], anna)
    again = make.decide(browser, again, team=teams[1].id)
    assert problem(again) == "You are not in this team, or no longer. You can give access for yourself."
    assert team_of(teams_of.tokens(browser, ledger, make.decide(browser, again))) is None


def test_declining_needs_no_team(browser: FlaskClient, ledger: make.App, teams: list[make.Team]) -> None:
    assert make.answer_of(make.decide(browser, ask(browser, ledger), "deny"))["error"] == "access_denied"


def test_a_person_with_fifty_teams_reads_them_all(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App
) -> None:
    made = [make.make_team(app, anna, f"Team <b>{number:02}</b>") for number in range(50)]
    page = ask(browser, ledger)
    assert choices(page) == ["", *(team.id for team in made)]
    assert "<b>49" not in page.text
    assert "You are in 50 teams." in page.text
    last = connect(browser, ledger, made[-1].id)
    assert team_of(last) == {"id": made[-1].id, "name": "Team <b>49</b>"}
    assert choices(ask(browser, ledger, prompt="consent"))[:2] == ["", made[-1].id]


def test_disconnecting_one_leaves_the_others_alone(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    got = {team: connect(browser, ledger, team) for team in ("", teams[0].id, teams[1].id)}
    page = browser.get("/account/apps").text
    for words in ("For yourself", "For the team Harbour", "For the team Lighthouse"):
        assert page.count(words) == 1, words
    for ended in (teams[0].id, "", teams[1].id):
        path = f"/account/apps/{ledger.id}/disconnect"
        token = make.csrf_token(browser.get("/account/apps"))
        fields = {"csrf_token": token, **({"team": ended} if ended else {})}
        assert browser.post(path, data=fields).status_code == 302
        answer = got.pop(ended)
        assert make.introspect(browser, ledger, answer["access_token"]) == {"active": False}
        assert make.refresh(browser, ledger, answer["refresh_token"]).status_code == 400
        for team, other in got.items():
            assert make.introspect(browser, ledger, other["access_token"])["active"], team
        again = browser.post(
            path, data={**fields, "csrf_token": make.csrf_token(browser.get("/account/data"))}
        )
        assert again.status_code == 404


def test_leaving_a_team_ends_what_was_given_for_it_and_nothing_else(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    bert = make.make_user(app)
    shared = make.make_team(app, anna, "Shared", developer=bert)
    his = connect(make.browser_of(app, bert), ledger, shared.id, prompt=None)
    got = {team: connect(browser, ledger, team) for team in ("", shared.id, teams[0].id)}
    teams_of.leave(app, shared, anna)
    ended = got.pop(shared.id)
    for name in ("access_token", "refresh_token"):
        assert make.introspect(browser, ledger, ended[name]) == {"active": False}
    assert browser.get("/oauth/userinfo", headers=make.with_token(ended["access_token"])).status_code == 401
    for answer in (his, *got.values()):
        assert make.introspect(browser, ledger, answer["access_token"])["active"]
    assert (
        "The access that you gave an app for the team Shared has ended."
        in browser.get("/account/activity").text
    )


def test_the_pages_are_answered_by_their_own_forms(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    connect(browser, ledger, teams[0].id, prompt=None)
    form = next(form for form in forms_of(browser.get("/account/apps").text) if "team" in form.names)
    browser.post(f"/account/apps/{ledger.id}/disconnect", data=dict(form.filled()))
    assert "Ledger no longer has access for the team Harbour." in browser.get("/account/apps").text
