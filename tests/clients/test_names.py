"""What an app may be called: people read it on the consent page and believe it."""

import pytest
from flask import Flask

from app.clients import verified
from app.clients.details import OPERATOR_LIMITS, Details, Limits, numbered
from app.clients.refusals import ClientRefused, Reason
from app.clients.registration import edit_client, find_client, register_client
from app.database.rows import db
from app.users.display_names import name_key, tidy
from tests import factories as make
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database


def refused(app: Flask, name: str, **limits: Limits) -> Reason | None:
    """Why an app may not be registered under ``name``; None where it may."""
    with app.app_context():
        try:
            register_client(
                Details(name=name, redirect_uris=numbered([make.CALLBACK])),
                owner_id=None,
                actor_id=None,
                **limits,
            )
        except ClientRefused as error:
            return error.problems[0].reason
        finally:
            db.session.rollback()
    return None


@pytest.mark.parametrize(
    "name",
    ["Pforte", "Pforte Administration", "Pforte API", "My-Pforte", "P.f.o.r.t.e", "Pf0rte", "PFORTE",
     "🔒 Ledger", "Ledger ✔", "Ledger ✅", "Customer Support", "S u p p o r t", "Ｓｕｐｐｏｒｔ", "Súpport", "Security desk", "Secur1ty",
     "Admin", "Adm1n", "Administration", "VERIFIED app", "Verifizierte App", "TechSupport", "techSUPPORT", "TECHsupport", "ITSupport",
     "PforteTeam", "mySecurityApp", "Admin2Go", "Go2Support", "24support", "Tech5upport", "DasGeprüftePortal",
     "ᴀᴅᴍɪɴ", "Techꜱᴜᴘᴘᴏʀᴛ", "ᴛᴇᴄʜsupport", "ᵃᵈᵐⁱⁿ", "suppørt", "🅰🅳🅼🅸🅽", "🅢upport", "🇦🇩🇲🇮🇳", "ꓢꓴꓑꓑꓳꓣꓔ", "ᴘꜰᴏʀᴛᴇ", "ᴠᴇʀɪꜰɪᴇᴅ Ledger",
     "pƒorte", "v℮rified", "P₣orte", "℘forte", "V€rified Ledger", "supp○rt", "Sup port", "sup-port", "Sup-port Team", "Sup . port", "Ad min"],
)  # fmt: skip
def test_attack_an_app_that_is_called_like_the_portal_or_its_people(app: Flask, name: str) -> None:
    assert refused(app, name) is Reason.BORROWED
    assert refused(app, name, limits=OPERATOR_LIMITS) is None


@pytest.mark.parametrize(
    "name", ["Zаpier", "Ρaypal", "Gооgle Docs", "ѕuррort", "Tech ѕupport", "Suppօrt", "ꓢupport"]
)  # with a Cyrillic а, a Greek Ρ, Cyrillic оо, ѕ and рр, an Armenian օ, a Lisu ꓢ
def test_attack_letters_of_two_scripts_in_a_word(app: Flask, name: str) -> None:
    assert refused(app, name) is Reason.MIXED_SCRIPTS


@pytest.mark.parametrize("name", ["PayPaI", "Paypa1", "PAYPAL.", "pay pal", "Раураӏ"])
def test_attack_a_name_that_looks_like_that_of_a_vouched_for_app(app: Flask, name: str) -> None:
    owner = make.make_user(app)
    client = make.make_client(app, owner, name="PayPal")
    assert refused(app, "PayPaI") is None
    with app.app_context():
        verified.trust_client(find_client(client.id), actor_id=owner.id)
        db.session.commit()
    assert refused(app, name) is Reason.TAKEN


@pytest.mark.parametrize(
    "name",
    ["Badminton Club", "BadmintonClub 2000", "Disadvantage", "sysadministry", "Łódź Ørsted", "🇩🇪 Ledger", "Ledger4You", "Ledger", "Zapier 2", "Бухгалтерия", "Бухгалтерия Ledger", "Λογιστικά", "東京 Tokyo", "Team ❤️", "☕️ Kaffeekasse",
     "👩‍💻 Dev", "👩🏽‍💻 Dev", "نرم‌افزار", "Café Portal", "Bürgerportal", "Nadmiar", "Überstunden",
     "Sup port city", "Ad minimum", "1️⃣ App", "#️⃣ Chat", "*️⃣", "1⃣ App", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ledger", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏳️‍🌈 Ledger", "ℹ️ Desk", "㊗️ Club", "🏴 Ledger"],
)  # fmt: skip
def test_names_as_people_write_them_are_taken(app: Flask, name: str) -> None:
    assert refused(app, name) is None


@pytest.mark.parametrize(
    "name",
    ["Ledger\ufe0f", "1\ufe0f App", "a\ufe0f\u20e3", "あ\ufe0f", "❤\ufe0f\ufe0f", "Led\u200dger", "❤\u200d", "\u20e3\ufe0f App",
     "Ledger\U000e0067\U000e007f", "🏴\U000e0067\U000e0062 App", "🏴\U000e007f App", "😀\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
     "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all") + "\U000e007f"],
)  # fmt: skip
def test_attack_signs_that_nobody_sees_outside_of_emoji(app: Flask, name: str) -> None:
    assert refused(app, name) is Reason.INVISIBLE


def test_signs_that_nobody_sees_make_no_other_name() -> None:
    assert name_key("Team ❤️") == name_key("Team ❤")
    assert name_key("1️⃣ App") == name_key("1⃣ App")
    assert tidy("Café\u00a0Portal") == "Café Portal"


def test_the_host_of_the_portal_is_no_part_of_a_name(app_with: MakeApp) -> None:
    app = app_with(ISSUER="https://id.example.org")
    assert refused(app, "Sign in at ID.example.org") is Reason.BORROWED
    assert refused(app, "Example Ledger") is None


def test_an_older_name_stays_until_it_is_changed(app: Flask) -> None:
    owner = make.make_user(app)
    client = make.make_client(app, owner, name="Admin Tools")
    with app.app_context():
        row = find_client(client.id)
        details = Details(name="Admin Tools", description="new", redirect_uris=numbered([make.CALLBACK]))
        assert edit_client(row, details, actor_id=owner.id)
        with pytest.raises(ClientRefused):
            edit_client(
                row, Details(name="Admin Tool", redirect_uris=numbered([make.CALLBACK])), actor_id=owner.id
            )
