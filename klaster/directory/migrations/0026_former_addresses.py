"""An address that changes goes on leading to its entry, whoever changed it: a form, an import, a command."""

from django.db import migrations

KEEP = """
create function keep_former_address() returns trigger language plpgsql as $$
begin
  insert into directory_formeraddress (kind, slug, entry, since) values (tg_argv[0], old.slug, old.id, now())
  on conflict (kind, slug) do update set entry = excluded.entry, since = excluded.since;
  return null;
end $$
"""
KINDS = ("cluster", "organisation", "network", "programme")


class Migration(migrations.Migration):
    dependencies = [("directory", "0025_unions")]
    operations = [
        migrations.RunSQL(KEEP, "drop function keep_former_address()"),
        *(
            migrations.RunSQL(
                f"create trigger keeps_former_address after update of slug on directory_{kind} for each row "
                f"when (old.slug is distinct from new.slug) execute function keep_former_address('{kind}')",
                f"drop trigger keeps_former_address on directory_{kind}",
            )
            for kind in KINDS
        ),
    ]
