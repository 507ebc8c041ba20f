"""What an error page says: what happened, and what to do about it."""

from dataclasses import dataclass
from http import HTTPStatus

from flask_babel import gettext as _


@dataclass(frozen=True)
class ErrorText:
    """The words of one error page."""

    heading: str
    happened: str
    what_to_do: str


def code(status: int) -> str:
    """The name of ``status`` for programs, such as ``not_found``."""
    return _phrase(status).lower().replace(" ", "_").replace("-", "_")


def english(status: int) -> str:
    """One sentence for programs, in ASCII without quotes (:rfc:`6749#section-5.2`)."""
    sentences = {
        400: "The request is malformed.",
        401: "Authentication is required.",
        403: "This is not allowed.",
        404: "There is nothing at this address.",
        405: "This address does not answer this method.",
        413: "The body of the request is too large.",
        415: "The content type of the request is not one this address reads.",
        421: "This host is not the one of this portal. Ask at its issuer.",
        429: "Too many requests. Try again after the time that Retry-After names.",
        500: "Something went wrong on our side.",
        503: "The service is not available at the moment. Try again after the time that Retry-After names.",
    }
    return sentences.get(status, f"{_phrase(status)}.")


def for_status(status: int) -> ErrorText:
    """The words for ``status`` in the reader's language."""
    texts = {
        400: _bad_request,
        403: _forbidden,
        404: _not_found,
        405: _method_not_allowed,
        413: _too_large,
        421: _misdirected,
        429: _too_many_requests,
        500: _our_fault,
        503: _unavailable,
    }
    return texts.get(status, _our_fault if status >= 500 else _bad_request)()


def for_csrf() -> ErrorText:
    """The words for a form whose page was open too long, or that another site has sent."""
    return ErrorText(
        _("This page was open too long"),
        _("To keep your account safe, a form can only be sent for a while after it was opened."),
        _("Nothing has been changed. Please open the page again and send the form once more."),
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _bad_request() -> ErrorText:
    return ErrorText(
        _("This request could not be read"),
        _("Something in the address or in the form is not as it should be."),
        _("Please go back and try once more, or begin at the start page."),
    )


def _forbidden() -> ErrorText:
    return ErrorText(
        _("This is not open to you"),
        _("Your account does not have access to this page."),
        _("If you think it should, please ask the people who run this portal."),
    )


def _not_found() -> ErrorText:
    return ErrorText(
        _("There is nothing here"),
        _("The page was moved or deleted, or its address was not copied completely."),
        _("Please check the address, or begin at the start page."),
    )


def _method_not_allowed() -> ErrorText:
    return ErrorText(
        _("This page cannot be opened this way"),
        _("The address belongs to a form or to a program and is not a page of its own."),
        _("Please begin at the start page."),
    )


def _too_large() -> ErrorText:
    return ErrorText(
        _("That was too much at once"),
        _("What was sent is larger than this page accepts."),
        _("Please go back and send less."),
    )


def _misdirected() -> ErrorText:
    return ErrorText(
        _("This is not the address of this portal"),
        _("You have come by a name that is not the portal's own, so nothing is shown here."),
        _("Please open the portal at its own address."),
    )


def _too_many_requests() -> ErrorText:
    return ErrorText(
        _("Please wait a moment"),
        _("There have been too many requests in a short time."),
        _("Nothing is lost. Please try once more in a little while."),
    )


def _our_fault() -> ErrorText:
    return ErrorText(
        _("Something went wrong on our side"),
        _("The request could not be completed. It was not your doing, and we have a record of it."),
        _("Please try once more. If it happens again, tell us the request ID below."),
    )


def _unavailable() -> ErrorText:
    return ErrorText(
        _("We will be right back"),
        _("A part of this portal is not available at the moment."),
        _("Please try once more in a few seconds. Nothing you entered was saved."),
    )
