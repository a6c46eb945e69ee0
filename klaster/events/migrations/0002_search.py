"""Events are searched through the same kept columns and index as the directory."""

from importlib import import_module

from django.db import migrations

index = import_module("klaster.directory.migrations.0035_search_index")
words = import_module("klaster.directory.migrations.0036_words_of_names")
TABLE = "events_event"


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("directory", "0036_words_of_names")]
    operations = [
        migrations.RunSQL(
            f"alter table {TABLE}"
            " add column search tsvector not null generated always as ("
            "search_vector(title, 'A') || search_vector(summary, 'B') || search_vector(description, 'C')) stored,"
            " add column search_names text not null generated always as"
            " (search_names(title, '{}'::text[])) stored;"
            f"create index {TABLE}_search on {TABLE} using gin (search);"
            f"create index {TABLE}_search_names on {TABLE} using gin (search_names gin_trgm_ops)",
            f"alter table {TABLE} drop column search, drop column search_names",
        ),
        migrations.RunSQL(index.INDEXES.format(table=TABLE), index.BACK.format(table=TABLE)),
        migrations.RunSQL(words.TRIGGERS.format(table=TABLE), words.BACK.format(table=TABLE)),
    ]
