import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clients.models import Client
from app.diagnostics import causes
from tests.authentication.visitors import csrf_token, make_user, sign_in
from tests.diagnostics.answers import CALLBACK, answer, everything_kept, flush, make_client

SENT = "https://app.example.org/callback/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def owner(app: Flask) -> str:
    """Anna, who owns the app."""
    return make_user(app)


@pytest.fixture
def client_id(app: Flask, owner: str) -> str:
    """Anna's app."""
    return make_client(app, owner)


@pytest.fixture
def annas(app: Flask, owner: str) -> FlaskClient:
    """Her browser."""
    return signed_in(app, "anna")


@pytest.fixture
def strangers(app: Flask) -> FlaskClient:
    """The browser of somebody else with an account."""
    make_user(app, "bert", "bert@example.org")
    return signed_in(app, "bert")


@pytest.fixture
def administrators(app: Flask) -> FlaskClient:
    """The browser of an administrator."""
    make_user(app, "root", "root@example.org", is_admin=True)
    return signed_in(app, "root")


def signed_in(app: Flask, username: str) -> FlaskClient:
    browser = app.test_client()
    assert sign_in(browser, username).status_code == 303
    return browser


def mismatch(app: Flask, client_id: str, sent: str = SENT) -> str:
    return answer(
        app,
        client_id,
        causes.REDIRECT_URI_UNREGISTERED,
        endpoint="authorize",
        parameters={"client_id": client_id, "redirect_uri": sent},
        sent=sent,
        hint="nearest_registered",
        nearest=CALLBACK,
        differs=["trailing_slash"],
    )


def test_the_log_shows_what_was_asked_why_it_was_refused_and_what_to_do(
    app: Flask, annas: FlaskClient, client_id: str
) -> None:
    refused = answer(
        app, client_id, causes.SECRET_REVOKED, secret_name="Old", parameters={"client_secret": "secret"}
    )
    went_on = answer(
        app, client_id, endpoint="authorize", remarks=[causes.STATE_MISSING, causes.NONCE_MISSING]
    )
    fine = answer(app, client_id, endpoint="userinfo")
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log").text
    assert page.index(fine) < page.index(went_on) < page.index(refused)
    assert re.findall(r'data-cause="(\w+)"', page) == ["state_missing", "nonce_missing", "secret_revoked"]
    assert "“Old”, which was revoked: unknown" in page
    assert f'href="/dashboard/apps/{client_id}/secrets"' in page
    assert "(6 characters)" in page


def test_lengths_of_secrets_are_told_in_the_readers_language(
    app: Flask, annas: FlaskClient, client_id: str
) -> None:
    answer(app, client_id, causes.SECRET_REVOKED, secret_name="Old", parameters={"client_secret": "secret"})
    assert (
        "(6 Zeichen)" in annas.get(f"/dashboard/apps/{client_id}/log?locale=de", follow_redirects=True).text
    )


@pytest.mark.parametrize(
    ("language", "length", "more"),
    [("en", "(1 character)", "(2 more)"), ("de", "(1 Zeichen)", "(2 weitere)")],
)
def test_what_is_masked_is_told_in_the_readers_language_wherever_it_stands(
    app: Flask, annas: FlaskClient, client_id: str, language: str, length: str, more: str
) -> None:
    parameters = [("X", "y"), *((f"p{number}", "") for number in range(31))]
    request_id = answer(
        app, client_id, causes.REDIRECT_URI_DIFFERS, parameters=parameters, sent=f"{CALLBACK}?x=1"
    )
    page = annas.get(f"/failures/{request_id}?locale={language}", follow_redirects=True).text
    assert f"{CALLBACK}?x={length}" in page
    assert f"<code>{length}</code></dt><dd><code>{length}" in page  # a name, then its value
    assert more in page
    assert "(1 characters)" not in page


