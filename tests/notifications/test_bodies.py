"""Both bodies of every mail say the same; names stay names, and a button leads where the portal says."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from flask import current_app
from jinja2 import meta

from app.notifications.bodies import as_html, as_text
from app.notifications.message import compose, text_of
from app.notifications.parts import take_apart
from config import CHECKOUT
from tests.site.test_contrast import as_hexadecimal, schemes

FOLDER = CHECKOUT / "templates"
TEMPLATES = sorted(  # text messages have no subject
    path.stem
    for path in (FOLDER / "notifications").glob("*.txt")
    if path.read_text(encoding="utf-8").startswith(("Subject:", '{% extends "layouts/notice.txt" %}'))
)
MARKUP = '<img src=x onerror=alert(1)>{{ 7 * 7 }}&amp;"\'></p><a href="https://evil.example/">'
MOMENT = "2026-03-01T12:30:00+00:00"
ELSEWHERE = "https://evil.example/sign-in"
LAYOUT = {"html", "head", "meta", "title", "style", "body", "div", "span", "h1", "p", "a", "br"}

pytestmark = pytest.mark.any_database


def context_of(template: str, name: str) -> dict[str, str | int | None]:
    """All that a template tells: names are ``name``, links are links of the portal."""
    environment = current_app.jinja_env
    names: set[str] = set()
    for path in (f"notifications/{template}.txt", "layouts/notice.txt"):
        source = (FOLDER / path).read_text(encoding="utf-8")
        names |= meta.find_undeclared_variables(environment.parse(source))
    told: dict[str, str | int | None] = dict.fromkeys(names - set(environment.globals), name)
    links = {each for each in told if each == "link" or each.endswith("_link")}
    told |= {each: f"https://portal.example/{each}?a=1&b=2" for each in links}
    return {**told, "at": MOMENT, "when": MOMENT, "people": 3, "is_earlier": None}


def composed(template: str, locale: str, name: str, **changes: str) -> EmailMessage:
    context = {**context_of(template, name), **changes}
    return compose(
        "anna@example.org",
        locale,
        template,
        context,
        sender="portal@example.org",
        message_id="1@portal.example",
    )


class Page(HTMLParser):
    """The elements, links and words of an HTML body."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.words = ""
        self.source = source
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _value in attrs}
        given = dict(attrs)
        self.words += " " if tag == "br" else ""
        if tag == "a":
            self.links.append((given["class"] or "", given["href"] or ""))

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(mail: EmailMessage) -> Page:
    body = mail.get_body(("html",))
    assert body is not None
    return Page(body.get_content())


def in_words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_attack_a_name_with_markup_stays_a_name_in_every_mail(template: str, locale: str) -> None:
    mail = composed(template, locale, MARKUP)
    page = page_of(mail)
    assert set(page.elements) <= LAYOUT
    assert "onerror" not in page.attributes
    assert not [link for _class, link in page.links if "evil" in link]
    if in_words(MARKUP) in in_words(text_of(mail)):
        assert MARKUP in page.words


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_is_text_and_html_that_say_the_same(template: str, locale: str) -> None:
    mail = composed(template, locale, "Anna")
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    page, text = page_of(mail), text_of(mail)
    links = re.findall(r"https://\S+", text)
    assert [link for _class, link in page.links] == links, "every link of the text, in its order"
    assert [kind for kind, _link in page.links if kind == "press"] == ["press"] * bool(links)
    for paragraph in text.split("\n\n"):
        if paragraph.strip() and not paragraph.startswith("https://") and paragraph != text.split("\n\n")[-1]:
            assert in_words(paragraph) in in_words(page.words)
    assert "Pforte" in text
    assert "Pforte" in page.words
    assert f'<html lang="{locale}">' in page.source
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None, "docs/decisions/0036-mails.md"


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_mail_fetches_anything(template: str) -> None:
    page = page_of(composed(template, "en", "Anna"))
    assert not page.attributes & {"src", "srcset", "background", "poster", "data"}
    assert not re.search(r"url\(|@import|http-equiv", page.source)


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    "name", [f"Anna\n\n{ELSEWHERE}\n\n", f"\ue000Choose a password\ue000{ELSEWHERE}\ue000", ELSEWHERE]
)
def test_attack_a_name_that_is_a_link_becomes_no_button(name: str) -> None:
    for template in ("reset_password", "set_password", "secret_added"):
        assert ELSEWHERE not in [link for _class, link in page_of(composed(template, "en", name)).links]


@pytest.mark.usefixtures("app_context")
def test_a_link_without_a_label_is_a_button_too() -> None:
    link = "https://portal.example/x"
    parts = take_apart(f"It is here:\n\n{link}\n\nIt works once.", {"link": link})
    page = Page(as_html("A page", parts, ["Pforte"], "en"))
    assert page.links == [("press", link)]
    assert "Open the page" in page.words
    assert as_text(parts, ["Pforte"]) == f"It is here:\n\n{link}\n\nIt works once.\n\nPforte\n"


@pytest.mark.usefixtures("app_context")
def test_lines_are_short_enough_for_every_server() -> None:
    mail = composed("secret_added", "en", "x" * 3000)
    assert max(map(len, mail.as_bytes().splitlines())) <= 998
    assert "x" * 3000 in page_of(mail).words


def test_the_colours_of_mails_are_those_of_the_pages() -> None:
    source = (FOLDER / "layouts" / "mail.html").read_text(encoding="utf-8")
    known = {as_hexadecimal(colour) for scheme in schemes().values() for colour in scheme.values()}
    assert set(re.findall(r"#[0-9a-f]{6}", source)) <= known
