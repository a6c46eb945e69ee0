"""What the newsroom keeps about people: who brought a picture."""

from klaster.accounts.privacy import EDITED, PAGE_WORK, WITH_PAGE
from klaster.core.privacy import Fate, register

register(
    "newsroom.Picture",
    "uploaded_by_user",
    title=EDITED,
    purpose=PAGE_WORK,
    kept=WITH_PAGE,
    fate=Fate.ANONYMISED,
    export=["title", "created_at"],
)
