"""What the directory knows of a cluster for the European platform (ECCP): facts for its tests, fields of a profile.

The platform's own form is seen only by who is signed in there. The fields here are those that its public profiles show,
so they may differ from the form in number and order; whoever fills it in compares. Values are in English, the
platform's language; names and descriptions also in the network's own. Addresses of people never leave the directory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from klaster.core import languages
from klaster.core.fields import PartialDate, Translated
from klaster.directory import eccp
from klaster.directory.eccp import MemberType, Recognition
from klaster.directory.models import (
    ActivityClass,
    Cluster,
    ClusterMembership,
    NetworkParticipation,
    Organisation,
    Region,
)
from klaster.directory.models.base import Publication

ENGLISH = "en"
NUTS_2 = 4  # letters and digits of a code of that level

Kind = Organisation.Kind
TYPES: dict[str, MemberType] = {
    **dict.fromkeys(Organisation.COMPANY_KINDS, MemberType.BUSINESS),
    Kind.RESEARCH: MemberType.RESEARCH,
    Kind.ASSOCIATION: MemberType.CIVIL_SOCIETY,
    Kind.PUBLIC: MemberType.PUBLIC,
}


def members(cluster: Cluster) -> Any:
    """Members of today, associated partners left out, also those without a public page: the cluster's own count."""
    return cluster.memberships.active().filter(kind=ClusterMembership.Kind.MEMBER)


def facts_of(cluster: Cluster) -> eccp.Facts:
    committed: Counter[MemberType] = Counter()
    uncertain: Counter[MemberType] = Counter()
    kinds = members(cluster).order_by().values("organisation__kind", "committed_by").annotate(number=Count("pk"))
    for row in kinds:
        counted = committed if row["committed_by"] else uncertain
        counted[TYPES.get(row["organisation__kind"], MemberType.OTHER)] += row["number"]
    return eccp.Facts(
        fte=cluster.management_fte,
        english_website=cluster.website_en,
        committed=committed,
        uncertain=uncertain,
        works_with_public_bodies=bool(cluster.public_cooperation),
        recognition=Recognition(cluster.recognition),
        programme=str(cluster.recognised_by),
    )


@dataclass(frozen=True)
class Field:
    """One field of the profile: its texts by language, "" for what has none. Empty: to be filled in there."""

    code: str
    title: str | Promise
    texts: dict[str, str] = field(default_factory=dict)
    hint: str | Promise = ""

    @property
    def as_json(self) -> Any:
        if not self.texts:
            return None
        return self.texts.get("") or self.texts


@dataclass(frozen=True)
class Group:
    title: str | Promise
    fields: Sequence[Field]


def plain(code: str, title: str | Promise, value: object, hint: str | Promise = "") -> Field:
    text = "" if value is None else str(value)
    return Field(code, title, {"": text} if text else {}, hint)


def both(code: str, title: str | Promise, value: Translated) -> Field:
    """English and the network's own language, each only where it is really written."""
    wanted = dict.fromkeys([ENGLISH, languages.codes()[0]])
    return Field(code, title, {language: value[language] for language in wanted if value.get(language)})


def profile(cluster: Cluster) -> list[Group]:
    """Groups of fields; their titles are read in the reader's language, what stands in them in English."""
    with override(ENGLISH):
        return [
            Group(_("Who it is"), list(_identity(cluster))),
            Group(_("Contact and management"), list(_contact(cluster))),
            Group(_("Members"), list(_members(cluster))),
            Group(_("What it works on"), list(_themes(cluster))),
            Group(_("What it does"), list(_activity(cluster))),
            Group(_("Recognition"), list(_recognition(cluster))),
        ]


THERE = _("To be filled in there: the directory does not keep it.")


def _identity(cluster: Cluster) -> Iterator[Field]:
    region = Region.objects.filter(code=cluster.region_id[:NUTS_2]).first() if cluster.region_id else None
    yield both("name", _("Name"), cluster.name)
    yield plain("acronym", _("Abbreviation and other names"), ", ".join(cluster.aliases))
    yield plain("logo", _("Logo"), f"{settings.SITE_URL}{cluster.logo.url}" if cluster.logo else "")
    yield plain("country", _("Country"), cluster.country.name)  # type: ignore[attr-defined]
    yield plain("nuts2", _("Region (NUTS 2)"), f"{region.code} {region}" if region else "")
    yield plain("address", _("Address"), "", THERE)
    yield plain("website", _("Website in English"), cluster.website_en)
    yield plain("founded", _("Year of establishment"), str(cluster.founded)[:4])
    yield plain("legal_form", _("Legal form"), cluster.get_legal_form_display() if cluster.legal_form else "")


