"""Postings are searched through the same kept columns and index as the directory, in every language they have."""

from importlib import import_module

from django.db import migrations

index = import_module("klaster.directory.migrations.0035_search_index")
words = import_module("klaster.directory.migrations.0036_words_of_names")
TABLE = "matchmaking_posting"

# jsonb_build_object() is only stable, for the sake of types whose output changes; for text it never does.
FUNCTIONS = """
create function matchmaking_in_language(language text, words text) returns jsonb
language sql immutable parallel safe as $$ select pg_catalog.jsonb_build_object(language, words) $$;
create function matchmaking_keep_other_texts() returns trigger language plpgsql as $$
declare
  changed bigint := coalesce(new.posting_id, old.posting_id);
begin
  update matchmaking_posting set (other_titles, other_texts) = (
    select coalesce(jsonb_object_agg(language, title), '{}'), coalesce(jsonb_object_agg(language, text), '{}')
    from matchmaking_postingtext where posting_id = changed
  ) where id = changed;
  return null;
end $$;
"""
COLUMNS = f"""
alter table {TABLE}
  add column other_titles jsonb not null default '{{}}',
  add column other_texts jsonb not null default '{{}}';
alter table {TABLE}
  add column search tsvector not null generated always as (
    search_vector(matchmaking_in_language(language, title) || other_titles, 'A')
    || search_vector(matchmaking_in_language(language, text) || other_texts, 'B')) stored,
  add column search_names text not null generated always as
    (search_names(matchmaking_in_language(language, title) || other_titles, '{{}}'::text[])) stored;
create index {TABLE}_search on {TABLE} using gin (search);
create index {TABLE}_search_names on {TABLE} using gin (search_names gin_trgm_ops);
create trigger keep_other_texts after insert or update or delete on matchmaking_postingtext
  for each row execute function matchmaking_keep_other_texts();
update matchmaking_postingtext set title = title;
"""
BACK = f"""
drop trigger keep_other_texts on matchmaking_postingtext;
alter table {TABLE} drop column search, drop column search_names, drop column other_titles, drop column other_texts;
"""


class Migration(migrations.Migration):
    dependencies = [("matchmaking", "0004_sent_once"), ("directory", "0036_words_of_names")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "drop function matchmaking_keep_other_texts(); drop function matchmaking_in_language(text, text)",
        ),
        migrations.RunSQL(COLUMNS, BACK),
        migrations.RunSQL(index.INDEXES.format(table=TABLE), index.BACK.format(table=TABLE)),
        migrations.RunSQL(words.TRIGGERS.format(table=TABLE), words.BACK.format(table=TABLE)),
    ]
