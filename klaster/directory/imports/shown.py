"""Imports for their pages: rows in words, tabs with counts, how far a job is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klaster.core import spreadsheets
from klaster.directory.models import ClusterMembership, Import, ImportRow, Organisation, Region

Decision, Outcome = ImportRow.Decision, ImportRow.Outcome
LOOKED_AT = 200  # rows in which the last column is looked for
PROBLEMS, DUPLICATES, OPEN = "problems", "duplicates", "open"


def samples(import_: Import, count: int) -> dict[int, list[str]]:
    """What the first rows say in each column, without empty cells."""
    found: dict[int, list[str]] = {}
    for cells in import_.rows.order_by("line").values_list("cells", flat=True)[:LOOKED_AT]:
        for column, cell in enumerate(cells):
            if cell and len(found.setdefault(column, [])) < count and cell not in found[column]:
                found[column].append(cell)
    return found


def steps(import_: Import, current: int) -> list[dict[str, Any]]:
    upload = (
        reverse("import_members", args=[import_.cluster.slug]) if import_.cluster else reverse("import_organisations")
    )
    back = import_.state in (Import.State.MAPPING, Import.State.CHECKED)
    urls = [upload, reverse("import_columns", args=[import_.pk]) if back and current > 1 else "", "", ""]
    titles = [_("File"), _("Columns"), _("Check"), _("Report")]
    return [
        {"title": title, "url": url, "done": number < current, "current": number == current}
        for number, (title, url) in enumerate(zip(titles, urls, strict=True))
    ]


def earlier(import_: Import) -> Import | None:
    """The same file, imported before by the same person."""
    same = Import.objects.filter(
        by=import_.by_id, digest=import_.digest, cluster=import_.cluster_id, state=Import.State.DONE
    )
    return same.exclude(pk=import_.pk).order_by("-pk").first()


# --- the look before --------------------------------------------------------------------------------------------------
def filtered(import_: Import, chosen: str) -> QuerySet[ImportRow]:
    conditions = {
        PROBLEMS: ~Q(problems=[]),
        DUPLICATES: Q(has_error=False) & ~Q(candidates=[]),
        OPEN: Q(has_error=False, decision=""),
    }
    return import_.rows.filter(conditions.get(chosen, Q()))


def counts(import_: Import) -> dict[str, int]:
    good = Q(has_error=False)
    return import_.rows.aggregate(
        all=Count("pk"),
        new=Count("pk", filter=good & Q(decision=Decision.NEW)),
        same=Count("pk", filter=good & Q(decision=Decision.SAME)),
        skip=Count("pk", filter=good & Q(decision=Decision.SKIP)),
        errors=Count("pk", filter=Q(has_error=True)),
        open=Count("pk", filter=good & Q(decision="")),
        ready=Count("pk", filter=good & Q(decision__in=[Decision.NEW, Decision.SAME])),
    )


def tabs(import_: Import, chosen: str) -> list[dict[str, Any]]:
    titles = {
        "": pgettext("rows of a table", "All"), PROBLEMS: _("With problems"), DUPLICATES: _("Perhaps known already"),
        OPEN: _("Waiting for your choice"),
    }  # fmt: skip
    return [
        {"title": title, "show": show, "count": filtered(import_, show).count(), "current": show == chosen}
        for show, title in titles.items()
    ]


def preview(import_: Import, rows: Sequence[ImportRow]) -> list[dict[str, Any]]:
    matches = {candidate["pk"] for row in rows for candidate in row.candidates if candidate["pk"]}
    known = Organisation.objects.in_bulk(matches)
    members = set()
    if import_.cluster_id:
        of_cluster = ClusterMembership.objects.filter(cluster=import_.cluster_id, organisation__in=matches)
        current = of_cluster.active() | of_cluster.waiting()
        members = set(current.values_list("organisation", flat=True))
    regions = {region.code: str(region) for region in Region.objects.filter(level=3)}
    return [
        {
            "row": row,
            "name": row.name,
            "meta": meta(row, regions),
            "problems": [problem_in_words(import_, problem) for problem in row.problems],
            "twin": next((each["line"] for each in row.candidates if each["reason"] == "line"), None),
            "candidates": [candidate_shown(each, known, members) for each in row.candidates if each["pk"] in known],
            "may_be_new": all(each["reason"] != "code" for each in row.candidates),
            "match": known.get(row.match),
            "is_member": row.match in members,
        }
        for row in rows
    ]


def candidate_shown(
    candidate: Mapping[str, Any], known: Mapping[int, Organisation], members: set[int]
) -> dict[str, Any]:
    pk = candidate["pk"]
    return {"organisation": known[pk], "pk": pk, "why": why(candidate), "is_member": pk in members}


def meta(row: ImportRow, regions: Mapping[str, str]) -> list[str]:
    """What a person recognises the organisation by."""
    said = row.values
    kinds, memberships = dict(Organisation.Kind.choices), dict(ClusterMembership.Kind.choices)
    words = [
        said.get("legal_code"), kinds.get(said.get("kind") or ""), regions.get(said.get("region") or ""),
        said.get("website"), ", ".join(said.get("nace") or []),
        _("since %(day)s") % {"day": said["joined"]} if said.get("joined") else "",
        memberships.get(said.get("membership_kind") or ""),
    ]  # fmt: skip
    return [str(word) for word in words if word]


def problem_in_words(import_: Import, problem: Mapping[str, Any]) -> dict[str, Any]:
    """Untranslated words and what goes into them, as a sentence with its column."""
    column = problem["column"]
    where = ""
    if column is not None:
        heading = import_.headings[column] if column < len(import_.headings) else ""
        letter = spreadsheets.letters_of(column)
        where = (
            _("Column %(letter)s, “%(heading)s”:") % {"letter": letter, "heading": heading}
            if heading
            else _("Column %(letter)s:") % {"letter": letter}
        )
    words = _(problem["words"])
    return {
        "where": where,
        "text": words % problem["params"] if problem["params"] else words,
        "is_error": problem["level"] == "error",
    }


def why(candidate: Mapping[str, Any]) -> str:
    match candidate["reason"]:
        case "code":
            return _("the same legal code %(code)s") % {"code": candidate["legal_code"]}
        case "name":
            return _("the same name or other name")
    return _("a similar name")


def choices(posted: Mapping[str, str]) -> dict[int, tuple[str, int | None]]:
    """Decisions by row: fields are named row-17 and say "new", "skip" or "same-5"."""
    found: dict[int, tuple[str, int | None]] = {}
    for name, value in posted.items():
        number = name.removeprefix("row-")
        if number == name or not value:
            continue
        decision, _dash, match = value.partition("-")
        is_named = re.fullmatch(r"[0-9]{1,18}", match) if decision == Decision.SAME else not match
        if not re.fullmatch(r"[0-9]{1,18}", number) or decision not in Decision.values or not is_named:
            raise ValidationError(_("Choose one of the answers."))
        found[int(number)] = (decision, int(match) if match else None)
    return found


# --- the report -------------------------------------------------------------------------------------------------------
def percent(import_: Import) -> int:
    return min(99, round(100 * import_.done / import_.total)) if import_.total else 0


def reported(import_: Import, chosen: str) -> QuerySet[ImportRow]:
    if chosen == "kept":
        return import_.rows.filter(written__has_key="kept").exclude(written__kept=[])
    return import_.rows.filter(outcome=chosen) if chosen in Outcome.values else import_.rows.all()


def report_tabs(import_: Import, chosen: str) -> list[dict[str, Any]]:
    found = {
        row["outcome"]: row["count"]
        for row in import_.rows.order_by().values("outcome").annotate(count=Count("pk"))
        if row["outcome"]
    }
    tabs = [{"title": pgettext("rows of a table", "All"), "show": "", "count": sum(found.values())}]
    tabs += [
        {"title": capfirst(str(outcome.label)), "show": outcome.value, "count": found[outcome.value]}
        for outcome in Outcome
        if found.get(outcome.value)
    ]
    if import_.counts.get("kept"):
        tabs.append({"title": _("Not taken back"), "show": "kept", "count": import_.counts["kept"]})
    return [{**tab, "current": tab["show"] == chosen} for tab in tabs]


def report(rows: Sequence[ImportRow]) -> list[dict[str, Any]]:
    """Each row with what came of it and where to see it; names as they are now."""
    pks = {row.written.get("organisation") for row in rows}
    known = Organisation.objects.in_bulk([pk for pk in pks if pk])
    return [
        {
            "row": row,
            "name": row.name,
            "organisation": known.get(row.written.get("organisation")),
            "outcome": row.get_outcome_display(),
            "kept": [_(words) for words in row.written.get("kept", [])],
        }
        for row in rows
    ]


def figures(import_: Import) -> list[tuple[str, int]]:
    titles = {
        "created": _("created"), "changed": _("changed"), "unchanged": _("nothing to change"), "skipped": _("left out"),
        "undone": _("taken back"), "kept": _("not taken back"),
    }  # fmt: skip
    return [(title, import_.counts[name]) for name, title in titles.items() if import_.counts.get(name)]
