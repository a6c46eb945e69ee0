"""Pages after an event in a real browser: axe, the console, the width; narrow and light, wide and dark."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.tests.axe import violations
from klaster.core.tests.test_uploads import picture
from klaster.core.tests.visits import browse_as
from klaster.directory.factories import OrganisationFactory, both
from klaster.events import factories as f
from klaster.events import survey
from klaster.events.actions import certificates, photos
from klaster.events.actions import survey as surveys
from klaster.events.models import Photo
from klaster.events.tests.test_after_survey import DAY, answered, held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]
LOOKS = [(390, "light", "lt"), (1280, "dark", "en")]


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def after(office, settings):
    """Addresses of all pages, by name: of an event with attendance, a survey that is over and one that is open."""
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    event, other = held(title=both("Klasterių forumas", "Cluster Forum")), held()
    for number in range(6):
        firm = OrganisationFactory(country="LT", kind="small")
        row = f.RegistrationFactory(event=event, organisation=firm, name=f"Vardenė Pavardenytė {number}")
        if number:
            f.AttendanceFactory(registration=row)
    certificates.issue(event, by=office)
    first, last = event.certificates.order_by("number")[:2]
    certificates.withdraw(last, by=office, reason="Klaida varde")
    over = surveys.open_until(surveys.prepare(event, by=office), timezone.localdate() + DAY, by=office)
    answered(over, *[[n, n, 1 + n % 3, "Daugiau laiko pokalbiams"] for n in (5, 4, 4, 5, 3)])
    surveys.close(over, by=office)
    asked = surveys.open_until(surveys.prepare(other, by=office), timezone.localdate() + DAY, by=office)
    draft = surveys.prepare(held(), by=office)
    shown = Photo(event=event, alt=both("Salė", "A hall"), credit="Vardenis Pavardenis, CC BY 4.0", consent="Formoje")
    photos.add(shown, ContentFile(picture("JPEG", size=(1200, 800)), name="sale.jpg"), by=office)
    token = survey.token(asked, f.RegistrationFactory(event=other))
    desk = ["event_after", "event_certificates", "event_survey", "survey_results", "event_photos", "event_report"]
    return [
        *[(name, [event.slug]) for name in desk],
        ("event_survey", [draft.event.slug]),
        ("survey_question", [draft.event.slug, draft.questions.get(kind="choice").pk]),
        ("certificate_withdraw", [event.slug, first.pk]),
        ("certificate_find", []),
        ("certificate_check", [first.code]),
        ("certificate_check", [last.code]),
        ("certificate_by_link", [first.registration.link_token()]),
        ("survey", [token]),
    ]


def test_pages_after_an_event(after, office, live_server, context):
    browse_as(office, context, live_server.url)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    found = []
    for width, theme, language in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for name, args in after:
            with override(language):
                answer = page.goto(live_server.url + reverse(name, args=args))
            where = f"{name} {width}"
            if not answer.ok:
                found.append(f"{where}: {answer.status}")
            found += [
                f"{where}: {violation['id']} {node['html'][:200]}"
                for violation in violations(page)
                for node in violation["nodes"]
            ]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{where}: wider than the window")
    assert not found + said, "\n" + "\n".join(found + said)
