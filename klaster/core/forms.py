"""How forms are drawn: label, help, error, field, in that order, for every form of the site."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    field_template_name = "core/forms/field.html"
    form_template_name = "core/forms/form.html"
