import gettext
import os
from importlib import import_module
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

from klaster.core import messages

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"

msgid "fish"
msgstr "žuvis"

#, fuzzy
msgid "bread"
msgstr "sviestas"
"""


@pytest.fixture
def po(tmp_path):
    folder = tmp_path / "lt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    file = folder / "django.po"
    file.write_text(PO, encoding="utf-8")
    os.utime(file, (1, 1))
    return file


def test_words_are_compiled_once_and_again_when_they_change(po, tmp_path):
    compiled = po.with_suffix(".mo")
    assert messages.compile_all(tmp_path) == [compiled]
    with compiled.open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert words.gettext("fish") == "žuvis"
    assert words.gettext("bread") == "bread", "what a translator has not confirmed is not shown"
    assert messages.compile_all(tmp_path) == []
    os.utime(po)
    os.utime(compiled, (1, 1))
    assert messages.compile_all(tmp_path) == [compiled]
    assert {file.name for file in po.parent.iterdir()} == {"django.po", "django.mo"}


def test_a_country_without_translations_yet_starts(tmp_path):
    assert messages.compile_all(tmp_path / "locale") == []


@pytest.mark.skipif(not any(os.access(f"{folder}/xgettext", os.X_OK) for folder in os.environ["PATH"].split(":")),
                    reason="no gettext tools here")  # fmt: skip
def test_collecting_twice_gives_the_same_file(tmp_path, settings):
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    (tmp_path / "klaster").mkdir()
    (tmp_path / "klaster" / "models.py").write_text('_("audit record"); _("Žuvis"); _("žuvis"); _("bread")')
    settings.LANGUAGES = [("lt", "Lietuvių"), ("en", "English")]
    out = StringIO()
    call_command("messages", stdout=out)
    po = tmp_path / "locale" / "lt" / "LC_MESSAGES" / "django.po"
    first = po.read_text()
    call_command("messages", stdout=out)
    assert po.read_text() == first
    assert out.getvalue().count("left to translate") == 2
    assert "POT-Creation-Date" not in first
    ids = [entry.msgid for entry in polib.pofile(first)]
    assert ids == sorted(ids, key=lambda text: (text.casefold(), text))
    assert set(ids) == {"audit record", "Žuvis", "žuvis", "bread"}


# Read by nobody who uses the site: names of languages it does not offer, words to programmers, Django's own pages.
FOR_PROGRAMMERS = (
    "Algerian Arabic", "Central Kurdish (Sorani)", "Igbo", "Kyrgyz", "Malay", "Tajik", "Turkmen", "Uyghur", "Uzbek",
    "…", "String (unlimited)", "Positive big integer", "A JSON object", "block size", "You are seeing this message",
    "If you have configured your browser", "If you are using the <meta", "Invalid date string", "Page is not “last”",
    "Empty list and", "“%(path)s” does not exist", "Topics, references", "Whether the user will be able",
)  # fmt: skip


@pytest.mark.parametrize(
    "package", ["django.conf", "django.contrib.auth", "django.contrib.humanize", "django.contrib.postgres",
                "django_countries"],
)  # fmt: skip
def test_what_libraries_say_to_people_is_said_in_lithuanian(package):
    folder = Path(import_module(package).__file__).parent / "locale"

    def said(path):
        entries = polib.pofile(str(path))
        return {(e.msgctxt, e.msgid, e.msgid_plural) for e in entries if e.translated() or path.parts[-3] == "en"}

    translated = said(folder / "lt" / "LC_MESSAGES" / "django.po")
    translated |= {text for own in messages.FOLDERS[1:] for text in said(own / "lt" / "LC_MESSAGES" / "django.po")}
    left = said(folder / "en" / "LC_MESSAGES" / "django.po") - translated
    assert sorted(text for _context, text, _plural in left if not text.startswith(FOR_PROGRAMMERS)) == []


@pytest.mark.django_db
def test_passwords_are_refused_in_the_language_of_the_page(client):
    page = client.post("/lt/registracija/", {"name": "Rasa", "email": "rasa@pavyzdys.test", "password1": "1234"})
    assert page.context["form"].errors["password1"] == [
        "Slaptažodis per trumpas. Jame turi būti bent 12 ženklų.",
        "Šis slaptažodis yra per dažnai pasitaikantis.",
    ]
