"""The sections of a cluster's page: what stands in each, where it is changed, when somebody last said it is true."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.core import languages
from klaster.core.fields import PartialDate
from klaster.directory import freshness
from klaster.directory.facts import in_words
from klaster.directory.models import Cluster, ClusterMembership, Confirmation, Statement
from klaster.directory.models.organisations import today

CONTACT, SERVICES, FACTS, SECTORS, MEMBERS = "contact", "services", "facts", "sectors", "members"
OPENINGS, ACHIEVEMENTS, FIGURES, LABELS = "openings", "achievements", "figures", "labels"
DESCRIPTION = "description-"  # and the language
LONGEST = 90
DAYS_OF_A_MONTH = 30.44

# Which section a field of the cluster belongs to; texts that are described language by language apart.
SECTION_OF = {
    "website": CONTACT, "contact_email": CONTACT, "languages": CONTACT,
    "services": SERVICES, "technologies": SERVICES,
    "main_sector": SECTORS, "other_sectors": SECTORS,
    "legal_form": FACTS, "founded": FACTS, "joint_activity_since": FACTS, "region": FACTS, "coordinator": FACTS,
}  # fmt: skip
DESCRIBED = ("name", "summary", "description")


def description_in(language: str) -> str:
    return f"{DESCRIPTION}{language}"


def every_section() -> list[str]:
    """Every section a cluster's page has here, in the order of the page."""
    described = [description_in(code) for code in languages.codes()]
    return [*described, CONTACT, FACTS, SECTORS, SERVICES, MEMBERS, OPENINGS, ACHIEVEMENTS, FIGURES, LABELS]


def edited(before: Mapping[str, Any], after: Mapping[str, Any], many: Iterable[str] = ()) -> set[str]:
    """Sections that differ between two snapshots of a cluster; `many` are many-to-many fields that were set."""
    changed = {name for name in after if before.get(name) != after[name]} | set(many)
    sections = {SECTION_OF[name] for name in changed if name in SECTION_OF}
    for name in changed & set(DESCRIBED):
        old, new = before.get(name) or {}, after[name] or {}
        sections |= {description_in(code) for code in languages.codes() if old.get(code) != new.get(code)}
    return sections


@dataclass(frozen=True)
class Section:
    """One section in words for whoever keeps the page."""

    key: str
    title: str
    shown: str
    url: str
    judged: freshness.Judged
    confirmation: Confirmation | None

    @property
    def has_just_been_confirmed(self) -> bool:
        return self.confirmation is not None and self.confirmation.is_of_today and self.judged.is_filled

    @property
    def ago(self) -> str:
        """When it was confirmed, in words."""
        return _("never") if self.judged.age is None else days_ago(self.judged.age)

    @property
    def kind_of_tag(self) -> str:
        return "bad" if self.judged.is_missing else "wait" if self.judged.is_stale else ""

    @property
    def said_by(self) -> str:
        """Who confirmed it last, for the cluster's own people only."""
        row = self.confirmation
        return str(row.by) if row and row.by and row.day == self.judged.confirmed_on else ""


