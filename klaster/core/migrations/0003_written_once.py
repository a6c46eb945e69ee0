"""Audit rows are written once, whoever asks."""

from django.db import migrations

from klaster.core.database import REFUSE_CHANGE, AppendOnly


class Migration(migrations.Migration):
    dependencies = [("core", "0002_records")]
    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "drop function refuse_change()"),
        AppendOnly("core_auditevent"),
    ]