def test_an_address_that_is_shown_whole_is_masked_nowhere(
    app: Flask, annas: FlaskClient, client_id: str
) -> None:
    sent, registered = "https://app.example.org/callback?x=1", "https://app.example.org/callback?x=2"
    request_id = answer(
        app, client_id, causes.REDIRECT_URI_UNREGISTERED, endpoint="authorize",
        parameters={"client_id": client_id, "redirect_uri": sent}, sent=sent, hint="nearest_registered",
        nearest=registered, differs=["query"],
    )  # fmt: skip
    for path in (f"/failures/{request_id}", f"/dashboard/apps/{client_id}/log"):
        page = annas.get(path).text
        assert f"The app sent redirect_uri {sent}. The nearest registered one is {registered};" in page
        assert "character" not in page.split("Secrets, codes and tokens are never kept")[0].split("<main")[1]
    assert sent not in everything_kept(app)  # sealed


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"ok", "gone_on", "refused"}),
        ("?outcome=ok", {"ok", "gone_on"}),
        ("?outcome=refused", {"refused"}),
        ("?cause=state_missing", {"gone_on"}),
        ("?outcome=refused&cause=code_unknown", {"refused"}),
        ("?outcome=ok&cause=code_unknown", set()),
    ],
)
def test_the_log_can_be_narrowed(
    app: Flask, annas: FlaskClient, client_id: str, query: str, shown: set[str]
) -> None:
    rows = {
        "ok": answer(app, client_id),
        "gone_on": answer(app, client_id, remarks=[causes.STATE_MISSING]),
        "refused": answer(app, client_id, causes.CODE_UNKNOWN),
    }
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log{query}").text
    assert {name for name, request_id in rows.items() if request_id in page} == shown
    assert ("No request here matches" in page) == (not shown)


def test_a_page_nobody_was_given_is_not_there(annas: FlaskClient, client_id: str) -> None:
    assert annas.get(f"/dashboard/apps/{client_id}/log?before=-1").status_code == 404


def test_the_filter_offers_the_causes_that_occurred_and_the_chosen_one(
    app: Flask, annas: FlaskClient, client_id: str, owner: str
) -> None:
    answer(app, client_id, causes.CODE_UNKNOWN)
    answer(app, client_id, remarks=[causes.STATE_MISSING, causes.NONCE_MISSING])
    answer(app, make_client(app, owner, name="Other"), causes.SECRET_WRONG)
    flush(app)

    def offered(query: str) -> set[str]:
        page = annas.get(f"/dashboard/apps/{client_id}/log{query}").text
        select = re.search(r'<select[^>]*name="cause".*?</select>', page, re.DOTALL)
        assert select
        assert "<optgroup" in select[0]
        return set(re.findall(r'value="(\w+)"', select[0]))

    occurred = {"code_unknown", "state_missing", "nonce_missing"}
    assert offered("") == occurred
    assert offered("?cause=secret_wrong") == occurred | {"secret_wrong"}


@pytest.mark.parametrize("query", ["outcome=%27", "outcome=went+on", "cause=nothing", "request=what"])
def test_a_filter_that_cannot_be_understood_is_told_beside_its_field(
    app: Flask, annas: FlaskClient, client_id: str, query: str
) -> None:
    answer(app, client_id)
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log?{query}")
    assert page.status_code == 422
    assert f'id="{query.partition("=")[0]}-error"' in page.text
    assert "log__row" not in page.text


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "https://id.example.org/failures/{}?locale=de", "X-Request-Id: {}"]
)
def test_a_request_is_found_by_its_id_or_by_what_holds_it(
    app: Flask, annas: FlaskClient, client_id: str, typed: str
) -> None:
    sought, other = mismatch(app, client_id), answer(app, client_id, causes.CODE_UNKNOWN)
    for written in (sought, sought.upper()):
        query = {"request": typed.format(written), "cause": "code_unknown"}
        page = annas.get(f"/dashboard/apps/{client_id}/log", query_string=query).text
        assert (page.count("log__row"), f"<code>{sought}</code>" in page, other in page) == (1, True, False)


