import gettext
import os
from io import StringIO

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
