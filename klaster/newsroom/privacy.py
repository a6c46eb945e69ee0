"""What the newsroom keeps about people: who brought a picture."""

from django.utils.translation import gettext_lazy as _

from klaster.core.privacy import Fate, register

register(
    "newsroom.Picture",
    "uploaded_by_user",
    purpose=_("So that those who edit the site together see who changed what."),
    kept=_("As long as the page or file; without your name once you are erased."),
    fate=Fate.ANONYMISED,
    export=["title", "created_at"],
)
