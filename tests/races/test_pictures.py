"""Several pictures of one person at once, on several workers of a real portal: one stays, and it is shown."""

import re
from urllib.parse import urljoin

import requests

from tests.races.test_races import SECONDS, at_once
from tests.support.people import Person
from tests.support.picture_files import picture
from tests.support.portals import Portal

SHOWN = re.compile(r'src="(/pictures/[0-9a-f]{32}\.webp)"')


def test_of_ten_uploads_and_two_removals_at_once_what_the_page_shows_is_there(portal: Portal) -> None:
    person = Person(portal.url).register()
    page = f"{portal.url}/account/profile"
    person.open("/account/profile")
    token = dict(person.form("csrf_token", "given_name").fields)["csrf_token"]
    cookies = person.browser.cookies.get_dict()

    def work(index: int) -> requests.Response:
        url = urljoin(page, "profile/picture/remove") if index >= 10 else page
        files = {} if index >= 10 else {"picture": ("me.png", picture(size=(50 + index, 80)))}
        return requests.post(
            url,
            {"csrf_token": token, "given_name": f"Anna {index}"},
            files=files,
            cookies=cookies,
            allow_redirects=False,
            timeout=SECONDS,
        )

    for _round in range(3):
        answers = at_once(12, work)
        assert {answer.status_code for answer in answers} == {303}, [answer.text[:300] for answer in answers]
        person.open("/account/profile")
        shown = set(SHOWN.findall(person.text))
        assert len(shown) <= 1
        for path in shown:
            assert requests.get(urljoin(page, path), timeout=SECONDS).status_code == 200
    assert work(0).status_code == 303
    person.open("/account/profile")
    assert len(set(SHOWN.findall(person.text))) == 1
