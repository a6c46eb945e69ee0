"""What editors send in the office goes through the same checks as what people send on the site."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from klaster.core import uploads


class CleanImageField(WagtailImageField):
    """Wagtail's, looking only at pictures that were drawn anew."""

    def to_python(self, data: Any) -> Any:
        if isinstance(data, UploadedFile):
            data = uploads.clean_picture(data)
        return super().to_python(data)


class ImageForm(BaseImageForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            old = self.fields["file"]
            self.fields["file"] = CleanImageField(label=old.label, required=old.required, widget=old.widget)


class DocumentForm(BaseDocumentForm):
    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            uploads.check_document(file)
        return file
