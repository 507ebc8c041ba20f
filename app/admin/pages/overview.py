"""Where administrators begin: what there is, what went wrong lately, what to do next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from ...clients import directory as apps
from ...clients.registration import count_clients
from ...clock import now
from ...diagnostics.request_log.reading_refusals import count_failures
from ...extensions import settings
from ...notifications.outbox import count_waiting
from ...oauth.keys import ring
from ...users.directory import count_people

blueprint = Blueprint("admin_overview", __name__)

A_DAY = timedelta(days=1)
MOST_COUNTED = 1_000  # failures; beyond this the number says nothing more, and counting takes long
KEYS_SHOULD_CHANGE_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class Advice:
    """Something an administrator should do, and the page to do it on."""

    text: str
    path: str | None = None


@blueprint.get("/admin")
def index() -> str:
    """The numbers that matter, each a link, and the next things to do."""
    waiting = count_waiting()
    return render_template(
        "admin/overview.html",
        people=count_people(),
        apps=count_clients(),
        failures=count_failures(now() - A_DAY, MOST_COUNTED + 1),
        most=MOST_COUNTED,
        waiting=waiting.mails,
        advice=list(_advice(waiting.failing)),
    )


def _advice(failing: int) -> Iterator[Advice]:
    if failing:
        text = ngettext(
            "%(num)d email could not be delivered yet.", "%(num)d emails could not be delivered yet.", failing
        )
        yield Advice(text, "/admin/mails")
    in_care = apps.count_in(apps.State.IN_CARE)
    if in_care:
        text = ngettext(
            "%(num)d app has lost its owner. Hand it over to somebody who will look after it.",
            "%(num)d apps have lost their owners. Hand them over to people who will look after them.",
            in_care,
        )
        yield Advice(text, "/admin/apps?state=in_care")
    if settings.app_env == "production" and settings.mail_url is None:
        yield Advice(_("Emails cannot leave: set MAIL_URL to your mail server."))
    if any(
        key.signs_from and key.slot and key.signs_from < now() - KEYS_SHOULD_CHANGE_AFTER
        for key in ring.list_keys()
    ):
        yield Advice(
            _("The signing keys are more than a year old. Replace them now and then."), "/admin/keys"
        )
    if settings.security_contact is None:
        yield Advice(
            _(
                "No security contact is published, so nobody can report a weakness to you: set SECURITY_CONTACT."
            )
        )
