"""Addresses of pages elsewhere that entries name, and whether they still lead somewhere."""

from __future__ import annotations

import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klaster.core.outbound import Problem
from klaster.directory import links


class LinkCheckQuerySet(models.QuerySet):
    def broken(self) -> Self:
        return self.filter(status=LinkCheck.Status.BROKEN)

    def due(self, now: datetime.datetime) -> Self:
        """Of each server the one that waits longest: no server is asked twice in a round."""
        return self.filter(next_try__lte=now).order_by("host", "next_try", "pk").distinct("host")


class LinkCheck(models.Model):
    """One address, however many entries name it; see `klaster.directory.link_checks`, which alone writes here."""

    class Status(models.TextChoices):
        NEW = links.Status.NEW.value, _("not tried yet")
        WORKS = links.Status.WORKS.value, _("works")
        SHAKY = links.Status.SHAKY.value, _("failed, is tried again")
        BROKEN = links.Status.BROKEN.value, _("broken")

    url = models.URLField(_("address"), max_length=500, unique=True)
    host = models.CharField(_("server"), max_length=253)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.NEW)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    problem = models.CharField(
        _("problem"), max_length=20, blank=True, help_text=_("A problem of the guarded client, or the answer's number.")
    )
    since = models.DateTimeField(_("since"), null=True, blank=True)
    tried_at = models.DateTimeField(_("tried"), null=True, blank=True)
    next_try = models.DateTimeField(_("next try"), default=timezone.now)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        ordering = ["host", "url"]
        indexes = [
            models.Index(fields=["next_try"], name="links_to_try_next"),
            models.Index(fields=["since"], name="broken_links", condition=models.Q(status="broken")),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def state(self) -> links.State:
        return links.State(links.Status(self.status), self.failures, self.since)

    @property
    def problem_in_words(self) -> str:
        if self.problem.isdecimal():
            return gettext("The server answers %(number)s: there is no such page.") % {"number": self.problem}
        return str(dict(Problem.choices).get(self.problem, self.problem))
