"""A form sends one message, however often it is posted: each message keeps the number of its form."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_search_columns")]
    operations = [
        migrations.AddField("contactmessage", "once", models.UUIDField("form", null=True, editable=False)),
        migrations.RunSQL("update directory_contactmessage set once = gen_random_uuid()", migrations.RunSQL.noop),
        migrations.AlterField(
            "contactmessage", "once", models.UUIDField("form", default=uuid.uuid4, unique=True, editable=False)
        ),
    ]
