"""Merge fields: {name} in the text of a letter becomes a word of its recipient's.

The fields are a flat list of strings and the replacer knows nothing else: no attributes, no formats, no nesting. What
it puts in is not looked at again. A line all whose fields are empty is left out: "Until: {until}" where nothing ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import letters

FIELD = re.compile(r"\{([^{}\n]*)\}")
BEFORE_A_FIELD = re.compile(r"(?<=\w)([.:])(?=\{)")

MEANINGS = {
    "name": gettext_lazy("name and surname of the recipient"),
    "event": gettext_lazy("title of the event"),
    "when": gettext_lazy("day and time, in the time zone of the event"),
    "place": gettext_lazy("where it is, or “online”"),
    "online": gettext_lazy("link to the online room, only for those who take part online"),
    "link": gettext_lazy("link to the recipient's registration: see, change, cancel"),
    "calendar": gettext_lazy("link to the entry for a calendar"),
    "page": gettext_lazy("link to the page of the event"),
    "until": gettext_lazy("until when an offered place is kept"),
    "note": gettext_lazy("what the organiser says: why it is declined, cancelled or postponed"),
    "changes": gettext_lazy("what has changed at the event"),
    "materials": gettext_lazy("link to the public materials, if there are any"),
    "survey": gettext_lazy("link to the survey, if there is one"),
    "certificate": gettext_lazy("link to the recipient's certificate of attendance, if it is issued"),
    "organiser": gettext_lazy("who organises the event"),
}


def refuse_unknown(text: str, known: Iterable[str] = MEANINGS) -> None:
    """Raises ValidationError that names what is no field, and the fields there are."""
    unknown = [name for name in FIELD.findall(text) if name not in known]
    if unknown:
        raise ValidationError(
            _("There is no field %(unknown)s. These can be used: %(known)s."),
            params={
                "unknown": ", ".join(f"{{{name}}}" for name in dict.fromkeys(unknown)),
                "known": ", ".join(f"{{{name}}}" for name in known),
            },
        )


def merge(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. `values` are safe to stand in a letter; fields without a value are empty."""
    merged = []
    for line in text.splitlines():
        found = FIELD.findall(line)
        if found and not any(values.get(name) for name in found):
            continue
        merged.append(FIELD.sub(lambda match: values.get(match[1], ""), _typed(line)))
    return "\n".join(merged)


def _typed(line: str) -> str:
    """A line somebody wrote, as text without links but those to this site."""
    words = (word if _is_own_address(word) else letters.plain(word) for word in line.split(" "))
    return BEFORE_A_FIELD.sub(rf"\1{letters.JOINER}", " ".join(words))


def _is_own_address(word: str) -> bool:
    try:
        return letters.own_url(word) == word
    except ValueError:
        return False
