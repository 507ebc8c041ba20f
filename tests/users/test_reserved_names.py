"""Usernames that people take for somebody of the portal are not for everybody."""

import pytest
from flask import Flask

from app.account.email_links import Purpose, create_link
from app.database.rows import db
from app.users import lookalikes
from tests import factories as make
from tests.account.visitor import PASSWORD, submit

pytestmark = pytest.mark.any_database
BORROWED = [
    "admin",
    "Administrator",
    "root",
    "support",
    "security",
    "postmaster",
    "ADMIN",
    "adm1n",
    "s.u.p.p.o.r.t",
    "r00t",
    "Pforte",
    "Pforte-Security",
    "anna.support",
    "verified_root",
    *("verified", "Verified", "v3rified", "anna.verified", "verifiziert", "sup.port", "no-reply", "noreply"),
    *(
        "hostmaster",
        "webmaster",
        "abuse",
        "ssladmin",
        "ssl-admin",
        "sysadmin",
        "mailer-daemon",
        "MAILER-DAEMON",
    ),
    *(
        "info",
        "Info",
        "in.fo",
        "ｉｎｆｏ",
        "help",
        "mail",
        "www",
        "billing",
        "sales",
        "marketing",
        "news",
        "noc",
        "ftp",
    ),
    *("TechSupport", "techSUPPORT", "TECHsupport", "ITSupport", "mySecurityName", "PforteTeam", "TeamPforte"),
    *("Admin2Go", "admin1", "24support", "Go2Supp0rt", "Tech5upport"),
    *(
        "ᴀᴅᴍɪɴ",
        "Techꜱᴜᴘᴘᴏʀᴛ",
        "ᴛᴇᴄʜsupport",
        "ᵃᵈᵐⁱⁿ",
        "ａｄｍｉｎ",
        "suppørt",
        "ꓢꓴꓑꓑꓳꓣꓔ",
    ),
]


def fields(username: str) -> dict[str, str]:
    return {"username": username, "email": "new@example.org", "password": PASSWORD}


@pytest.mark.parametrize("username", BORROWED)
def test_attack_somebody_registers_as_the_administration(app: Flask, username: str) -> None:
    page = submit(app.test_client(), "/register", **fields(username))
    assert page.status_code == 422
    assert "Only an administrator gives this username." in page.text
    answer = app.test_client().post("/api/register", json=fields(username))
    assert answer.status_code == 422
    assert make.make_user(app, username, email="new@example.org").id


@pytest.mark.parametrize(
    "username",
    [
        "administratrix",
        "adminton",
        "rooted",
        "supporter",
        "badminton",
        "Badminton2000",
        "secure.ly",
        "Disadvantage",
        "McSupporting",
        "techsupporting",
        "Ingø",
        "Łukasz",
        "Đorđe",
        "anna2",
        *("mali", "anna.mail", "infobert", "news-fan", "helper", "salesia"),
    ],
)
def test_names_that_only_begin_alike_are_free(app: Flask, username: str) -> None:
    assert app.test_client().post("/api/register", json=fields(username)).status_code == 201


def test_the_first_administrator_may_be_called_so(app: Flask) -> None:
    with app.app_context():
        path = f"/setup/{create_link(Purpose.SETUP)}"
        db.session.commit()
    browser = app.test_client()
    assert submit(browser, path, **fields("admin")).headers["Location"] == "/account"


def test_attack_a_name_of_a_million_letters_costs_no_time(app: Flask) -> None:
    username = "a\u0301\u0316" * 20_000
    assert submit(app.test_client(), "/register", **fields(username)).status_code == 422


def test_the_administrator_may_be_called_so_by_command(app: Flask) -> None:
    create = ["user", "create", "admin", "admin@example.org", "--admin"]
    assert app.test_cli_runner().invoke(args=create).exit_code == 0


def test_a_skeleton_is_what_a_name_looks_like() -> None:
    assert lookalikes.skeleton("PayPaI") == lookalikes.skeleton("paypal") == lookalikes.skeleton("Раураl")
    assert lookalikes.claims("Ask the Adm1ns", ["admin"]) == "admin"
    assert lookalikes.claims("Badminton", ["admin"]) is None
