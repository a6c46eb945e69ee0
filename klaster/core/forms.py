"""How forms are drawn: label, help, error, field, in that order, for every form of the site."""

from django import forms
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    field_template_name = "core/forms/field.html"
    form_template_name = "core/forms/form.html"


class DateInput(forms.DateInput):
    """A day, typed or picked in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None):
        super().__init__(attrs, format="%Y-%m-%d")
