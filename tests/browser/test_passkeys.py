"""Passkeys in Chromium, with its virtual authenticator."""

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port

LIST = "/account/security/passkeys"
INTERNAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "defaultBackupEligibility": True,
    "defaultBackupState": True,
}
WITHOUT_SUGGESTIONS = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
WAITS = """
  const get = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = async (options) => {
    await new Promise((goOn) => { window.goOn = goOn; document.body.dataset.waits = ""; });
    return get(options);
  };
"""
# The shell has no password manager, which makes such a passkey in people's Chromium: here anybody may be made one.
MAKES_UNASKED = """
  const create = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = ({mediation, ...options}) => {
    sessionStorage.asked = Number(sessionStorage.asked ?? 0) + 1;
    return mediation === "conditional" && !window.refuses ? create(options) : Promise.reject(new Error());
  };
"""


class Device:
    """A browser with an authenticator in it."""

    def __init__(self, page: Page, **changes: Any) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL | changes})
        self.authenticator = {"authenticatorId": added["authenticatorId"]}

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        """What the authenticator keeps."""
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", self.authenticator)[
            "credentials"
        ]
        return found

    def turn_off_verification(self) -> None:
        """Put the passkey into an authenticator that asks for no more than a touch."""
        passkey = self.passkeys[0]
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", self.authenticator)
        touched = {"hasUserVerification": False, "isUserVerified": False}
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL | touched})
        self.authenticator = {"authenticatorId": added["authenticatorId"]}
        self.cdp.send("WebAuthn.addCredential", {**self.authenticator, "credential": passkey})

    def add_passkey(self, portal: Portal) -> None:
        """Press the button of the list."""
        self.page.goto(f"{portal.url}{LIST}")
        self.page.click("[data-passkey-create] button")
        self.page.wait_for_selector(".flashes .notice--ok")

    def sign_out(self, portal: Portal) -> None:
        self.page.goto(f"{portal.url}/account")
        self.page.evaluate("document.querySelector('form[action$=\"/logout\"]').requestSubmit()")
        self.page.wait_for_url(f"{portal.url}/")


@pytest.fixture(scope="module")
def named_portal(databases: Any) -> Iterator[Portal]:
    """A portal with a name, where there are passkeys."""
    from tests.support.portals import running_portal

    port = str(free_port())
    changes = {"SERVER_PORT": port, "ISSUER": f"http://localhost:{port}"}
    with running_portal(databases.new_url("sqlite"), workers=2, **changes) as running:
        yield running


def test_a_passkey_is_suggested_beside_the_name(named_portal: Portal, open_page: OpenPage) -> None:
    device = Device(page := open_page())
    walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    (passkey,) = device.passkeys
    assert passkey["isResidentCredential"]
    device.sign_out(named_portal)
    page.goto(f"{named_portal.url}/login?next=/account/profile")
    page.wait_for_url(f"{named_portal.url}/account/profile")
    assert walks.complaints(page) == []


def test_a_box_that_is_ticked_while_a_passkey_is_suggested_counts(
    named_portal: Portal, open_page: OpenPage
) -> None:
    device = Device(page := open_page())
    walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    page.context.clear_cookies()
    page.add_init_script(WAITS)
    page.goto(f"{named_portal.url}/login")
    page.wait_for_selector("[data-waits]")
    page.check("[name=ephemeral]")
    page.evaluate("window.goOn()")
    page.wait_for_url(f"{named_portal.url}/account")
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["expires"] > 0] == []
    page.goto(f"{named_portal.url}/account/sessions")
    assert "only here and only now" in page.inner_text("main")


def test_a_button_asks_where_the_browser_has_no_suggestions(
    named_portal: Portal, open_page: OpenPage
) -> None:
    device = Device(page := open_page("de-DE", size=(390, 800)))
    page.add_init_script(WITHOUT_SUGGESTIONS)
    walks.register(page, named_portal.url, locale="de")
    page.goto(f"{named_portal.url}/account")
    device.add_passkey(named_portal)
    device.sign_out(named_portal)
    page.goto(f"{named_portal.url}/login")
    assert walks.barriers(page) == []
    page.click("[data-passkey-get] button")
    page.wait_for_url(f"{named_portal.url}/account")
    walks.check(page, f"{named_portal.url}{LIST}")


