"""A form invites an address once, however often it is posted: each invitation keeps the number of its form."""

import uuid

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_secretariat")]
    operations = [
        migrations.AddField("invitation", "once", models.UUIDField("form", null=True, editable=False)),
        migrations.RunSQL("update accounts_invitation set once = gen_random_uuid()", migrations.RunSQL.noop),
        migrations.AlterField("invitation", "once", models.UUIDField("form", default=uuid.uuid4, editable=False)),
        migrations.AddConstraint(
            "invitation",
            models.UniqueConstraint(
                F("once"), F("grant"), F("params"), Lower("email"), name="a_form_invites_an_address_once"
            ),
        ),
    ]
