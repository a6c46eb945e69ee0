import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation

from klaster.core import languages
from klaster.core.fields import PartialDate, PartialDateField, Translated, TranslatedTextField


def test_text_is_shown_in_the_readers_language_then_english_then_any():
    text = Translated(lt="klasteris", en="cluster")
    with translation.override("lt"):
        assert str(text) == "klasteris"
    with translation.override("en"):
        assert str(text) == "cluster"
    with translation.override("lt"):
        assert str(Translated(en="cluster")) == "cluster"
        assert str(Translated(de="Cluster")) == "Cluster"
        assert Translated(de="Cluster").language == "de"


def test_required_text_needs_one_language():
    field = TranslatedTextField()
    assert field.clean({"lt": " klasteris ", "en": ""}, None) == {"lt": "klasteris"}
    with pytest.raises(ValidationError):
        field.clean({"lt": "", "en": " "}, None)


@pytest.mark.parametrize("value", ["2017", "2017-05", "2017-05-31"])
def test_partial_date_is_read(value):
    assert PartialDateField().clean(value, None) == value


@pytest.mark.parametrize(
    ("value", "language", "alone", "in_sentence"),
    [
        ("2014", "lt", "2014 m.", "2014 m."),
        ("2014-10", "lt", "2014 m. spalis", "2014 m. spalio"),
        ("2014-10-02", "lt", "2014 m. spalio 2 d.", "2014 m. spalio 2 d."),
        ("2014", "en", "2014", "2014"),
        ("2014-10", "en", "October 2014", "October 2014"),
    ],
)
def test_partial_date_in_words(value, language, alone, in_sentence):
    """In Lithuanian a month after "since" has another ending than one that stands alone."""
    with translation.override(language):
        shown = PartialDate(value).display(), PartialDate(value).in_sentence()
    assert [text.replace("\u00a0", " ") for text in shown] == [alone, in_sentence]


@pytest.mark.parametrize("value", ["17", "2017-13", "2017-02-30", "2017-5", "31.05.2017"])
def test_partial_date_refuses_what_is_no_date(value):
    with pytest.raises(ValidationError):
        PartialDateField().clean(value, None)


@pytest.mark.django_db
def test_lithuanian_order():
    words = ["Šiauliai", "Tauragė", "Žemaitija", "Zarasai", "Ąžuolas", "Asociacija", "Čiobreliai", "Cechas"]
    with connection.cursor() as cursor:
        cursor.execute("select w from unnest(%s::text[]) w order by sort_key(w, 'lt') collate \"C\"", [words])
        ordered = [row[0] for row in cursor.fetchall()]
    assert ordered == ["Asociacija", "Ąžuolas", "Cechas", "Čiobreliai", "Šiauliai", "Tauragė", "Zarasai", "Žemaitija"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["lt", "en", "fr"])
def test_lists_that_do_not_come_from_the_database_are_in_its_order(language):
    words = ["Šiauliai", "Yla", "Įlanka", "zoo", "Žąsis", "žalias", "čekų", "Cukrus", "Åland", "Ūla", "Über", "É-1"]
    with connection.cursor() as cursor:
        cursor.execute("select sort_key(w, %s) from unnest(%s::text[]) w", [language, words])
        keys = [row[0] for row in cursor.fetchall()]
    assert [languages.sort_key(word, language) for word in words] == keys


def test_names_of_languages_in_the_language_of_the_page():
    with translation.override("lt"):
        assert [languages.name_of(code) for code in ("nb", "pt", "lt", "tlh")] == [
            "Norvegų", "Portugalų", "Lietuvių", "tlh",
        ]  # fmt: skip
    with translation.override("en"):
        assert languages.name_of("nb") == "Norwegian"
