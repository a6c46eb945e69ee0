from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='network',
            name='kind',
            field=models.CharField(choices=[('national_association', 'national cluster association'), ('national_network', 'national cluster network'), ('cluster_network', 'cluster network'), ('international_network', 'international network'), ('alliance', 'alliance of associations'), ('platform', 'platform')], max_length=25, verbose_name='kind'),
        ),
    ]
