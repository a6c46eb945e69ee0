"""Groups of the office, their rights on pages and files, and the approval of drafts."""

from django.db import migrations

from klaster.pages.foundations import lay


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("accounts", "0001_initial"),
    ]
    operations = [migrations.RunPython(lambda apps, _schema: lay(apps), migrations.RunPython.noop)]
