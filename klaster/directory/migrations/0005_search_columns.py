"""Two columns that PostgreSQL itself keeps for everything that can be searched: its words, and its names.

Django's models do not know these columns: nothing that reads or saves a row should carry them along.
`klaster.directory.search_columns` names them in questions.
"""

from django.db import migrations

ALIASES = "aliases::text[]"
WITH_ABBREVIATION = "aliases::text[] || abbreviation::text"
ENTRY = "search_vector(name, 'A') || search_vector({names}, 'A') || search_vector(summary, 'B') || search_vector(description, 'C')"
TABLES = {
    "directory_cluster": (
        ENTRY.format(names=ALIASES) + " || search_vector(services, 'C') || search_vector(technologies, 'C')",
        f"search_names(name, {ALIASES})",
    ),
    "directory_organisation": (ENTRY.format(names=WITH_ABBREVIATION), f"search_names(name, {WITH_ABBREVIATION})"),
    "directory_network": (ENTRY.format(names=WITH_ABBREVIATION), f"search_names(name, {WITH_ABBREVIATION})"),
    "directory_programme": (ENTRY.format(names=ALIASES), f"search_names(name, {ALIASES})"),
    "directory_opening": (
        "search_vector(title, 'A') || search_vector(conditions, 'B')",
        "search_names(title, '{}'::text[])",
    ),
    "directory_sector": ("search_vector(name, 'A')", "search_names(name, '{}'::text[])"),
}


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_search_functions")]
    operations = [
        migrations.RunSQL(
            f"alter table {table}"
            f" add column search tsvector not null generated always as ({words}) stored,"
            f" add column search_names text not null generated always as ({names}) stored;"
            f"create index {table}_search on {table} using gin (search);"
            f"create index {table}_search_names on {table} using gin (search_names gin_trgm_ops)",
            f"alter table {table} drop column search, drop column search_names",
        )
        for table, (words, names) in TABLES.items()
    ]
