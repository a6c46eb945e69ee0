"""The two columns PostgreSQL keeps for searching, as the directory's tables have them."""

from django.db import migrations

TABLE = "newsroom_articlepage"


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0004_fill_article_words"), ("directory", "0005_search_columns")]
    operations = [
        migrations.RunSQL(
            f"alter table {TABLE}"
            " add column search tsvector not null generated always as ("
            "search_vector(words -> 'title', 'A') || search_vector(words -> 'summary', 'B')"
            " || search_vector(words -> 'body', 'C')) stored,"
            " add column search_names text not null generated always as"
            " (search_names(words -> 'title', '{}'::text[])) stored;"
            f"create index {TABLE}_search on {TABLE} using gin (search);"
            f"create index {TABLE}_search_names on {TABLE} using gin (search_names gin_trgm_ops)",
            f"alter table {TABLE} drop column search, drop column search_names",
        )
    ]
