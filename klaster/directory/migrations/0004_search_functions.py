"""How texts become searchable: a text search configuration a language, and the functions that columns are made of."""

from django.db import migrations

# ISO 639-1 code -> the stemmer PostgreSQL ships. A server may lack the newest ones; texts in languages without a
# stemmer are searched by plain words.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
WORDS = "asciihword, asciiword, hword, hword_asciipart, hword_numpart, hword_part, numhword, numword, word"

# Letters and digits in one Unicode form, everything else a space: no parser then takes "KLASTER.LT" for a host name.
SEARCH_WORDS = """
create function search_words(t text) returns text language sql immutable parallel safe strict return
  btrim(regexp_replace(normalize(t, NFKC), '[^[:alnum:]]+', ' ', 'g'))
"""
# Both the stems and the plain words of each language's text: stems join the cases of a word, plain words let a word be
# found by its beginning where the stemmer cuts two cases differently.
SEARCH_VECTOR = """
create function search_vector(texts jsonb, weight "char") returns tsvector
language plpgsql immutable parallel safe as $$
declare
  entry record;
  result tsvector := ''::tsvector;
begin
  if jsonb_typeof(texts) = 'object' then
    for entry in select key, public.search_words(value) as words from jsonb_each_text(texts) loop
      result := result || to_tsvector(public.search_config(entry.key), coalesce(entry.words, ''))
        || to_tsvector('public.search_plain'::regconfig, coalesce(entry.words, ''));
    end loop;
  end if;
  return setweight(result, weight);
end $$;
create function search_vector(names text[], weight "char") returns tsvector
language sql immutable parallel safe return
  setweight(to_tsvector('public.search_plain'::regconfig, public.search_words(coalesce(array_join(names), ''))), weight)
"""
# array_to_string() is only stable, for the sake of element types whose output changes; for text it never does.
ARRAY_JOIN = """
create function array_join(texts text[]) returns text language sql immutable parallel safe strict as
  $$ select pg_catalog.array_to_string(texts, ' | ') $$
"""
# |smart food klasteris|smart food cluster|smartfood|: a name between bars is exact, one after a bar begins so.
SEARCH_NAMES = """
create function search_names(texts jsonb, names text[]) returns text language sql immutable parallel safe as $$
  select '|' || coalesce(string_agg(public.plain(public.search_words(name)), '|'), '') || '|'
  from (
    select value as name from pg_catalog.jsonb_each_text(texts)
    union all select unnest(names)
  ) as all_names
  where public.search_words(name) <> ''
$$
"""


def make_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("create text search configuration search_plain (copy = pg_catalog.simple)")
        cursor.execute(f"alter text search configuration search_plain alter mapping for {WORDS} with unaccent, simple")
        cursor.execute("select cfgname from pg_ts_config where cfgnamespace = 'pg_catalog'::regnamespace")
        known = {name for (name,) in cursor.fetchall()}
        branches = []
        for code, stemmer in STEMMERS.items():
            if stemmer not in known:
                continue
            cursor.execute(f"create text search configuration search_{code} (copy = pg_catalog.{stemmer})")
            cursor.execute(
                f"alter text search configuration search_{code} alter mapping for {WORDS} with unaccent, {stemmer}_stem"
            )
            branches.append(f"when '{code}' then 'public.search_{code}'::regconfig")
        cursor.execute(
            "create function search_config(language text) returns regconfig language sql immutable parallel safe return "
            f"case language {' '.join(branches)} else 'public.search_plain'::regconfig end"
        )


def drop_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("drop function search_config(text)")
        cursor.execute("select cfgname from pg_ts_config where cfgname like 'search\\_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"drop text search configuration {name}")


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_file_rows"), ("core", "0001_database")]
    operations = [
        migrations.RunPython(make_configurations, drop_configurations, elidable=False),
        migrations.RunSQL(SEARCH_WORDS, "drop function search_words(text)"),
        migrations.RunSQL(ARRAY_JOIN, "drop function array_join(text[])"),
        migrations.RunSQL(
            SEARCH_VECTOR, 'drop function search_vector(jsonb, "char"); drop function search_vector(text[], "char")'
        ),
        migrations.RunSQL(SEARCH_NAMES, "drop function search_names(jsonb, text[])"),
    ]
