"""Who has seen which secret of an app: what to replace when somebody no longer looks after it."""

from ..clock import now
from ..database.rows import insert_missing
from .models import ClientSecret, SecretView


def note_view(secret: ClientSecret, viewer_id: str) -> None:
    """Write down that this person sees ``secret`` now; the first time counts."""
    insert_missing(SecretView, [{"secret_id": secret.id, "user_id": viewer_id, "seen_at": now()}])
