"""What a mail says, and that nobody makes it say something else."""

from email.message import EmailMessage

import pytest
from flask import Flask

from app.notifications.bodies import LINE
from app.notifications.mail import queue_mail
from app.notifications.message import compose, message_id
from app.notifications.refusals import NotAMail
from tests.support.mailboxes import link_in, text_of

LINK = "https://portal.example/reset-password/pf_link_" + "a-b_" * 30
CONTEXT = {
    "link": LINK,
    "host": "portal.example",
    "username": "anna",
    "at": "2026-03-01T12:30:00+00:00",
}
TEMPLATES = [
    *("verify_email", "reset_password", "set_password", "password_changed"),
    *("email_changed", "email_given_back", "email_taken_back"),
]


def composed(template: str = "reset_password", to: str = "anna@example.org", **context: str) -> EmailMessage:
    return compose(
        to,
        "en",
        template,
        {**CONTEXT, **context},
        sender="Pforte <portal@example.org>",
        message_id="1@portal.example",
    )


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_a_subject_a_portal_and_short_lines(template: str) -> None:
    mail = composed(template)
    assert mail["Subject"]
    assert "portal.example" in text_of(mail)
    assert all(len(line) <= LINE or line == LINK for line in text_of(mail).splitlines())
    assert "None" not in text_of(mail)


@pytest.mark.usefixtures("app_context")
def test_a_long_link_stays_in_one_piece_as_it_travels() -> None:
    mail = composed()
    assert link_in(mail) == LINK
    assert LINK.encode() in mail.as_bytes()


@pytest.mark.usefixtures("app_context")
def test_a_line_longer_than_mail_allows_arrives_whole() -> None:
    link = "https://portal.example/reset-password/x?next=" + "y" * 3000
    mail = composed(link=link)
    assert max(map(len, mail.as_bytes().splitlines())) <= 998
    assert link_in(mail) == link


@pytest.mark.usefixtures("app_context")
def test_moments_are_written_as_people_write_them() -> None:
    assert "on March 1, 2026" in " ".join(text_of(composed("password_changed")).split())


@pytest.mark.usefixtures("app_context")
def test_no_machine_answers_these_mails() -> None:
    assert composed()["Auto-Submitted"] == "auto-generated"


def test_the_id_of_a_mail_is_ascii_where_the_issuer_is_not() -> None:
    assert message_id("1", "https://müller.example:8443") == "1@xn--mller-kva.example"


INJECTIONS = ["\r\nBcc: all@example.org", "\nBcc: all@example.org", "\rBcc: all@example.org", "\x00", "\x0b"]


@pytest.mark.any_database
@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("place", ["before", "after"])
def test_an_address_cannot_add_headers(app: Flask, injection: str, place: str) -> None:
    address = f"{injection}anna@example.org" if place == "before" else f"anna@example.org{injection}"
    with app.app_context(), pytest.raises(ValueError, match="without control characters"):
        queue_mail(address, "en", "reset_password", **CONTEXT)


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("injection", INJECTIONS[:3])
def test_an_address_that_got_into_the_outbox_cannot_add_headers_either(injection: str) -> None:
    with pytest.raises(NotAMail):
        composed(to=f"anna@example.org{injection}")


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("injection", INJECTIONS[:3])
def test_what_a_mail_tells_cannot_add_headers(injection: str) -> None:
    mail = composed(username=f"anna{injection}", host=f"portal{injection}")
    assert mail["Bcc"] is None
    assert mail.get_all("Subject") == ["Choose a new password"]


@pytest.mark.usefixtures("app_context")
def test_a_name_is_written_as_it_is_and_not_as_markup_or_template() -> None:
    assert "{{ 7 * 7 }} <b>&" in text_of(composed(username="{{ 7 * 7 }} <b>&"))