def test_the_request_of_another_app_is_not_found_here(
    app: Flask, annas: FlaskClient, client_id: str, owner: str
) -> None:
    other = make_client(app, owner, name="Other")
    page = annas.get(f"/dashboard/apps/{client_id}/log?request={mismatch(app, other)}")
    assert page.status_code == 200
    assert "This app has no request with this ID" in page.text
    assert "log__row" not in page.text


def test_filter_and_badges_say_the_same_two_words(app: Flask, annas: FlaskClient, client_id: str) -> None:
    answer(app, client_id, remarks=[causes.STATE_MISSING])
    answer(app, client_id, causes.CODE_UNKNOWN)
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log").text
    badges = re.findall(r'class="badge[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page)
    options = re.findall(r'<option value="(?:ok|refused)">([^<]+)<', page)
    assert (sorted(badges), options) == (["ok", "refused"], ["ok", "refused"])


def test_a_log_tells_the_second_in_utc(app: Flask, annas: FlaskClient, client_id: str) -> None:
    answer(app, client_id)
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log").text
    assert re.search(r'<time datetime="[^"]+\+00:00"[^>]*>\w+ \d+, \d\d:\d\d:\d\d UTC</time>', page)


def test_a_person_is_told_that_an_app_is_disabled_where_its_id_is_no_secret(
    app: Flask, strangers: FlaskClient, client_id: str
) -> None:
    for cause, told in ((causes.APP_DISABLED, True), (causes.CLIENT_DISABLED, False)):
        request_id = answer(app, client_id, cause)
        assert ("This app is disabled at the moment" in strangers.get(f"/failures/{request_id}").text) is told


def test_a_failure_of_somebody_elses_app_leads_on(app: Flask, strangers: FlaskClient, client_id: str) -> None:
    path = f"/failures/{answer(app, client_id, causes.SECRET_WRONG)}"
    form = re.search(r'action="(/logout\?next=[^"]+)"', strangers.get(path).text.split("<main", 1)[1])
    assert form
    onward = strangers.post(form[1], data={"csrf_token": csrf_token(strangers, "/account/sessions")})
    assert onward.headers["Location"] == f"/login?next={path}"
    assert f'href="/login?next={path}"' in app.test_client().get(path).text


def test_older_rows_are_one_link_away_and_keep_the_filter(
    app: Flask, annas: FlaskClient, client_id: str
) -> None:
    ids = [answer(app, client_id, causes.CODE_UNKNOWN) for _ in range(53)]
    page = annas.get(f"/dashboard/apps/{client_id}/log?outcome=refused").text
    link = re.search(r'href="([^"]+)" rel="next"', page)
    assert link
    assert "outcome=refused" in link[1]
    older = annas.get(link[1].replace("&amp;", "&")).text
    assert [request_id in older for request_id in ids] == [True] * 3 + [False] * 50
    assert 'rel="next"' not in older


def test_an_empty_log_explains_the_first_request(annas: FlaskClient, client_id: str) -> None:
    page = annas.get(f"/dashboard/apps/{client_id}/log").text
    assert "No requests yet" in page
    assert f"client_id={client_id}&amp;redirect_uri=https%3A//app.example.org/callback" in page


def test_the_log_of_another_person_does_not_exist(
    app: Flask, strangers: FlaskClient, administrators: FlaskClient, client_id: str
) -> None:
    path = f"/dashboard/apps/{client_id}/log"
    assert strangers.get(path).status_code == 404
    assert app.test_client().get(path).status_code == 302
    assert administrators.get(path).status_code == 200
    assert administrators.get(f"/dashboard/apps/{'0' * 32}/log").status_code == 404


@pytest.mark.parametrize("language", ["en", "de"])
def test_anyone_reads_what_a_failure_means_and_nothing_about_the_app(
    app: Flask, strangers: FlaskClient, client_id: str, language: str
) -> None:
    pages = []
    for cause in (causes.SECRET_WRONG, causes.SECRET_MISSING, causes.CLIENT_DISABLED):
        request_id = answer(
            app, client_id, cause, parameters={"client_id": client_id, "scope": "very.special"}
        )
        for browser in (app.test_client(), strangers):
            page = browser.get(f"/failures/{request_id}?locale={language}")
            assert page.status_code == 200
            assert page.headers["X-Robots-Tag"] == "noindex"
            for told in (client_id, "Ledger", "very.special", cause.name, 'id="cause"', "invalid_client"):
                assert told not in page.text
        pages.append(
            re.sub(
                rf"{request_id}|<time.*?</time>|nonce-\w+",
                "",
                app.test_client().get(f"/failures/{request_id}").text,
            )
        )
    assert len(set(pages)) == 1


def test_the_owner_reads_the_cause_the_request_and_the_setting_to_open(
    app: Flask, annas: FlaskClient, administrators: FlaskClient, client_id: str
) -> None:
    request_id = mismatch(app, client_id)
    for browser in (annas, administrators):
        page = browser.get(f"/failures/{request_id}").text
        assert (
            '<code id="cause" data-cause="redirect_uri_unregistered">redirect_uri_unregistered</code>' in page
        )
        assert "https://app.example.org/callback<mark>/</mark>" in page
        # Others than the owner would find nothing there.
        assert (f'href="/dashboard/apps/{client_id}/edit#redirect_uris"' in page) is (browser is annas)
        assert "a slash at the end" in page


def test_a_failure_of_no_app_is_shown_in_full_to_administrators_only(
    app: Flask, annas: FlaskClient, administrators: FlaskClient
) -> None:
    request_id = answer(
        app, cause=causes.CLIENT_UNKNOWN, parameters={"client_id": "my-app"}, hint="of_other_portal"
    )
    assert "my-a… (6 characters)" in administrators.get(f"/failures/{request_id}").text
    for browser in (annas, app.test_client()):
        page = browser.get(f"/failures/{request_id}").text
        assert "No app here has the client ID that was sent. It does not look like a value" in page
        assert "Copy the client ID from the page of the app" in page
        for told in ("my-a", "only the owner of the app", "Use another account", "Sign in as the developer"):
            assert told not in page


def test_what_failed_of_no_app_but_about_a_person_is_explained_to_administrators_only(
    app: Flask, annas: FlaskClient
) -> None:
    request_id = answer(app, cause=causes.ACCOUNT_BLOCKED)
    assert str(causes.ACCOUNT_BLOCKED.why) not in annas.get(f"/failures/{request_id}").text
    assert "only the owner of the app" in annas.get(f"/failures/{request_id}").text


@pytest.mark.parametrize("request_id", ["unknown", "x" * 500, "%00", "ä", "'%20OR%201=1"])
def test_an_unknown_failure_gets_a_kind_page(client: FlaskClient, request_id: str) -> None:
    page = client.get(f"/failures/{request_id}")
    assert page.status_code in (400, 404)
    if page.status_code == 404:
        assert "kept for 30 days" in page.text
        assert page.headers["X-Robots-Tag"] == "noindex"


def test_one_click_of_the_owner_registers_the_redirect_uri_that_was_sent(
    app: Flask, annas: FlaskClient, client_id: str, db_session: Session
) -> None:
    sent = "https://app.example.org/callback/?tenant=secret-of-anna"
    path = f"/failures/{mismatch(app, client_id, sent)}"
    form = {"csrf_token": csrf_token(annas, path)}
    assert "tenant=secret-of-anna" in annas.get(path).text  # who clicks must see what will be registered
    assert annas.post(f"{path}/repair", data=form).status_code == 302
    assert db_session.get_one(Client, client_id).redirect_uri_list == [CALLBACK, sent]
    assert db_session.scalar(select(Event.details).where(Event.kind == "clients.client.changed"))
    page = annas.get(path).text
    assert "The redirect URI is registered." in page
    assert "The redirect URI that was sent is registered by now." in page
    assert "<mark>" not in page
    assert "Register the address that the app sends" not in page
    assert f'action="{path}/repair"' not in page
    assert annas.post(f"{path}/repair", data=form).status_code == 302  # twice does nothing more
    db_session.expire_all()
    assert db_session.get_one(Client, client_id).redirect_uri_list == [CALLBACK, sent]


def test_the_repair_asks_for_the_owner_and_a_csrf_token(
    app: Flask, annas: FlaskClient, strangers: FlaskClient, client_id: str, db_session: Session
) -> None:
    path = f"/failures/{mismatch(app, client_id)}/repair"
    foreign = {"csrf_token": csrf_token(strangers, "/account/sessions")}
    assert annas.post(path).status_code == 400
    assert strangers.post(path, data=foreign).status_code == 404
    assert strangers.post("/failures/unknown/repair", data=foreign).status_code == 404
    assert annas.get(path).status_code == 405
    assert strangers.get(f"{path}/elsewhere").status_code == 404
    assert app.test_client().post(path, data=foreign).status_code in (302, 400)
    assert db_session.get_one(Client, client_id).redirect_uri_list == [CALLBACK]


@pytest.mark.parametrize(
    "sent",
    [
        "javascript:alert(1)//app.example.org/callback", "data:text/html,x", "http://app.example.org/callback",
        "https://app.example.org/callback#x", "https://*.example.org/", "https://app.example.org\\@evil.example/",
        "https://anna@app.example.org/", "//evil.example/", "https://app.example.org/\nhttps://evil.example/",
        "evil:/cb",
    ],
)  # fmt: skip
def test_the_repair_refuses_what_the_edit_page_refuses(
    app: Flask, annas: FlaskClient, client_id: str, db_session: Session, sent: str
) -> None:
    path = f"/failures/{mismatch(app, client_id, sent)}"
    form = {"csrf_token": csrf_token(annas, "/account/sessions")}
    refused = annas.post(f"{path}/repair", data=form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert f'href="{sent}"' not in refused.text
    assert db_session.get_one(Client, client_id).redirect_uri_list == [CALLBACK]


def test_only_a_cause_with_a_repair_can_be_repaired(app: Flask, annas: FlaskClient, client_id: str) -> None:
    request_id = answer(app, client_id, causes.SECRET_WRONG, sent=SENT)
    form = {"csrf_token": csrf_token(annas, "/account/sessions")}
    assert annas.post(f"/failures/{request_id}/repair", data=form).status_code == 404


def test_what_an_app_sends_is_never_markup(app: Flask, annas: FlaskClient, client_id: str) -> None:
    hostile = [
        ("scope", SCRIPT),
        ("redirect_uri", f'https://x.example/"><img src=x onerror=1>{SCRIPT}'),
        (SCRIPT, "x"),
    ]
    shown = answer(
        app, client_id, causes.REDIRECT_URI_UNREGISTERED, parameters=hostile, sent=f"https://x/{SCRIPT}", hint="nearest_registered",
        nearest=SCRIPT, differs=[SCRIPT], remarks=[causes.SCOPE_UNKNOWN], unknown=[SCRIPT],
    )  # fmt: skip
    for path in (f"/dashboard/apps/{client_id}/log", f"/failures/{shown}"):
        page = annas.get(path).text
        assert SCRIPT not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_the_owner_sees_how_many_refusals_were_counted_only(
    app: Flask, annas: FlaskClient, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.diagnostics.request_log.cap.PER_MINUTE", 2)
    for _ in range(5):
        answer(app, client_id, causes.SECRET_WRONG)
    monkeypatch.setattr("app.diagnostics.request_log.cap.MINUTE", 0.0)
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log").text
    assert page.count('data-cause="secret_wrong"') == 2
    assert "In the same minute 3 more requests were refused" in page
