"""The list of organisations, of which there may be a million: no question may look at all of them.

Each kind of question has an index of its own: what there is to choose from, how many there are, who comes next by
name. Words are looked up first, and what was found is then sorted; where more was found than can be sorted at once the
page says so and shows the first of them. (Walking the index of names and passing over what has not the words would be
quick for a word that is everywhere, and endless for one with which names begin.)
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.paginator import Page
from django.db import connection
from django.db.models import Index, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.core import after_migrate, languages
from klaster.core.fields import in_language
from klaster.core.languages import SortKey
from klaster.directory import search_query
from klaster.directory.by_name import Leafing, Sorted
from klaster.directory.filters import Choice, Facet
from klaster.directory.models import Organisation
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import OrganisationQuerySet

MOST_SORTED = 1000  # rows with the words somebody typed that are sorted by name
# The next value of a column, then the next one after it: as many steps as there are values, not as there are rows.
VALUES = """
with recursive given as (
  (select {column} as value from directory_organisation where status = 'published' order by {column} limit 1)
  union all
  select (
    select {column} from directory_organisation
    where status = 'published' and {column} > given.value order by {column} limit 1
  ) from given where given.value is not null
)
select value from given where value <> ''
"""


def values(column: str) -> list[str]:
    """All values of `kind` or `country` that published organisations have."""
    with connection.cursor() as cursor:
        cursor.execute(VALUES.format(column=connection.ops.quote_name(column)))
        return [value for (value,) in cursor.fetchall()]


def facets() -> list[Facet]:
    """Kinds and countries that published organisations have."""
    kinds = set(values("kind"))
    used = languages.in_order(values("country"), countries.name)
    return [
        Facet("kind", _("Kind"), [Choice(k, capfirst(label)) for k, label in Organisation.Kind.choices if k in kinds]),
        Facet("country", _("Country"), [Choice(code, countries.name(code)) for code in used]),
    ]


def page(rows: OrganisationQuerySet, text: str, per_page: int, asked: Mapping[str, str]) -> Page:
    """Those of `rows` that have the words, by name: the page that `asked` wants."""
    shown = rows.select_related("region")
    if not search_query.read(text):
        return Leafing(shown, per_page).asked(asked)
    key = SortKey(in_language("name"))
    having = list(rows.with_words(text).order_by().values_list(key, "pk")[: MOST_SORTED + 1])
    pks = [pk for _key, pk in sorted(having[:MOST_SORTED])]  # the database made the keys; COLLATE "C" is Python's order
    return Sorted(shown, pks, per_page, most=MOST_SORTED, found=len(having)).get_page(asked.get("page"))


def keep_name_indexes() -> None:
    """An index by name for each language of the site, with what is filtered by in it."""
    after_migrate.keep_indexes(
        Organisation,
        "organisation_by_name_",
        [
            Index(
                SortKey(in_language("name", code), code), "id", "country", "kind",
                condition=Q(status=Publication.PUBLISHED), name=f"organisation_by_name_{code.replace('-', '_')}",
            )
            for code in languages.codes()
        ],
    )  # fmt: skip
