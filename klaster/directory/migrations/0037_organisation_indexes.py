"""What filters of the list of organisations leave is counted in an index, not in the table."""

from django.db import migrations, models

PUBLISHED = models.Q(status="published")


class Migration(migrations.Migration):
    dependencies = [("directory", "0036_words_of_names")]
    operations = [
        migrations.AddIndex(
            "organisation",
            models.Index(condition=PUBLISHED, fields=["country", "kind"], name="organisation_by_country"),
        ),
        migrations.AddIndex(
            "organisation",
            models.Index(condition=PUBLISHED, fields=["kind", "country"], name="organisation_by_kind"),
        ),
    ]
