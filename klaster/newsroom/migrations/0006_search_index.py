"""Articles are searched through the same kind of index as the directory, and their titles give words too."""

from importlib import import_module

from django.db import migrations

index = import_module("klaster.directory.migrations.0035_search_index")
words = import_module("klaster.directory.migrations.0036_words_of_names")
TABLE = "newsroom_articlepage"


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0005_article_search_columns"), ("directory", "0036_words_of_names")]
    operations = [
        migrations.RunSQL(index.INDEXES.format(table=TABLE), index.BACK.format(table=TABLE)),
        migrations.RunSQL(words.TRIGGERS.format(table=TABLE), words.BACK.format(table=TABLE)),
    ]
