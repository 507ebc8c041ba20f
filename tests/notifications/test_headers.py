"""What people typed arrives in a header letter by letter: neither decoded nor as another header."""

import smtplib
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.notifications import headers
from app.notifications.addresses import in_ascii, is_mailbox
from app.users.names import fold_email

ENCODED = "=?utf-8?q?Your=20password=3a?="
TYPED = [
    ENCODED,
    f"App {ENCODED} is new",
    f"é {ENCODED}",
    "=?utf-8?q?",
    "=?utf-8?b?SGVsbG8=?= =?utf-8?b?SGVsbG8=?=",
    "Käthe's “app”",
    "plain and long " * 20,
    "Ümläut " * 40,
    "x" * 2000,
]
SENDERS = [
    ("portal@example.org", "", "portal@example.org"),
    ("Pforte <portal@example.org>", "Pforte", "portal@example.org"),
    ("Pförtner <portal@example.org>", "Pförtner", "portal@example.org"),
    ('"Müller, Käthe" <id@example.org>', "Müller, Käthe", "id@example.org"),
    ("Example Ltd, IT department <id@example.org>", "Example Ltd, IT department", "id@example.org"),
    ("Portal [Nord] <id@example.org>", "Portal [Nord]", "id@example.org"),
    ("Portal (Nord) <id@example.org>", "Portal (Nord)", "id@example.org"),
    ("Portal @ Firma <id@example.org>", "Portal @ Firma", "id@example.org"),
    ("Support: Portal <id@example.org>", "Support: Portal", "id@example.org"),
    ("Jörg; Portal <id@example.org>", "Jörg; Portal", "id@example.org"),
    (r'"a \"b\" c" <id@example.org>', 'a "b" c', "id@example.org"),
    (f"{ENCODED} <id@example.org>", ENCODED, "id@example.org"),
]


def as_sent(name: str, value: str) -> bytes:
    message = EmailMessage(policy=headers.AS_WRITTEN)
    message[name] = value
    return message.as_bytes()


def as_read(source: bytes, name: str) -> tuple[str, str]:
    """The header as the library reads it now, and as it did of old."""
    modern = message_from_bytes(source, policy=policy.default)[name]
    old = message_from_bytes(source, policy=policy.compat32)[name]
    return str(modern), str(make_header(decode_header(old)))


@pytest.mark.parametrize("typed", TYPED)
def test_an_encoded_word_in_a_subject_arrives_undecoded(typed: str) -> None:
    source = as_sent("Subject", headers.words(typed, "Subject"))
    expected = " ".join(typed.split())
    assert as_read(source, "Subject") == (expected, expected)
    assert max(map(len, source.splitlines())) <= headers.LONGEST_LINE


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r\n\r\n"])
def test_a_line_end_in_a_subject_begins_no_header(end: str) -> None:
    source = as_sent("Subject", headers.words(f"App{end}Bcc: all@example.org", "Subject"))
    message = message_from_bytes(source, policy=policy.default)
    assert message.keys() == ["Subject"]
    assert message["Subject"] == "App Bcc: all@example.org"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_no_header_is_kept_that_begins_another_one(end: str) -> None:
    with pytest.raises(ValueError, match="must not begin another one"):
        EmailMessage(policy=headers.AS_WRITTEN)["Subject"] = f"App{end}Bcc: all@example.org"


@given(st.text(max_size=200))
def test_every_text_arrives_as_it_was_given(typed: str) -> None:
    expected = " ".join(typed.encode("utf-8", "replace").decode().split())
    source = as_sent("Subject", headers.words(expected, "Subject"))
    assert message_from_bytes(source, policy=policy.default)["Subject"] == expected


@pytest.mark.parametrize(("text", "name", "address"), SENDERS)
def test_a_sender_has_the_name_and_the_address_that_were_set(text: str, name: str, address: str) -> None:
    source = as_sent("From", headers.sender(text))
    (found,) = message_from_bytes(source, policy=policy.default)["From"].addresses
    assert (found.display_name, found.addr_spec) == (name, address)
    assert headers.address_of(text) == address


@pytest.mark.parametrize(
    "domain",
    [
        "bücher.example",
        "BÜCHER.example",
        "straße.example",
        "ｂücher.example",
        "bücher。example",
        "例え.テスト",
    ],
)
def test_the_domain_that_travels_is_the_one_that_is_compared(domain: str) -> None:
    travels = in_ascii(f"anna@{domain}")
    assert travels.isascii()
    assert fold_email(travels) == fold_email(f"anna@{domain}")
    assert in_ascii(travels) == travels


@pytest.mark.parametrize("address", ["anna@😀.example", "anna@a_b.bücher.example", "jörg@example.org"])
def test_what_has_no_form_in_ascii_stays(address: str) -> None:
    assert in_ascii(address) == address


@given(st.from_regex(r"[^\s@]{1,20}@[a-z]{1,9}\.example", fullmatch=True))
def test_what_passes_as_a_mailbox_is_the_same_one_to_every_reader(typed: str) -> None:
    try:
        address = validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        address = typed
    if not is_mailbox(address):
        return
    message = EmailMessage(policy=headers.AS_WRITTEN)
    message["To"] = address
    assert [found.addr_spec for found in message["To"].addresses] == [address]
    assert smtplib.quoteaddr(address) == f"<{address}>"
