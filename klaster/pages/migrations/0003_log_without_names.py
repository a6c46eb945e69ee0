"""Takes Wagtail's copies of what the audit holds out of its log: they carry names of people, and nothing forgets them."""

from django.db import migrations

AUDITED = ("accounts", "core", "directory")


def forget(apps, schema_editor):
    apps.get_model("wagtailcore", "ModelLogEntry").objects.filter(content_type__app_label__in=AUDITED).delete()


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_office"), ("wagtailcore", "0098_apitoken"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
