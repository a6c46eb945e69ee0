"""Each time the office looked at the site as somebody else."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_invitation")]
    operations = [
        migrations.CreateModel(
            name='Viewing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='from')),
                ('until', models.DateTimeField(verbose_name='at most until')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'view as another person',
                'verbose_name_plural': 'views as another person',
                'ordering': ['-started_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='viewing',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings_made', to=settings.AUTH_USER_MODEL, verbose_name='who looked'),
        ),
        migrations.AddField(
            model_name='viewing',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings_of', to=settings.AUTH_USER_MODEL, verbose_name='as whom'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.CheckConstraint(condition=models.Q(('actor', models.F('person')), _negated=True), name='nobody_views_as_themselves'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('started_at'))), name='a_view_as_another_lasts_a_while'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_view_as_another_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('actor',), name='somebody_views_as_one_person_at_a_time'),
        ),
    ]
