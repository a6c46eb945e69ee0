"""Names without legal forms, in a column that PostgreSQL keeps, and hosts of websites: what duplicates are found by.

Kept, not computed when asked: looking up similar names compares thousands of them. Django's models do not know the
column, as those of the search.
"""

from django.db import migrations

# klaster/directory/duplicates/legal_forms.py has the same list today; a test compares what they say.
FORMS = (
    "labdaros ir paramos fondas|uzdaroji akcine bendrove|kooperatine bendrove|joint stock company"
    "|public institution|savivaldybes imone|individuali imone|akcine bendrove|mazoji bendrija"
    "|valstybes imone|viesoji istaiga|incorporated|spolka z o o|aktsiaselts|corporation|asociacija"
    "|gmbh co kg|osauhing|sp z o o|company|limited|d o o|ggmbh|s p a|s r l|s r o|bvba|corp|eood|gmbh|ltda"
    "|nyrt|sarl|sp j|a s|aps|asa|b v|doo|e v|ead|inc|kft|kub|lda|llc|llp|ltd|mbh|n v|ood|oyj|plc|s a|s l"
    "|sas|sia|slu|spa|srl|sro|tub|uab|vsi|zrt|zub|ab|ad|ag|as|bv|co|ev|ii|kg|ky|mb|nv|ou|oy|sa|si|sl|vi"
)
CORE_NAME = f"""
create function core_name(t text) returns text language sql immutable parallel safe strict as $$
  select coalesce(
    nullif(regexp_replace(regexp_replace(n.plain, '^(?:(?:{FORMS}) )+', ''), '(?: (?:{FORMS}))+$', ''), ''), n.plain
  )
  from (select public.plain(public.search_words(t)) as plain) n
$$
"""
CORE_NAMES = """
create function core_names(texts jsonb, names text[]) returns text language sql immutable parallel safe as $$
  select '|' || coalesce(string_agg(distinct core, '|'), '') || '|' from (
    select public.core_name(value) as core from pg_catalog.jsonb_each_text(texts)
    union all select public.core_name(name) from unnest(names) name
  ) cores where core <> ''
$$
"""
WEBSITE_HOST = r"""
create function website_host(url text) returns text language sql immutable parallel safe strict return
  lower(coalesce(substring(url from '^https?://(?:[^/?#]*@)?(?:www\.)?([^/:?#]+)'), ''))
"""
TABLES = {"directory_organisation": "aliases::text[] || abbreviation::text", "directory_cluster": "aliases::text[]"}


class Migration(migrations.Migration):
    dependencies = [("directory", "0027_duplicates")]
    operations = [
        migrations.RunSQL(CORE_NAME, "drop function core_name(text)"),
        migrations.RunSQL(CORE_NAMES, "drop function core_names(jsonb, text[])"),
        migrations.RunSQL(WEBSITE_HOST, "drop function website_host(text)"),
        *(
            migrations.RunSQL(
                f"alter table {table}"
                f" add column core_names text not null generated always as (core_names(name, {names})) stored;"
                f"create index {table}_core_names on {table} using gin (core_names gin_trgm_ops)",
                f"alter table {table} drop column core_names",
            )
            for table, names in TABLES.items()
        ),
    ]
