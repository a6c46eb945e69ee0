"""What somebody has typed into a form and not sent yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class FormDraftQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """Who types it, and nobody else, the office neither."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def unsent(self) -> Self:
        return self.filter(is_sent=False)


class FormDraft(models.Model):
    """One person's words in one form, as they were typed: nothing of it is checked, and nothing of it is public.

    `row` is the number of what the form changes, or of the cluster to which it adds something. Of a form that was sent
    the row stays a while without its words: what the same window still saves comes too late.
    """

    keeps_pages = True  # nobody else ever sees it

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="form_drafts"
    )
    form = models.SlugField(_("form"), max_length=30)
    row = models.BigIntegerField(_("number of the row"))
    typed = models.JSONField(_("what was typed"), default=dict)
    window = models.CharField(_("window that wrote last"), max_length=40)
    is_sent = models.BooleanField(_("sent"), default=False)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a form")
        verbose_name_plural = _("drafts of forms")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "form", "row"], name="person_has_one_draft_of_a_form"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.row}"

    @property
    def stamp(self) -> str:
        """Another one with every save."""
        return self.saved_at.isoformat()

    def as_posted(self) -> QueryDict:
        """The words as a browser would send them."""
        data = QueryDict(mutable=True)
        for name, values in self.typed.items():
            data.setlist(name, values)
        return data
