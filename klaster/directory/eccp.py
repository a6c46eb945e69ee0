"""Whether a cluster passes the entry tests of the European Cluster Collaboration Platform (ECCP). Pure.

The tests are those the platform publishes for cluster organisations of the countries of the EU and of COSME on its page
"Register your profile": a management team of at least half a full-time post, a website in English, at least fifteen
clearly committed members, at least two types of members, and a public body among them or visible cooperation with one.
They can be waived for whoever a national or regional cluster programme, or the Commission (social economy), recognises.

Nothing is guessed: what the directory does not say is "not known", and the platform's own people decide. They also look
whether the website agrees with the profile and shows that the cluster is alive, which no test here can see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

LEAST_FTE = Decimal("0.5")
LEAST_MEMBERS = 15
LEAST_TYPES = 2

PLATFORM = "https://clustercollaboration.eu/"
WAIVER = "https://clustercollaboration.eu/content/gdpr"
READ_ON = "2026-11"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class MemberType(StrEnum):
    """The types the platform names. What it calls "etc." is OTHER: whether it counts as a type is not published."""

    BUSINESS = "business"
    RESEARCH = "research"
    CIVIL_SOCIETY = "civil_society"
    PUBLIC = "public"
    OTHER = "other"


TYPE_NAMES: dict[MemberType, str | Promise] = {
    MemberType.BUSINESS: gettext_lazy("businesses"),
    MemberType.RESEARCH: gettext_lazy("research and higher education"),
    MemberType.CIVIL_SOCIETY: gettext_lazy("associations"),
    MemberType.PUBLIC: gettext_lazy("public bodies"),
    MemberType.OTHER: gettext_lazy("others"),
}


class Recognition(StrEnum):
    NOT_STATED = ""
    NONE = "none"
    PROGRAMME = "programme"
    SOCIAL_ECONOMY = "social_economy"


class Outcome(StrEnum):
    READY = "ready"
    WAIVED = "waived"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


class Where(StrEnum):
    """Which page mends it."""

    EDIT = "edit"
    MEMBERS = "members"


@dataclass(frozen=True)
class Facts:
    """What the directory knows of a cluster today.

    `committed` counts, by type, members with a written agreement or a fee; `uncertain` those of whom neither is stated.
    Associated partners are in neither.
    """

    fte: Decimal | None = None
    english_website: str = ""
    committed: Mapping[MemberType, int] = field(default_factory=dict)
    uncertain: Mapping[MemberType, int] = field(default_factory=dict)
    works_with_public_bodies: bool = False
    recognition: Recognition = Recognition.NOT_STATED
    programme: str = ""

    @property
    def types(self) -> list[MemberType]:
        return [each for each in MemberType if self.committed.get(each, 0) + self.uncertain.get(each, 0) > 0]


@dataclass(frozen=True)
class Test:
    """One test: what it asks, how it stands, why, and what to do next (nothing where it is met)."""

    code: str
    title: str
    verdict: Verdict
    reason: str
    next_step: str = ""
    where: Where | None = None
    anchor: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Readiness:
    tests: tuple[Test, ...]
    waiver: Test

    @property
    def outcome(self) -> Outcome:
        verdicts = [test.verdict for test in self.tests]
        if all(each is Verdict.MET for each in verdicts):
            return Outcome.READY
        if self.waiver.verdict is Verdict.MET:
            return Outcome.WAIVED
        return Outcome.NOT_READY if Verdict.NOT_MET in verdicts else Outcome.UNKNOWN

    @property
    def met(self) -> int:
        return sum(test.verdict is Verdict.MET for test in self.tests)


def check(facts: Facts) -> Readiness:
    """The five tests in the platform's order, and the waiver."""
    checks: tuple[Callable[[Facts], Test], ...] = (_team, _website, _members, _types, _public)
    return Readiness(tuple(each(facts) for each in checks), _waiver(facts))


def _team(facts: Facts) -> Test:
    title = _("A management team of at least half a full-time post")
    anchor = "management_fte"
    if facts.fte is None:
        reason = _("How large the team is, nobody has said.")
        return Test("team", title, Verdict.UNKNOWN, reason, _("Enter the size of the team."), Where.EDIT, anchor)
    posts = formats.number_format(facts.fte.normalize() + 0, use_l10n=True)
    reason = _("Size of the team in full-time posts (FTE): %(number)s.") % {"number": posts}
    if facts.fte >= LEAST_FTE:
        return Test("team", title, Verdict.MET, reason)
    step = _("Give the management of the cluster at least half a post, then enter it here.")
    return Test("team", title, Verdict.NOT_MET, reason, step, Where.EDIT, anchor)


