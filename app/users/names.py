"""Which usernames and email addresses are accepted, and when two of them are the same."""

import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from ..notifications.addresses import is_mailbox
from . import lookalikes
from .refusals import AmbiguousEmail, EmailRefused, UsernameRefused

LONGEST_USERNAME = 64
LONGEST_USERNAME_KEY = 128  # what the column holds; compatibility forms of a few letters are many letters
LONGEST_READ = 2_000  # characters; the time to put accents in order grows with the square of their number
LONGEST_EMAIL = 254  # :rfc:`5321#section-4.5.3.1.3`
EMAIL_RULES = "an email address, without quotation marks, brackets, “%”, “!”, “=?” and “?=”"
PUNCTUATION = "._-"
PUNYCODE = "xn--"
FINAL_SIGMA = "ς"  # “σ” at the end of a word: no two mailboxes differ by it


def fold(text: str) -> str:
    """The form in which names and addresses are compared: two texts that people read alike have the same."""
    # JSON can carry half a character; databases cannot.
    readable = text.strip()[:LONGEST_READ].encode("utf-8", "replace").decode()
    folded = unicodedata.normalize("NFKC", readable).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def fold_email(address: str) -> str:
    """The form in which email addresses are compared, whoever wrote them: the domain in letters, not as ``xn--…``.

    A domain is compared as its registry does (:rfc:`5891`): ``straße`` and ``strasse`` are two.
    """
    local, at, domain = address.strip()[:LONGEST_READ].rpartition("@")
    return f"{fold(local)}@{_domain_in_letters(domain)}" if at else fold(domain)


def fold_identifier(text: str) -> str:
    """The form in which what people sign in with is compared, a username or an email address."""
    return fold_email(text) if "@" in text else fold(text)


def check_username(text: str) -> str:
    """``text`` as it is kept. Raises :class:`UsernameRefused`.

    Letters and digits of any script with ``.``, ``_`` and ``-`` between them. No ``@``: what has one is an
    email address, which signs in, too. No invisible characters: they make two names look the same.
    """
    if len(text) > LONGEST_READ:
        raise UsernameRefused("long")
    username = unicodedata.normalize("NFC", text.strip())
    if not username:
        raise UsernameRefused("empty")
    if len(username) > LONGEST_USERNAME or len(fold(username)) > LONGEST_USERNAME_KEY:
        raise UsernameRefused("long")
    if not all(_is_allowed(character) for character in username):
        raise UsernameRefused("characters")
    if username[0] in PUNCTUATION or username[-1] in PUNCTUATION:
        raise UsernameRefused("ends")
    letters = [character for character in username if character.isalpha()]
    if not letters:
        raise UsernameRefused("letters")
    if lookalikes.mixes_scripts("".join(letters)):
        raise UsernameRefused("scripts")
    return username


def check_email(text: str) -> str:
    """``text`` as it is kept: the domain in lower case. Raises :class:`EmailRefused`.

    It names one mailbox, whoever reads it: what could be read otherwise is an :class:`AmbiguousEmail`.
    """
    if len(text) > LONGEST_READ:
        raise EmailRefused(text)
    try:
        # Whether the domain takes email shows when the confirmation arrives; names under .test are for trials.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True, strict=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise EmailRefused(text) from error
    check_mailbox(found.normalized)
    if not all(_is_compared_as_written(letter) for letter in found.local_part):
        raise AmbiguousEmail(text)
    if len(found.normalized) > LONGEST_EMAIL or len(fold_email(found.normalized)) > LONGEST_EMAIL:
        raise EmailRefused(text)
    return found.normalized


def check_mailbox(address: str) -> None:
    """Raise :class:`AmbiguousEmail` where emails to ``address`` may reach another mailbox than it names."""
    if not is_mailbox(address):
        raise AmbiguousEmail(address)


def _is_compared_as_written(letter: str) -> bool:
    """False for a letter such as “ſ” or “ß”, which folding takes for others: it names another mailbox than those."""
    return fold(letter) in (letter.lower(), letter.upper()) or letter == FINAL_SIGMA


def _domain_in_letters(domain: str) -> str:
    if domain.isascii() and PUNYCODE not in domain.lower():
        return domain.lower()
    if len(domain) > LONGEST_EMAIL:
        return fold(domain)
    try:
        mapped = idna.uts46_remap(domain, std3_rules=False, transitional=False)
    except (idna.IDNAError, UnicodeError):
        return fold(domain)
    return ".".join(_label_in_letters(label) for label in mapped.split("."))


def _label_in_letters(label: str) -> str:
    try:
        return idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):  # what is typed into a search may end within a label
        return label


def _is_allowed(character: str) -> bool:
    category = unicodedata.category(character)
    return character in PUNCTUATION or category[0] == "L" or category in ("Mn", "Mc", "Nd")
