"""What is kept of a person: one table, from which claims, the profile, imports, commands and deletion derive theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..extensions import settings
from . import readers
from .models import full_name, picture_path

Reader = Callable[[str, Mapping[str, str]], Any]
"""Makes a value of the text of a column, beside the texts of all columns of its line."""


@dataclass(frozen=True)
class PersonField:
    """A column of :class:`~app.users.models.User`, and who reads and writes it."""

    column: str
    scope: str | None = None
    """Whose permission lets an app read it."""
    claim: str | None = None
    """Its name on the wire, OpenID Connect Core section 5.1."""
    proof: str | None = None
    """The column without which no app is told: it says since when it is known to be true."""
    value: Callable[[Any], Any] | None = None
    """The claim's value, of anything with the columns of a user; None: the column's."""
    in_profile: bool = False
    """Whether the person writes it on the page of their profile."""
    read: Reader | None = None
    """How ``flask user import`` reads it."""
    erased: bool = True
    """Whether it goes with the account."""
    is_sign_in_name: bool = False
    """Whether it is what the person signs in with, or says of that how well it is known."""

    def is_proven(self, person: Any) -> bool:
        """Whether apps may take it for true of ``person``."""
        return self.proof is None or getattr(person, self.proof) is not None

    def claimed(self, person: Any) -> Any:
        """Return what the claim says of ``person``; None leaves it out."""
        return self.value(person) if self.value else getattr(person, self.column)


def _picture_url(picture_id: str | None) -> str | None:
    return picture_id and f"{settings.issuer}{picture_path(picture_id)}"


PERSON_FIELDS = (
    PersonField(
        "name",
        "profile",
        "name",
        value=lambda person: full_name(person) or person.username,
        in_profile=True,
        read=readers.read_name,
    ),
    PersonField("given_name", "profile", "given_name", in_profile=True, read=readers.read_part_of_name),
    PersonField("family_name", "profile", "family_name", in_profile=True, read=readers.read_part_of_name),
    PersonField(
        "username", "profile", "preferred_username", read=readers.read_username, is_sign_in_name=True
    ),
    PersonField("picture_id", "profile", "picture", value=lambda person: _picture_url(person.picture_id)),
    PersonField("locale", "profile", "locale", in_profile=True, read=readers.read_locale),
    PersonField(
        "updated_at",
        "profile",
        "updated_at",
        value=lambda person: int(person.updated_at.timestamp()),
        erased=False,
    ),
    PersonField(
        "email", "email", "email", "email_verified_at", read=readers.read_email, is_sign_in_name=True
    ),
    PersonField(
        "email_verified_at",
        "email",
        "email_verified",
        "email_verified_at",
        value=lambda person: person.email_verified_at is not None,
        is_sign_in_name=True,
    ),
    PersonField("mobile", "phone", "phone_number", in_profile=True, read=readers.read_mobile),
    PersonField(
        "mobile_verified_at",
        "phone",
        "phone_number_verified",
        value=lambda person: person.mobile and person.mobile_verified_at is not None,
    ),
    PersonField("country", in_profile=True, read=readers.read_country),
    PersonField("platform", read=readers.read_platform),
    PersonField("first_language"),
    PersonField("ip"),
    PersonField("email_refused_at"),
    PersonField("email_refusal"),
)
CLAIMED = tuple(field for field in PERSON_FIELDS if field.claim)
PROFILE = tuple(field.column for field in PERSON_FIELDS if field.in_profile)
