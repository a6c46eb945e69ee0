"""How forms are drawn, whatever the form."""

import re

import pytest
from django import forms
from django.template import engines
from django.utils import translation

from klaster.core.fields import TranslatedFormField
from klaster.core.forms import DateInput


class Example(forms.Form):
    name = forms.CharField(label="Name", help_text="As <b>registered</b>.")
    site = forms.URLField(label="Web site", required=False, assume_scheme="https")
    founded = forms.DateField(label="Founded", required=False, widget=DateInput())
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Agreement"), ("b", "Body")], widget=forms.RadioSelect)
    sectors = forms.MultipleChoiceField(
        label="Sectors", choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple, help_text="All."
    )
    about = TranslatedFormField(label="About")
    agreed = forms.BooleanField(label="Agreed")
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        self.add_error(None, "Already <there>.")
        return self.cleaned_data


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def drawn(template, **context):
    return " ".join(engines["django"].from_string(template).render(context).split())


def test_label_hint_error_and_field_come_in_this_order_and_know_each_other():
    html = drawn("{{ form.name.as_field_group }}", form=Example({}))
    parts = ['<label for="id_name">Name', 'id="id_name_helptext"', 'id="id_name_error"', 'id="id_name"']
    assert [html.count(part) for part in parts] == [1, 1, 1, 1]
    assert [html.index(part) for part in parts] == sorted(html.index(part) for part in parts)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<span class="vh">Error:</span> This field is required.' in html


def test_what_is_said_about_a_field_is_text():
    assert "As &lt;b&gt;registered&lt;/b&gt;." in drawn("{{ form.name.as_field_group }}", form=Example())


def test_only_what_may_be_left_out_says_so():
    assert drawn("{{ form }}", form=Example()).count("(optional)") == 2
    assert "(optional)" in drawn("{{ form.site.as_field_group }}", form=Example())


def test_choices_are_a_group_with_a_name_and_its_description():
    html = drawn("{{ form.sectors.as_field_group }}", form=Example({"sectors": ["z"]}))
    assert '<fieldset class="field field--error" aria-describedby="id_sectors_helptext id_sectors_error">' in html
    assert "<legend>Sectors" in html
    assert re.findall(r'<label class="opt" for="([^"]+)">', html) == ["id_sectors_0", "id_sectors_1"]


def test_a_single_box_stands_before_its_words():
    html = drawn("{{ form.agreed.as_field_group }}", form=Example())
    assert re.search(
        r'<label class="opt" for="id_agreed"> <input type="checkbox"[^>]*><span>Agreed</span> </label>', html
    )


def test_a_text_in_several_languages_has_an_input_each_with_its_label_and_language():
    html = drawn("{{ form.about.as_field_group }}", form=Example({"about_lt": "Maistas", "about_en": 'Food "x"'}))
    assert '<label for="id_about_0"> Lietuviškai' in html
    assert '<label for="id_about_1"> English' in html
    assert re.search(r'<input type="text" name="about_lt" value="Maistas" lang="lt"[^>]* id="id_about_0">', html)
    assert re.search(
        r'<input type="text" name="about_en" value="Food &quot;x&quot;" lang="en"[^>]* id="id_about_1">', html
    )


def test_nothing_that_was_typed_is_lost():
    typed = {"name": "<Oak>", "site": "not a site", "founded": "31 May", "kind": "b", "sectors": ["y"], "token": "t"}
    html = drawn("{{ form }}", form=Example(typed))
    assert re.findall(r'name="(?:name|site|founded)" value="([^"]*)"', html) == ["&lt;Oak&gt;", "not a site", "31 May"]
    assert re.findall(r'value="([^"]*)"[^>]* checked', html) == ["b", "y"]
    assert '<input type="hidden" name="token" value="t" id="id_token">' in html


def test_a_day_is_given_to_the_browser_as_it_expects_it():
    with translation.override("lt"):
        html = drawn("{{ form.founded }}", form=Example(initial={"founded": "2014-05-06"}))
    assert '<input type="date" name="founded" value="2014-05-06"' in html


def test_the_summary_says_all_in_the_order_of_the_page_and_leads_to_what_takes_the_focus():
    form = Example({"name": "Oak", "site": "no"})
    summary = drawn("{% error_summary form %}", form=form)
    assert "There are 6 problems" in summary
    assert "Already &lt;there&gt;." in summary
    links = re.findall(r'<a href="#([^"]+)">([^<:]+):', summary)
    assert links == [
        ("id_site", "Web site"),
        ("id_kind_0", "Kind"),
        ("id_sectors_0", "Sectors"),
        ("id_about_0", "About"),
        ("id_agreed", "Agreed"),
    ]
    html = drawn("{{ form }}", form=form)
    for target, _label in links:
        assert html.count(f'id="{target}"') == 1


def test_one_problem_is_one():
    class One(forms.Form):
        name = forms.CharField()

    assert "There is a problem" in drawn("{% error_summary form %}", form=One({}))


def test_the_summary_counts_the_rows_of_a_formset_too():
    class Row(forms.Form):
        name = forms.CharField(label="Name")

    rows = forms.formset_factory(Row, extra=2, min_num=2, validate_min=True)
    sent = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "Oak", "form-1-name": ""}
    summary = drawn("{% error_summary rows %}", rows=rows(sent))
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_form-1-name"]


@pytest.mark.parametrize("form", [Example(), None])
def test_a_form_nobody_sent_has_no_summary(form):
    assert drawn("{% error_summary form %}" if form else "{% error_summary %}", form=form) == ""


def test_a_file_that_is_there_is_shown_and_can_be_removed():
    class File:
        url = "/media/agreement.pdf"

        def __str__(self):
            return "agreement.pdf"

    class Upload(forms.Form):
        agreement = forms.FileField(label="Agreement", required=False)

    html = drawn("{{ form.agreement.as_field_group }}", form=Upload(initial={"agreement": File()}))
    assert '<a href="/media/agreement.pdf">agreement.pdf</a>' in html
    assert '<input type="checkbox" name="agreement-clear" id="agreement-clear_id"' in html
    assert "Now:" not in drawn("{{ form.agreement.as_field_group }}", form=Upload())
