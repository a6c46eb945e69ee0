"""A sentence that ends with a name which brings its own dot has one dot."""

import pytest
from django.template import engines

from klaster.core.sentences import one_dot

FIRM = "Pavyzdys Sp. z o.o."


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (f"You meet {FIRM}. You are told.", f"You meet {FIRM} You are told."),
        (f"<strong>{FIRM}</strong>.", f"<strong>{FIRM}</strong>"),
        ("Iki gruodžio 3 d..", "Iki gruodžio 3 d."),
        (f"{FIRM}, Kaunas.", f"{FIRM}, Kaunas."),
        ("And so on... Or....", "And so on... Or...."),
        ("See ../up and a..b.", "See ../up and a..b."),
    ],
)
def test_one_dot(said, read):
    assert one_dot(said) == read


def test_sentences_of_templates_and_those_made_in_python():
    page = engines["django"].from_string(
        "{% load i18n %}{% blocktranslate %}You meet {{ who }}.{% endblocktranslate %}"
        "{% blocktranslate asvar said %}With {{ who }}.{% endblocktranslate %}|{{ said|one_dot }}|{{ message|one_dot }}"
    )
    read = page.render({"who": f"<b> {FIRM}", "message": f"<i> {FIRM}."})
    assert read == f"You meet &lt;b&gt; {FIRM}|With &lt;b&gt; {FIRM}|&lt;i&gt; {FIRM}"
