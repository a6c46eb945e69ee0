"""Each name of an organisation on its own, so that a thousand names of a file are looked up in one question."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0020_imports")]
    operations = [
        migrations.RunSQL(
            "create index directory_organisation_each_name on directory_organisation"
            " using gin (string_to_array(search_names, '|'))",
            "drop index directory_organisation_each_name",
        ),
    ]
