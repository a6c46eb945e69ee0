"""A number that changes with each transaction that changes what public pages show.

Statements on watched tables (core/freshness.py says which) leave a note of their transaction; a deferred trigger turns
the note into the next number when the transaction commits. So the number and the change become visible at the same
instant, and the one row that everybody changes is locked for the length of a commit, not of an import.
"""

from django.db import migrations

TABLES = """
create table core_publicstamp (is_only boolean primary key default true check (is_only), stamp bigint not null);
insert into core_publicstamp (stamp) values (1);
create table core_publicchange (change xid8 primary key);
"""
FUNCTIONS = """
create function note_public_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into core_publicchange values (pg_current_xact_id()) on conflict do nothing;
  return null;
end $$;
create function next_public_stamp() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  delete from core_publicchange where change = new.change;
  update core_publicstamp set stamp = stamp + 1;
  return null;
end $$;
create constraint trigger becomes_next_stamp after insert on core_publicchange
  deferrable initially deferred for each row execute function next_public_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_cache_table")]
    operations = [
        migrations.RunSQL(TABLES, "drop table core_publicchange; drop table core_publicstamp"),
        migrations.RunSQL(
            FUNCTIONS,
            "drop trigger becomes_next_stamp on core_publicchange;"
            "drop function next_public_stamp(); drop function note_public_change() cascade",
        ),
    ]
