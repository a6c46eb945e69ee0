"""The shape of the code is a test: what is not documented, named, ordered or used fails here."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.utils.functional import Promise
from modelcluster.fields import ParentalKey
from wagtail.contrib.settings.models import BaseGenericSetting
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.models import Page

ROOT = Path(settings.BASE_DIR)
APPS = [config for config in apps.get_app_configs() if config.name.startswith("klaster.")]
MODELS = [model for config in APPS for model in config.get_models() if model.__module__.startswith("klaster.")]
# Wagtail's pages, settings and pictures: their fields and order are Wagtail's.
OWN_MODELS = [
    model for model in MODELS if not issubclass(model, (Page, BaseGenericSetting, AbstractImage, AbstractRendition))
]
TEMPLATES = [
    (config, path, path.relative_to(Path(config.path) / "templates").as_posix())
    for config in APPS
    for path in sorted((Path(config.path) / "templates").rglob("*"))
    if path.is_file()
]
SOURCES = {
    path: path.read_text()
    for path in sorted((ROOT / "klaster").rglob("*"))
    if path.suffix in (".py", ".html", ".txt", ".xml") and "tests" not in path.relative_to(ROOT).parts
}


@pytest.mark.parametrize("config", APPS, ids=lambda config: config.label)
def test_app_is_documented(config):
    assert f"`{config.label}`" in (ROOT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_model_is_named_in_words(model):
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)
    unnamed = [
        field.name
        for field in model._meta.local_fields
        if field.editable
        and not isinstance(field, ParentalKey)
        and not isinstance(field.verbose_name, Promise)
        and not field.auto_created
        and field.model.__module__.startswith("klaster.")
        and field.name not in FROM_ELSEWHERE
    ]
    assert unnamed == []


# Fields a library adds to our models, with names of its own.
FROM_ELSEWHERE = {"password", "page_ptr", "locale", "translation_key", "sort_order", "site"}


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_model_has_an_order(model):
    assert model._meta.ordering


# Names that libraries look up by convention: their own templates, drawn by us.
BY_CONVENTION = ("account/", "mfa/", "usersessions/", "allauth/", "wagtailadmin/", "wagtailusers/", "django/")
STATUS_PAGE = re.compile(r"^\d{3}\.html$")


@pytest.mark.parametrize(
    ("config", "path", "name"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_template_is_used(config, path, name):
    if name.startswith(BY_CONVENTION) or STATUS_PAGE.match(name):
        return
    stem = name.rsplit(".", 1)[0]
    named = [other for other, text in SOURCES.items() if other != path and (f'"{name}' in text or f"'{name}" in text)]
    by_stem = [other for other, text in SOURCES.items() if other != path and f'"{stem}"' in text]
    is_page = any(
        name == f"{model._meta.app_label}/{re.sub(r'(?<!^)(?=[A-Z])', '_', model.__name__).lower()}.html"
        for model in MODELS
    )
    assert named or by_stem or is_page, f"nothing renders {name}"


# JSON in a script element, highlights in search results: each escapes first what it then marks.
TRUSTED = {
    "klaster/core/templatetags/klaster.py",
    "klaster/directory/templatetags/directory.py",
    "klaster/directory/search/marks.py",
}


def test_no_text_is_marked_safe_outside_the_modules_that_escape():
    """Rule 28 of docs/security.md: what is trusted as HTML is decided in few reviewed places."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path, text in SOURCES.items()
        if path.suffix != ".txt"  # letters are plain text
        and re.search(r"\bmark_safe\b|\|\s*safe\b|autoescape off|SafeString\(", text)
    }
    assert found <= TRUSTED


def test_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")|<style|\sstyle=|\son\w+=")
    found = [
        path.relative_to(ROOT).as_posix()
        for path, text in SOURCES.items()
        if path.suffix == ".html" and inline.search(re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text))
    ]
    assert found == []


def test_no_page_hides_where_its_forms_come_from():
    """`no-referrer` makes browsers send `Origin: null`, which Django refuses as a forgery. Other sites are told nothing
    anyway: the header says `same-origin`."""
    hiding = [path.name for path in (ROOT / "klaster").rglob("*.html") if "no-referrer" in path.read_text()]
    assert hiding == []


