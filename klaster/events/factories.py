"""One factory a model. Names are visibly invented."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import OrganisationFactory, both
from klaster.events import models


def in_days(days: float) -> datetime.datetime:
    return (timezone.now() + datetime.timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = models.Series

    slug = factory.Sequence(lambda n: f"series-{n}")
    name = factory.LazyAttribute(lambda o: both(f"Pramanytas ciklas {o.slug}", f"Invented series {o.slug}"))
    organiser = factory.SubFactory(OrganisationFactory)
    status = "published"


class EventFactory(DjangoModelFactory):
    """A published event in a month that takes registrations, without end of places."""

    class Meta:
        model = models.Event

    slug = factory.Sequence(lambda n: f"event-{n}")
    title = factory.LazyAttribute(lambda o: both(f"Pramanytas renginys {o.slug}", f"Invented event {o.slug}"))
    kinds = ["conference"]
    state = models.State.OPEN
    organiser = factory.SubFactory(OrganisationFactory)
    starts = factory.LazyFunction(lambda: in_days(30))
    ends = factory.LazyAttribute(lambda o: o.starts + datetime.timedelta(hours=8) if o.starts else None)
    city = "Vilnius"
    country = "LT"
    takes_registrations = True


class TeamMemberFactory(DjangoModelFactory):
    class Meta:
        model = models.TeamMember

    event = factory.SubFactory(EventFactory)
    person = factory.SubFactory(UserFactory)


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = models.Room

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: both(f"Salė {n}", f"Room {n}"))


class TrackFactory(DjangoModelFactory):
    class Meta:
        model = models.Track

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: both(f"Srautas {n}", f"Track {n}"))


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = models.Session

    event = factory.SubFactory(EventFactory)
    title = factory.Sequence(lambda n: both(f"Pramanytas pranešimas {n}", f"Invented talk {n}"))
    starts = factory.LazyAttribute(lambda o: o.event.starts)
    ends = factory.LazyAttribute(lambda o: o.starts + datetime.timedelta(minutes=30) if o.starts else None)


class SpeakerFactory(DjangoModelFactory):
    class Meta:
        model = models.Speaker

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: f"Vardenis Pavardenis {n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = models.Category

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: both(f"Kategorija {n}", f"Category {n}"))


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = models.Question

    event = factory.SubFactory(EventFactory)
    label = factory.Sequence(lambda n: both(f"Klausimas {n}", f"Question {n}"))


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = models.Registration

    event = factory.SubFactory(EventFactory)
    number = factory.Sequence(lambda n: n + 1)
    state = models.RegistrationState.CONFIRMED
    name = factory.Sequence(lambda n: f"Dalyvė Pramanytoji {n}")
    email = factory.Sequence(lambda n: f"dalyve{n}@example.org")
    country = "LT"


class AttendanceFactory(DjangoModelFactory):
    """Somebody who was there."""

    class Meta:
        model = models.Attendance

    registration = factory.SubFactory(RegistrationFactory)


class BadgePrintFactory(DjangoModelFactory):
    class Meta:
        model = models.BadgePrint

    event = factory.SubFactory(EventFactory)
    by = factory.SubFactory(UserFactory)
    total = 1


class CalendarKeyFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarKey

    person = factory.SubFactory(UserFactory)


class CertificateFactory(DjangoModelFactory):
    class Meta:
        model = models.Certificate

    registration = factory.SubFactory(RegistrationFactory)
    event = factory.SelfAttribute("registration.event")
    number = factory.Sequence(lambda n: n + 1)
    name = factory.SelfAttribute("registration.name")


class SurveyFactory(DjangoModelFactory):
    """A survey that is open for a week, without questions."""

    class Meta:
        model = models.Survey

    event = factory.SubFactory(EventFactory)
    opened_at = factory.LazyFunction(timezone.now)
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=7))


class SurveyQuestionFactory(DjangoModelFactory):
    class Meta:
        model = models.SurveyQuestion

    survey = factory.SubFactory(SurveyFactory)
    label = factory.Sequence(lambda n: both(f"Klausimas {n}?", f"Question {n}?"))
    position = factory.Sequence(lambda n: n)


class PhotoFactory(DjangoModelFactory):
    class Meta:
        model = models.Photo

    event = factory.SubFactory(EventFactory)
    picture = small = "events/invented.jpg"
    width, height, small_width = 1600, 900, 640
    alt = factory.LazyFunction(lambda: both("Pramanyta salė", "An invented hall"))
    credit = "Vardenis Pavardenis, CC BY 4.0"
    consent = "Registracijos formoje"


class MailingFactory(DjangoModelFactory):
    class Meta:
        model = models.Mailing

    event = factory.SubFactory(EventFactory)
    by = factory.SubFactory(UserFactory)
    subject = both("Kaip atvykti", "Getting there")
    text = both("Sveiki, {name}", "Hello {name}")


class RegistrationImportFactory(DjangoModelFactory):
    class Meta:
        model = models.RegistrationImport

    event = factory.SubFactory(EventFactory)
    by = factory.SubFactory(UserFactory)
    file_name = "dalyviai.csv"
    headings = ["Vardas ir pavardė", "El. paštas"]
    rows = [[2, ["Vardenė Pavardenė", "vardene@example.org"]]]
    mapping = {"0": "name", "1": "email"}
