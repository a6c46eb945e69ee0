"""A publisher may be called differently in each language; what was one name for all stays so."""

from django.conf import settings
from django.db import migrations

import klaster.core.fields


def by_language(column: str, key: str = "") -> str:
    pairs = ", ".join(f"'{key}{code}', {column}" for code, _name in settings.LANGUAGES)
    return f"case {column} when '' then '{{}}'::jsonb else jsonb_build_object({pairs}) end"


FORWARDS = [
    f"alter table directory_source alter column publisher type jsonb using {by_language('publisher')}",
    # what a network file last wrote, or the next load would take the new form for a person's edit
    f"""
    update directory_filerow
    set values = values - 'publisher' || {by_language("(values->>'publisher')", "publisher.")}
    where kind = 'source' and values ? 'publisher'
    """,
]
BACKWARDS = """
alter table directory_source alter column publisher type varchar(200) using
  coalesce(publisher->>'en', publisher->>'{settings.LANGUAGE_CODE}', '')
""".format(settings=settings)


class Migration(migrations.Migration):
    dependencies = [("directory", "0009_when_changed")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(FORWARDS, BACKWARDS)],
            [
                migrations.AlterField(
                    "source",
                    "publisher",
                    klaster.core.fields.TranslatedTextField(blank=True, max_length=200, verbose_name="publisher"),
                )
            ],
        )
    ]