def test_templates_write_values_the_way_blocktranslate_reads_them():
    """%(name)s is for Python; in a template it would be shown as it stands."""
    found = [
        path.relative_to(ROOT).as_posix()
        for path, text in SOURCES.items()
        if path.suffix in (".html", ".txt") and re.search(r"%\(\w+\)[sd]", text)
    ]
    assert found == []


def test_no_signals():
    receivers = re.compile(r"@receiver|signals import|import signals")
    found = [path.relative_to(ROOT).as_posix() for path, text in SOURCES.items() if receivers.search(text)]
    # Wagtail's workflow and allauth speak in no other way.
    assert found == ["klaster/accounts/credentials.py", "klaster/newsroom/emails.py"]


def test_files_stay_readable():
    long = {
        path.relative_to(ROOT).as_posix(): len(text.splitlines())
        for path, text in SOURCES.items()
        if path.suffix == ".py" and "/migrations/" not in path.as_posix() and len(text.splitlines()) > 500
    }
    assert long == {}


def test_every_decision_note_has_a_title_and_a_number_of_its_own():
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [note.name[:4] for note in notes]
    assert all(re.match(r"^\d{4}-[a-z0-9-]+\.md$", note.name) for note in notes)
    assert len(numbers) == len(set(numbers))
    assert all(note.read_text().startswith("# ") for note in notes)


def test_every_setting_from_the_environment_is_documented():
    operate = (ROOT / "docs" / "operate.md").read_text()
    text = "".join((ROOT / "klaster" / name).read_text() for name in ("settings.py", "start.py"))
    names = set(re.findall(r'(?:environ(?:\.get)?[\[(]|listed\()"([A-Z_]+)"', text))
    names.discard("KLASTER_EMBEDDED")  # set by klaster.start for itself
    assert {name for name in names if f"`{name}`" not in operate} == set()


def test_make_help_lists_the_commands():
    text = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    listed = {line.split()[0] for line in text.splitlines() if line}
    assert {"run", "test", "check", "fix", "demo", "messages", "bench", "stop", "clean"} <= listed


CATALOGUES = {
    code: polib.pofile(str(ROOT / "locale" / code / "LC_MESSAGES" / "django.po"))
    for code, _name in settings.LANGUAGES
    if code != "en"  # the language the code is written in
}


@pytest.mark.parametrize("language", CATALOGUES)
def test_translation_is_complete(language):
    assert [entry.msgid for entry in CATALOGUES[language] if not entry.translated()] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_translation_keeps_every_placeholder(language):
    """A lost one shows nonsense, an invented one is an error on the page."""
    placeholder = re.compile(r"%\(\w+\)[a-z]|%[a-z](?![a-z])|{\w+}")
    wrong = []
    for entry in CATALOGUES[language]:
        allowed = set(placeholder.findall(entry.msgid)) | set(placeholder.findall(entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and set(placeholder.findall(text)) != allowed:
                wrong.append(entry.msgid)
    assert wrong == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="no gettext tools here: apt-get install gettext")
def test_translations_are_fresh(tmp_path, settings):
    """`make messages` would change nothing: each word of the site is in the catalogue, and none that is gone."""
    big = shutil.ignore_patterns("data", "static", "__pycache__", "tests")
    shutil.copytree(ROOT / "klaster", tmp_path / "klaster", ignore=big)
    shutil.copytree(ROOT / "locale", tmp_path / "locale")
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    call_command("messages", stdout=io.StringIO())
    for language, catalogue in CATALOGUES.items():
        fresh = polib.pofile(str(tmp_path / "locale" / language / "LC_MESSAGES" / "django.po"))
        assert {(e.msgctxt, e.msgid) for e in catalogue} == {(e.msgctxt, e.msgid) for e in fresh}


def test_every_act_that_is_recorded_is_translated():
    """Verbs of `audit.record` are texts that people read in the office; a bare string would stay English."""
    bare = []
    for path, text in SOURCES.items():
        if path.suffix == ".py":
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args]
            for call in calls:
                if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "audit.record":
                    verb = call.args[0]
                    parts = [verb.body, verb.orelse] if isinstance(verb, ast.IfExp) else [verb]
                    bare += [(path.name, part.value) for part in parts if isinstance(part, ast.Constant)]
    assert bare == []
