"""Forms of the office's tables: what the row itself refuses is said at the field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.coreutils import string_to_ascii

from klaster.core import languages
from klaster.core.fields import Translated


class TableForm(WagtailAdminModelForm):
    """Runs the whole full_clean of the row, also where it looks at fields that are not in the form."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            self.instance.full_clean()
        except ValidationError as error:
            known = {name: errors for name, errors in error.error_dict.items() if name in self.fields}
            other = [each for name, errors in error.error_dict.items() if name not in self.fields for each in errors]
            for name, errors in known.items():
                self.add_error(name, errors)
            if other:
                self.add_error(None, other)


class NamedForm(TableForm):
    """A form of something with a page of its own: an address that is left empty is made from the name."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "slug" in self.fields and not data.get("slug") and data.get("name"):
            data["slug"] = self.free_slug(data["name"])
        return data

    def free_slug(self, name: Translated) -> str:
        """From the name in the network's own language, with a number if somebody else has it."""
        limit = self._meta.model._meta.get_field("slug").max_length
        text = name.in_language(languages.codes()[0])[0]
        first = slugify(string_to_ascii(text))[: limit - 4] or self._meta.model._meta.model_name
        rows = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        taken = set(rows.filter(slug__startswith=first).values_list("slug", flat=True))
        return next(slug for slug in (first, *(f"{first}-{n}" for n in range(2, 1000))) if slug not in taken)
