"""Openings and achievements know when they were last changed, so that nobody overwrites another's words unseen."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_memberships_confirmed")]
    operations = [
        operation
        for name in ("opening", "achievement")
        for operation in (
            migrations.AddField(name, "updated_at", models.DateTimeField("changed", default=timezone.now)),
            migrations.AlterField(name, "updated_at", models.DateTimeField("changed", auto_now=True)),
        )
    ]
