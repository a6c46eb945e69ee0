"""Tags for what is left of an event."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import ngettext, pgettext

from klaster.events import certificates, survey
from klaster.events.models import Event, Registration

register = template.Library()


@register.filter
def hours_in_words(hours: float) -> str:
    """ "6 hours", "2,5 valandos"."""
    if hours == int(hours):
        return ngettext("%(hours)d hour", "%(hours)d hours", int(hours)) % {"hours": int(hours)}
    return pgettext("a number with a fraction", "%(hours)s hours") % {"hours": formats.number_format(hours)}


@register.inclusion_tag("events/parts/after_links.html")
def event_after_links(registration: Registration) -> dict[str, Any]:
    """What is left for one participant: the certificate and the survey, as soon as there are any."""
    if not registration.event.is_over:
        return {"certificate": None, "survey_url": None}
    return {
        "certificate": certificates.of(registration),
        "certificate_token": registration.link_token(),
        "survey_url": survey.path(registration),
    }


@register.inclusion_tag("events/parts/gallery.html")
def event_gallery(event: Event) -> dict[str, Any]:
    """The pictures of an event; nothing where it has none."""
    return {"photos": event.photos.all()}


@register.inclusion_tag("events/parts/survey_results.html")
def event_survey_results(event: Event) -> dict[str, Any]:
    """What the organiser shows everybody of the survey; nothing before it is over."""
    return {"results": survey.public_results(event)}
