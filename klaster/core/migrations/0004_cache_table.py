"""The table of the cache (CACHES in settings.py), so that nobody has to remember `createcachetable`."""

from django.db import migrations

CREATE = """
create table if not exists cache (
  cache_key varchar(255) not null primary key, value text not null, expires timestamptz not null
);
create index if not exists cache_expires on cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_written_once")]
    operations = [migrations.RunSQL(CREATE, "drop table cache")]
