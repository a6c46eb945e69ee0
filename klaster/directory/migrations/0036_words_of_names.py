"""Each word that stands in a name, once: a mistyped word is compared with these, not with a million names.

Triggers add the words of new names. A word whose last name is gone stays; it finds nothing. There is no unique index:
two imports that bring the same new word need not wait for each other, and a word that is there twice does no harm.
"""

from django.db import migrations

TABLES = [
    "directory_cluster", "directory_organisation", "directory_network", "directory_programme", "directory_opening",
    "directory_sector",
]  # fmt: skip
WORDS = """
create table search_word (word text not null);
create index search_word_word on search_word (word);
create index search_word_near on search_word using gin (word gin_trgm_ops);
"""
KEEP = """
create function keep_search_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into search_word (word)
  select distinct given.word
  from changed cross join lateral regexp_split_to_table(changed.search_names, '[| ]+') as given(word)
  where length(given.word) between 3 and 60
    and not exists (select from search_word known where known.word = given.word);
  return null;
end $$
"""
TRIGGERS = """
create trigger keep_new_words after insert on {table}
  referencing new table as changed for each statement execute function keep_search_words();
create trigger keep_changed_words after update on {table}
  referencing new table as changed for each statement execute function keep_search_words();
insert into search_word (word)
  select distinct given.word
  from {table} cross join lateral regexp_split_to_table(search_names, '[| ]+') as given(word)
  where length(given.word) between 3 and 60
    and not exists (select from search_word known where known.word = given.word);
"""
BACK = "drop trigger keep_new_words on {table}; drop trigger keep_changed_words on {table};"


class Migration(migrations.Migration):
    dependencies = [("directory", "0035_search_index")]
    operations = [
        migrations.RunSQL(WORDS, "drop table search_word"),
        migrations.RunSQL(KEEP, "drop function keep_search_words()"),
        *(migrations.RunSQL(TRIGGERS.format(table=table), BACK.format(table=table)) for table in TABLES),
    ]
