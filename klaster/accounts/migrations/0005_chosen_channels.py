"""Where a person wants to be told about what."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_viewing'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='chosen_channels',
            field=models.JSONField(blank=True, default=dict, help_text='Topic → where to be told; a topic that is missing keeps its own default.', verbose_name='channels of notices'),
        ),
    ]