def test_a_removed_passkey_is_forgotten_by_what_keeps_it(named_portal: Portal, open_page: OpenPage) -> None:
    device = Device(page := open_page())
    page.add_init_script(WITHOUT_SUGGESTIONS)
    walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    page.click("form[action$='/remove'] button")
    page.wait_for_selector(".flashes .notice--ok")
    for _each in range(50):
        if not device.passkeys:
            break
        page.wait_for_timeout(100)
    assert device.passkeys == []
    device.sign_out(named_portal)
    page.goto(f"{named_portal.url}/login")
    page.click("[data-passkey-get] button")
    expect(page.locator("[data-passkey-problem] p")).to_contain_text("No passkey was used")


def test_a_passkey_nobody_knows_is_refused_and_the_browser_told(
    named_portal: Portal, open_page: OpenPage
) -> None:
    device = Device(page := open_page())
    page.add_init_script(WITHOUT_SUGGESTIONS)
    walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    passkey = device.passkeys[0]
    page.click("form[action$='/remove'] button")
    page.wait_for_selector(".flashes .notice--ok")
    device.sign_out(named_portal)
    if not device.passkeys:
        device.cdp.send("WebAuthn.addCredential", {**device.authenticator, "credential": passkey})
    page.goto(f"{named_portal.url}/login")
    page.click("[data-passkey-get] button")
    expect(page.locator("[data-passkey-problem] p")).to_contain_text("belongs to no account here")


def test_a_passkey_confirms_who_is_there(named_portal: Portal, open_page: OpenPage) -> None:
    device = Device(page := open_page())
    walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    page.goto(f"{named_portal.url}/reauthenticate?next=/account/security")
    page.click("[data-passkey-get] button")
    page.wait_for_url(f"{named_portal.url}/account/security")


@pytest.mark.parametrize("verifies", [True, False])
def test_a_passkey_is_used_in_place_of_a_code(
    named_portal: Portal, open_page: OpenPage, verifies: bool
) -> None:
    device = Device(page := open_page())
    page.add_init_script(WITHOUT_SUGGESTIONS)
    name = walks.register(page, named_portal.url)
    device.add_passkey(named_portal)
    page.goto(f"{named_portal.url}/account/security/totp")
    key = page.inner_text("#totp-key").replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(key).now())
    walks.send(page)
    page.wait_for_load_state("networkidle")
    device.sign_out(named_portal)
    if not verifies:
        device.turn_off_verification()
    page.goto(f"{named_portal.url}/login")
    walks.sign_in(page, name)
    page.wait_for_url(f"{named_portal.url}/login/verify")
    assert walks.barriers(page) == []
    page.click("[data-passkey-get] button")
    page.wait_for_url(f"{named_portal.url}/account")


def test_after_a_password_the_browser_makes_one_once(named_portal: Portal, open_page: OpenPage) -> None:
    device = Device(page := open_page())
    name = walks.register(page, named_portal.url)
    device.sign_out(named_portal)
    page.add_init_script(MAKES_UNASKED)
    page.goto(f"{named_portal.url}/login")
    walks.sign_in(page, name)
    expect(page.locator("[data-passkey-unasked]")).to_contain_text("Your browser has made a passkey")
    assert len(device.passkeys) == 1
    assert walks.barriers(page) == []
    page.goto(f"{named_portal.url}/account/profile")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.asked") == "1"


def test_a_browser_that_refused_is_not_asked_again(named_portal: Portal, open_page: OpenPage) -> None:
    device = Device(page := open_page())
    page.add_init_script(f"window.refuses = true; {MAKES_UNASKED}")
    walks.register(page, named_portal.url)
    for _again in range(2):
        page.goto(f"{named_portal.url}/account/profile")
        page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.asked") == "1"
    assert device.passkeys == []
    assert page.is_hidden("[data-passkey-unasked]")


def test_at_another_address_nothing_is_offered(named_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(WITHOUT_SUGGESTIONS)
    page.goto(f"{named_portal.local}/login")
    page.wait_for_load_state("networkidle")
    assert page.is_hidden("[data-passkey-get]")


def test_without_a_name_the_portal_says_why(start_portal: StartPortal, open_page: OpenPage) -> None:
    portal = start_portal("sqlite", workers=1)
    page = open_page()
    walks.register(page, portal.url)
    page.goto(f"{portal.url}/account/security")
    port = portal.environ["SERVER_PORT"]
    assert f"ISSUER=http://localhost:{port}" in page.inner_text("main")
    walks.check(page, f"{portal.url}{LIST}")
    assert "no passkeys: ISSUER has an IP address" in portal.flask("doctor", check=False).stdout


def test_without_javascript_the_sign_in_is_as_before(named_portal: Portal, open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto(f"{named_portal.url}/login")
    assert page.locator("main button:visible").count() == 1
    assert page.get_attribute("[name=username]", "autocomplete") == "username webauthn"
