"""What people tell about themselves."""

from collections.abc import Mapping

from ..audit import EventKind, record
from ..users import accounts
from ..users.models import User
from ..users.phone_numbers import to_e164
from ..users.picture_files import reencode
from ..users.pictures import replace_picture
from .mobile import forget_code


def change_profile(user: User, told: Mapping[str, str], picture: bytes | None = None) -> list[str]:
    """Change what ``told`` says, by column; return what is new. An empty text means: nothing is told.

    ``picture`` is the file that was sent; without one the picture stays. Nothing is new of an account that was
    deleted meanwhile. Raises PhoneNumberRefused, PictureRefused.
    """
    square = (
        reencode(picture) if picture is not None else None
    )  # before anything in the database waits for it
    wanted = {column: text or None for column, text in told.items()}
    if wanted.get("mobile"):
        wanted["mobile"] = to_e164(told["mobile"], wanted.get("country"))
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if changed and not accounts.is_still_there(user):
        return []
    if "mobile" in changed:
        user.mobile_verified_at = None
        forget_code(user)
    for field in changed:
        setattr(user, field, wanted[field])
    if square is not None:
        replace_picture(user, square)
        changed.append("picture")
    if changed:
        record(EventKind.PROFILE_CHANGED, user_id=user.id, actor_id=user.id, fields=changed)
    return changed