class Sections:
    """All sections of one cluster's page, judged as of today."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster

    @cached_property
    def confirmations(self) -> dict[str, Confirmation]:
        return Confirmation.objects.latest(self.cluster)

    @cached_property
    def words(self) -> dict[str, str]:
        """What stands in each section, in a line; empty where nothing does."""
        cluster = self.cluster
        language_names = ", ".join(languages.name_of(code) for code in cluster.languages)
        website = cluster.website.removeprefix("https://").removeprefix("http://").rstrip("/")
        since = PartialDate(cluster.founded).display() if cluster.founded else ""
        form = str(cluster.get_legal_form_display()) if cluster.legal_form else ""
        return {
            **{description_in(code): self._description(code) for code in languages.codes()},
            CONTACT: line(website, cluster.contact_email, language_names if website or cluster.contact_email else ""),
            FACTS: line(capfirst(form), since, str(cluster.region or "")) if form or since else "",
            SECTORS: line(str(cluster.main_sector)) if cluster.main_sector else "",
            SERVICES: line(*(", ".join(str(text).splitlines()) for text in (cluster.services, cluster.technologies))),
            MEMBERS: self._members(),
            OPENINGS: ", ".join(str(opening.title) for opening in cluster.openings.open().order_by("-published_at")),
            ACHIEVEMENTS: self._achievements(),
            FIGURES: self._figures(),
            LABELS: self._labels(),
        }

    def _description(self, language: str) -> str:
        summary, text = self.cluster.summary.get(language, ""), self.cluster.description.get(language, "")
        return summary or text

    def _members(self) -> str:
        found = ClusterMembership.objects.active().filter(cluster=self.cluster).count()
        words = ngettext("%(count)s organisation", "%(count)s organisations", found) % {"count": found}
        return words if found else ""

    def _achievements(self) -> str:
        found = self.cluster.achievements.count()
        return ngettext("%(count)s achievement", "%(count)s achievements", found) % {"count": found} if found else ""

    def _figures(self) -> str:
        rows = Statement.objects.filter(cluster=self.cluster, number__isnull=False).newest_first().with_details()
        first: dict[str, str] = {}
        for row in rows:
            first.setdefault(row.kind.code, f"{row.kind.name}: {in_words(row).value}")
        return ", ".join(first.values())

    def _labels(self) -> str:
        return ", ".join(
            f"{label.get_level_display()} ({self._until(label.valid_until)})" if label.valid_until
            else str(label.get_level_display())
            for label in self.cluster.labels.all()
        )  # fmt: skip

    @staticmethod
    def _until(day: datetime.date) -> str:
        return _("until %(day)s") % {"day": formats.date_format(day, "SHORT_DATE_FORMAT")}

    @cached_property
    def report(self) -> freshness.Report:
        return judged(self.cluster, {key: bool(self.words[key]) for key in every_section()}, self.confirmations)

    @cached_property
    def rows(self) -> list[Section]:
        """In the order in which they want somebody's time."""
        titles, places = self._titles(), self._places()
        return [
            Section(
                key=section.key,
                title=titles[section.key],
                shown=Truncator(" ".join(self.words[section.key].split())).chars(LONGEST),
                url=places.get(section.key, ""),
                judged=section,
                confirmation=self.confirmations.get(section.key),
            )
            for section in self.report.sections
        ]

    @property
    def wanting(self) -> list[Section]:
        """What is missing or stale, and after it what was confirmed today and can be taken back."""
        just_now = [row for row in self.rows if row.has_just_been_confirmed and not row.judged.wants_an_answer]
        return [*(row for row in self.rows if row.judged.wants_an_answer), *just_now]

    @property
    def fresh(self) -> list[Section]:
        """Everything else."""
        wanting = {row.key for row in self.wanting}
        return [row for row in self.rows if row.key not in wanting]

    @staticmethod
    def _titles() -> dict[str, str]:
        described = {
            description_in(code): _("Description (%(language)s)") % {"language": name}
            for code, name in settings.LANGUAGES
        }
        return {
            **described,
            CONTACT: _("Contact"),
            FACTS: _("Legal form, founding, county"),
            SECTORS: _("Sectors"),
            SERVICES: _("Services and technologies"),
            MEMBERS: _("Members"),
            OPENINGS: _("Openings"),
            ACHIEVEMENTS: _("Achievements"),
            FIGURES: _("Figures"),
            LABELS: _("Excellence labels"),
        }

    def _places(self) -> dict[str, str]:
        """Where each is changed; what the office checks stands together."""
        slug = [self.cluster.slug]
        edit = reverse("cluster_edit", args=slug)
        fields = {CONTACT: "id_website", SECTORS: "id_main_sector", SERVICES: "id_services"}
        checked = dict.fromkeys((FACTS, FIGURES, LABELS), f"{edit}#verified")
        described = {description_in(code): f"{edit}#id_summary_{code}" for code in languages.codes()}
        return {
            **described,
            **{key: f"{edit}#{field}" for key, field in fields.items()},
            **checked,
            MEMBERS: reverse("cluster_members", args=slug),
            OPENINGS: reverse("cluster_openings", args=slug),
            ACHIEVEMENTS: reverse("cluster_achievements", args=slug),
        }


def judged(cluster: Cluster, filled: Mapping[str, bool], confirmations: Mapping[str, Confirmation]) -> freshness.Report:
    """Who says that the whole page is true says it of each section."""
    days = {key: row.day for key, row in confirmations.items()}
    if whole := cluster.checked_on:
        days |= {key: max(days.get(key, whole), whole) for key in filled}
    contents = [
        freshness.Content(key, is_filled, may_be_empty=key in (OPENINGS, ACHIEVEMENTS, FIGURES, LABELS))
        for key, is_filled in filled.items()
    ]
    return freshness.judge(contents, days, today=today(), stale_after=settings.STALE_AFTER_DAYS)


def days_ago(days: int) -> str:
    """A span of time as people say it: days up to two months, then whole months, then years from two on."""
    if days == 0:
        return _("today")
    if days < 60:
        return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    if days < 730:
        months = int(days / DAYS_OF_A_MONTH)
        return ngettext("%(count)s month ago", "%(count)s months ago", months) % {"count": months}
    years = days // 365
    return ngettext("%(count)s year ago", "%(count)s years ago", years) % {"count": years}


def line(*texts: str) -> str:
    return " · ".join(text for text in texts if text)
