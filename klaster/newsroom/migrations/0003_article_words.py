"""What an article is searched by, in the language it is written in; the page fills it whenever it is saved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0002_article_source")]
    operations = [
        migrations.AddField(
            model_name="articlepage",
            name="words",
            field=models.JSONField(default=dict, editable=False, verbose_name="what it is searched by"),
        ),
    ]
