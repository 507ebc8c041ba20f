"""Twenty people accept one invitation at the same moment: one gets an account, and nobody a trace of one."""

from collections import Counter

import pytest
import requests

from tests.races.test_races import SECONDS, at_once
from tests.support.databases import KINDS
from tests.support.html_forms import forms_of
from tests.support.people import PASSWORD
from tests.support.portals import StartPortal


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_of_twenty_acceptances_of_one_invitation_one_wins(start_portal: StartPortal, kind: str) -> None:
    portal = start_portal(kind, workers=2, REGISTRATION="invite")
    link = portal.flask_json("invite", "create", "anna@example.org")["url"]
    browsers = [requests.Session() for _number in range(20)]
    pages = [browser.get(link, timeout=SECONDS) for browser in browsers]

    def accept(number: int) -> requests.Response:
        form = next(form for form in forms_of(pages[number].text) if "password" in form.names)
        sent = form.filled(username=f"anna{number}", email=f"anna{number}@example.org", password=PASSWORD)
        return browsers[number].post(link, data=sent, allow_redirects=False, timeout=SECONDS)

    answers = Counter(answer.status_code for answer in at_once(20, accept))
    assert answers[303] == 1, answers
    assert set(answers) <= {303, 403, 422, 503}, answers
    people = portal.flask_json("user", "list")
    assert len(people) == 1, people
    assert "Traceback" not in portal.log