def _contact(cluster: Cluster) -> Iterator[Field]:
    posts = cluster.management_fte
    yield plain("coordinator", _("Coordinating organisation"), cluster.coordinator)
    yield plain("manager", _("Cluster manager, e-mail, phone"), "", THERE)
    yield plain("languages", _("Languages"), ", ".join(map(languages.name_of, cluster.languages)))
    yield plain(
        "management_fte",
        _("Management team (FTE)"),
        None if posts is None else formats.number_format(posts.normalize()),
    )


def _members(cluster: Cluster) -> Iterator[Field]:
    kinds = Counter(members(cluster).values_list("organisation__kind", flat=True))
    sme = sum(kinds[kind] for kind in Organisation.SME_KINDS)
    counts = [
        ("members", _("Members in total"), sum(kinds.values())),
        ("members_sme", _("Small and medium companies"), sme),
        ("members_large", _("Large companies"), kinds[Kind.LARGE]),
        ("members_company", _("Companies whose size is not stated"), kinds[Kind.COMPANY]),
        ("members_research", _("Research and higher education"), kinds[Kind.RESEARCH]),
        ("members_public", _("Public bodies"), kinds[Kind.PUBLIC]),
    ]
    yield from (plain(*each) for each in counts)
    named = sme + sum(kinds[kind] for kind in (Kind.LARGE, Kind.COMPANY, Kind.RESEARCH, Kind.PUBLIC))
    yield plain("members_other", _("Others"), sum(kinds.values()) - named)
    yield plain("employees", _("Employees of the members"), "", THERE)


def _themes(cluster: Cluster) -> Iterator[Field]:
    sectors = [cluster.main_sector, *cluster.other_sectors.by_name()]
    classes = (
        ActivityClass.objects.filter(organisation__memberships__in=members(cluster))
        .values_list("version", "code")
        .annotate(number=Count("organisation", distinct=True))
        .order_by("version", "code")
    )
    yield both("summary", _("In one sentence"), cluster.summary)
    yield both("description", _("Description"), cluster.description)
    yield plain("sectors", _("Sectors"), ", ".join(str(sector) for sector in sectors if sector))
    yield plain("ecosystems", _("Industrial ecosystems"), "", _("To be chosen there, from the 14 of the EU."))
    for version, title in (
        (ActivityClass.Version.NACE_2, "NACE Rev. 2"),
        (ActivityClass.Version.NACE_2_1, "NACE Rev. 2.1"),
    ):
        codes = ", ".join(f"{code} ({number})" for kept, code, number in classes if kept == version)
        if codes:
            yield plain(f"nace_{version}", title, codes, _("Class and how many members name it."))
    yield both("technologies", _("Technologies"), cluster.technologies)


def _activity(cluster: Cluster) -> Iterator[Field]:
    stories = [
        f"{PartialDate(each.happened).display()}: {each.title}" if each.happened else str(each.title)
        for each in cluster.achievements.all()
    ]
    sought = [str(each.title) for each in cluster.openings.open().order_by("-published_at", "pk")]
    yield both("services", _("Services"), cluster.services)
    yield plain("achievements", _("Achievements and projects"), "\n".join(stories))
    yield plain("partner_search", _("Partners and members sought"), "\n".join(sought))


def _recognition(cluster: Cluster) -> Iterator[Field]:
    labels = []
    for label in cluster.labels.all():
        until = formats.date_format(label.valid_until, "DATE_FORMAT") if label.valid_until else ""
        dates = [PartialDate(label.issued).display() if label.issued else "", f"– {until}" if until else ""]
        labels.append(" ".join(filter(None, [f"{label.get_level_display()},", *dates])).rstrip(","))
    networks = NetworkParticipation.objects.filter(cluster=cluster, network__status=Publication.PUBLISHED)
    yield plain("label", _("Excellence label"), "\n".join(labels))
    yield both("programme", _("Regional or national support programme"), cluster.recognised_by)
    yield both("public_cooperation", _("Cooperation with public bodies"), cluster.public_cooperation)
    names = [str(each.network) for each in networks.select_related("network").order_by("since", "pk")]
    yield plain("networks", _("Networks"), ", ".join(names))


# --- to take away -----------------------------------------------------------------------------------------------------
def as_json(cluster: Cluster) -> dict[str, Any]:
    """`fields` maps codes to texts, to texts by language, or to null where the directory knows nothing."""
    fields = {each.code: each.as_json for group in profile(cluster) for each in group.fields}
    return {
        "about": "Fields that public profiles of the ECCP show; not its official form.",
        "cluster": f"{settings.SITE_URL}{cluster.get_absolute_url()}",
        "changed": cluster.updated_at.isoformat(),
        "fields": fields,
    }


def as_rows(cluster: Cluster) -> Iterator[list[str]]:
    """Group, field, text in English or without a language, text in the network's own language."""
    native = languages.codes()[0]
    for group in profile(cluster):
        for each in group.fields:
            first = each.texts.get("") or each.texts.get(ENGLISH, "")
            yield [str(group.title), str(each.title), first, each.texts.get(native, "") if native != ENGLISH else ""]
