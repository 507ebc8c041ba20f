"""Refusals of the account's rules in words, beside the field they are about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from ..authentication.wording import wait_in_words
from ..network_limits import LimitReached
from ..users.picture_files import LARGEST
from ..users.refusals import (
    AmbiguousEmail,
    EmailRefused,
    EmailTaken,
    PasswordRefused,
    PhoneNumberRefused,
    PictureRefused,
    UsernameRefused,
    UsernameTaken,
)
from .refusals import (
    BudgetSpent,
    CountryNotServed,
    EmailNotConfirmed,
    EmailUnchanged,
    InvitationForAnother,
    InvitationNeeded,
    NothingToConfirm,
    TooManyMessages,
)

REFUSALS = (
    EmailRefused,
    EmailTaken,
    EmailUnchanged,
    InvitationForAnother,
    InvitationNeeded,
    PasswordRefused,
    PhoneNumberRefused,
    PictureRefused,
    UsernameRefused,
    UsernameTaken,
)

NO_MESSAGE: Mapping[type[Exception], LazyString] = {
    BudgetSpent: _l(
        "This portal has sent all text messages that it sends in a day. Please try again tomorrow."
    ),
    CountryNotServed: _l(
        "This portal sends no text messages to numbers of this country. You need no confirmed number to use your account."
    ),
    EmailNotConfirmed: _l(
        "Please confirm your email address first: text messages are sent only to people whose address is confirmed."
    ),
    NothingToConfirm: _l("There is no number to confirm."),
    TooManyMessages: _l("A code was sent a moment ago, or several today. Please wait before you ask again."),
}

USERNAMES = {
    "empty": _l("Please choose a username."),
    "long": _l("This username is too long. Please use at most 64 characters."),
    "characters": _l("Please use letters, digits, dots, hyphens and underscores only."),
    "ends": _l("Please begin and end the username with a letter or a digit."),
    "letters": _l("Please use at least one letter."),
    "scripts": _l("Please use letters of one alphabet: mixed ones look like somebody else's name."),
    "reserved": _l("Only an administrator gives this username. Please choose another one."),
}

PICTURES = {
    "bytes": _l(
        "This file is too large. Please choose a picture of at most %(size)s KB.", size=LARGEST // 1024
    ),
    "pixels": _l(
        "This picture has too many pixels. Please choose one of at most 10 million, such as 3,000 by 3,000."
    ),
    "content": _l("This is no picture that can be read here. Please choose a PNG, JPEG, WebP or GIF file."),
}


# The field that a refusal is about, and the sentence.
BESIDE: Mapping[type[Exception], tuple[str, LazyString]] = {
    UsernameTaken: ("username", _l("This username is taken. Please choose another one.")),
    EmailTaken: ("email", _l("This email address is taken. If it is yours, please sign in.")),
    EmailUnchanged: ("email", _l("This is your email address already.")),
    AmbiguousEmail: (
        "email",
        _l(
            "Some mail servers take this address for another one. "
            "Please enter one without quotation marks, brackets, “%”, “!”, “=?” and “?=”, and with ordinary letters before the “@”."
        ),
    ),
    EmailRefused: (
        "email",
        _l("This is not a complete email address. Please enter one such as name@example.org."),
    ),
    InvitationForAnother: (
        "email",
        _l(
            "This invitation makes an administrator, so it counts for the address only to which it was sent. Please use that one."
        ),
    ),
    InvitationNeeded: (
        "email",
        _l("This invitation was used in the meantime. Please ask for a new one."),
    ),
    PhoneNumberRefused: (
        "mobile",
        _l(
            "This is not a phone number that can be called. "
            "Please enter it with its country code, such as +49 170 1234567."
        ),
    ),
}


def tell(form: FlaskForm, refusal: Exception) -> None:
    """Put into words beside the right field of ``form`` why the rule refused."""
    field, text = in_words(refusal)
    form[field].errors = [*form[field].errors, text]


@contextmanager
def told_beside_field(*, but: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """Turns a refusal inside a form's own check into the error of the field that is checked, ``but`` not this one."""
    try:
        yield
    except but:
        raise
    except REFUSALS as refusal:
        raise ValidationError(in_words(refusal)[1]) from None


def why_limited(reached: LimitReached) -> str:
    """Why a network has to wait, and how long, in the reader's language."""
    return _(
        "This has been done too often from the network you use, perhaps not by you. Please try again in %(time)s.",
        time=wait_in_words(reached.seconds),
    )


def why_no_message(refusal: Exception) -> str:
    """Why no text message is sent, one of :data:`NO_MESSAGE`, in the reader's language."""
    return str(NO_MESSAGE[type(refusal)])


def in_words(refusal: Exception) -> tuple[str, str]:
    """The field that a refusal is about, and why, in the reader's language."""
    match refusal:
        case UsernameRefused(reason=reason):
            return "username", str(USERNAMES[reason])
        case PictureRefused(reason=reason):
            return "picture", str(PICTURES[reason])
    if type(refusal) in BESIDE:
        field, sentence = BESIDE[type(refusal)]
        return field, str(sentence)
    return "password", str(refusal)
