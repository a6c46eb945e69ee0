"""Make what is already written searchable: every text of the body, without its markup."""

from django.db import migrations

FILL = """
update newsroom_articlepage as article
set words = jsonb_build_object(
  'title', jsonb_build_object(locale.language_code, page.title),
  'summary', jsonb_build_object(locale.language_code, article.summary),
  'body', jsonb_build_object(locale.language_code, coalesce((
    select string_agg(regexp_replace(text #>> '{}', '<[^>]*>', ' ', 'g'), ' ')
    from jsonb_path_query(article.body, 'strict $[*].value ? (@.type() == "string")') as text
  ), '') || ' ' || coalesce((
    select string_agg(text #>> '{}', ' ')
    from jsonb_path_query(
      article.body,
      'strict $[*].value.** ? (@.type() == "object").keyvalue()
       ? (@.value.type() == "string" && @.key != "id" && @.key != "type").value'
    ) as text
  ), ''))
)
from wagtailcore_page as page
left join wagtailcore_page as original on original.id = page.alias_of_id
join wagtailcore_locale as locale on locale.id = coalesce(original.locale_id, page.locale_id)
where page.id = article.page_ptr_id
"""


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0003_article_words")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
