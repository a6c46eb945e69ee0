"""An opening says whether it seeks a member, a partner or a supplier."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_messages_once")]
    operations = [
        migrations.AddField(
            "opening",
            "kind",
            models.CharField(
                "seeks",
                choices=[
                    ("member", "new member"),
                    ("partner", "partner for a project"),
                    ("supplier", "supplier or service"),
                ],
                default="member",
                max_length=10,
            ),
        ),
    ]
