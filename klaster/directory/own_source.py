"""The source of what coordinators and organisations write here themselves."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext, override

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory.models import Source

OWN_SOURCE = "own-data"


def own_source() -> Source:
    title = in_each_language(lambda: gettext("What the entry's own people say on this site"))
    return Source.objects.get_or_create(key=OWN_SOURCE, defaults={"title": title})[0]


def in_each_language(words: Callable[[], object]) -> Translated:
    found = {}
    for code in languages.codes():
        with override(code):
            found[code] = str(words() or "")
    return Translated(found)
