"""One index a searched table for all that is asked of it: words in texts, words in names, and how names begin.

Beside the words of the texts it holds each name whole, after a bar, and each word of a name, after an equals sign. A
beginning ('|smart fo':*) and a word of a name ('=smart':*) are then read from the index alone; by trigrams and by
weights every row that came near had to be fetched and looked at.

The function is said to be costly, which it is: the planner then goes through the index even where it thinks that the
first thousand rows of the table would do.
"""

from django.db import migrations

SEARCH_INDEX = """
create function search_index(words tsvector, names text) returns tsvector
language plpgsql immutable parallel safe strict cost 500 as $$
begin
  return words
    || array_to_tsvector(array(
      select '|' || name from unnest(string_to_array(names, '|')) as name where name <> ''))
    || array_to_tsvector(array(select '=' || word from unnest(tsvector_to_array(ts_filter(words, '{a}'))) as word));
end $$
"""
TABLES = [
    "directory_cluster", "directory_organisation", "directory_network", "directory_programme", "directory_opening",
    "directory_sector",
]  # fmt: skip
INDEXES = """
drop index {table}_search;
create index {table}_search on {table} using gin (search_index(search, search_names));
create index {table}_first_name on {table} ("left"(search_names, 60) collate "C");
"""
BACK = """
drop index {table}_first_name;
drop index {table}_search;
create index {table}_search on {table} using gin (search);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0016_words_of_refusals")]
    operations = [
        migrations.RunSQL(SEARCH_INDEX, "drop function search_index(tsvector, text)"),
        *(migrations.RunSQL(INDEXES.format(table=table), BACK.format(table=table)) for table in TABLES),
    ]