def _website(facts: Facts) -> Test:
    title = _("A website in English")
    remark = _(
        "A machine translation is enough. The platform's people also look whether the website agrees with the profile "
        "and shows activity: services, joint projects, recent news. This cannot be tested here."
    )
    if facts.english_website:
        reason = _("The English pages are at %(address)s.") % {"address": facts.english_website}
        return Test("website", title, Verdict.MET, reason, remark=remark)
    reason = _("No address of English pages is entered.")
    step = _("Enter the address of the English pages; if there are none, make them first.")
    return Test("website", title, Verdict.UNKNOWN, reason, step, Where.EDIT, "website_en", remark)


def _members(facts: Facts) -> Test:
    title = _("At least %(number)s clearly committed members") % {"number": LEAST_MEMBERS}
    committed, uncertain = sum(facts.committed.values()), sum(facts.uncertain.values())
    reason = ngettext("%(number)s member has signed or pays.", "%(number)s members have signed or pay.", committed) % {
        "number": committed
    }
    if uncertain:
        reason += " " + ngettext(
            "Of %(number)s more it is not stated what binds it.",
            "Of %(number)s more it is not stated what binds them.",
            uncertain,
        ) % {"number": uncertain}
    remark = _("Associated partners are not counted.")
    if committed >= LEAST_MEMBERS:
        return Test("members", title, Verdict.MET, reason, remark=remark)
    if committed + uncertain >= LEAST_MEMBERS:
        step = _("Say at each member what binds it: an agreement or a fee.")
        return Test("members", title, Verdict.UNKNOWN, reason, step, Where.MEMBERS, remark=remark)
    missing = LEAST_MEMBERS - committed - uncertain
    step = ngettext(
        "Enter %(number)s more member, if the cluster has it.",
        "Enter %(number)s more members, if the cluster has them.",
        missing,
    ) % {"number": missing}
    return Test("members", title, Verdict.NOT_MET, reason, step, Where.MEMBERS, remark=remark)


def _types(facts: Facts) -> Test:
    title = _("At least two types of members")
    sure = [each for each in facts.types if each is not MemberType.OTHER]
    names = ", ".join(str(TYPE_NAMES[each]) for each in facts.types)
    if not facts.types:
        step = _("Enter the members.")
        return Test("types", title, Verdict.NOT_MET, _("No members are entered."), step, Where.MEMBERS)
    reason = _("Members are: %(types)s.") % {"types": names}
    if len(sure) >= LEAST_TYPES:
        return Test("types", title, Verdict.MET, reason)
    step = _("Win a member of another type: a university, an association, a municipality.")
    if len(facts.types) >= LEAST_TYPES:
        reason += " " + _("Whether the platform counts the others as a type is not published.")
        return Test("types", title, Verdict.UNKNOWN, reason, step, Where.MEMBERS)
    return Test("types", title, Verdict.NOT_MET, reason, step, Where.MEMBERS)


def _public(facts: Facts) -> Test:
    title = _("A public body is a member, or cooperation with public bodies is visible")
    if MemberType.PUBLIC in facts.types:
        return Test("public", title, Verdict.MET, _("A public body is a member."))
    if facts.works_with_public_bodies:
        return Test("public", title, Verdict.MET, _("How public bodies support it or work with it is stated."))
    if facts.recognition is Recognition.PROGRAMME:
        return Test("public", title, Verdict.MET, _("A public cluster programme recognises it."))
    reason = _("No member is a public body, and nobody has said how the cluster works with one.")
    step = _("Say which public body supports the cluster or works with it.")
    return Test("public", title, Verdict.UNKNOWN, reason, step, Where.EDIT, "public_cooperation")


def _waiver(facts: Facts) -> Test:
    title = _("Officially recognised: the tests can be waived")
    match facts.recognition:
        case Recognition.PROGRAMME if facts.programme:
            reason = _("Recognised by: %(programme)s.") % {"programme": facts.programme}
            remark = _("Name the programme in the profile's field for regional or national support programmes.")
            return Test("waiver", title, Verdict.MET, reason, remark=remark)
        case Recognition.PROGRAMME:
            reason = _("A programme recognises it, but which one is not entered.")
            step = _("Name the programme: the platform asks for it.")
            return Test("waiver", title, Verdict.UNKNOWN, reason, step, Where.EDIT, "recognised_by")
        case Recognition.SOCIAL_ECONOMY:
            reason = _("The European Commission recognises it as a social economy cluster.")
            return Test("waiver", title, Verdict.MET, reason)
        case Recognition.NONE:
            return Test("waiver", title, Verdict.NOT_MET, _("No programme recognises it."))
    step = _("Say whether a national or regional cluster programme recognises the cluster.")
    return Test("waiver", title, Verdict.UNKNOWN, _("Nobody has said whether."), step, Where.EDIT, "recognition")
