"""One factory a model. Names are visibly invented."""

import datetime

import factory
from factory.django import DjangoModelFactory

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import OrganisationFactory, both
from klaster.directory.models.organisations import today
from klaster.events.factories import EventFactory, RegistrationFactory, in_days
from klaster.matchmaking import models


class TechnologyFactory(DjangoModelFactory):
    class Meta:
        model = models.Technology
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"technology-{n}")
    name = factory.LazyAttribute(lambda o: both(f"Technologija {o.code}", f"Technology {o.code}"))


class PostingFactory(DjangoModelFactory):
    """An offer on the board for three more months."""

    class Meta:
        model = models.Posting

    side = models.Side.OFFER
    language = "en"
    slug = factory.Sequence(lambda n: f"posting-{n}")
    kind = models.Posting.Kind.SERVICE
    organisation = factory.Maybe("cluster", None, factory.SubFactory(OrganisationFactory))
    cluster = None
    title = factory.Sequence(lambda n: f"Invented offer {n}")
    text = "We freeze-dry invented berries in small batches."
    valid_until = factory.LazyFunction(lambda: today() + datetime.timedelta(days=90))
    state = models.PostingState.PUBLISHED
    published_at = factory.LazyFunction(lambda: in_days(-1))
    created_by = factory.SubFactory(UserFactory)


class PostingTextFactory(DjangoModelFactory):
    class Meta:
        model = models.PostingText

    posting = factory.SubFactory(PostingFactory)
    language = "lt"
    title = "Pramanytas pasiūlymas"
    text = "Mažomis partijomis džioviname pramanytas uogas."


class SavedSearchFactory(DjangoModelFactory):
    class Meta:
        model = models.SavedSearch

    person = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Search {n}")
    query = factory.Sequence(lambda n: f"q=word{n}")


class InterestFactory(DjangoModelFactory):
    class Meta:
        model = models.Interest

    posting = factory.SubFactory(PostingFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    person = factory.SubFactory(UserFactory)
    message = "We would like to try it."


class BrokeredRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.BrokeredRequest

    side = models.Side.NEED
    language = "en"
    title = "A dairy specialist"
    text = "An invented firm looks for somebody who knows invented cheese."
    asker = "Erfundene Käserei"
    asker_country = "AT"
    created_by = factory.SubFactory(UserFactory)


class CandidateFactory(DjangoModelFactory):
    class Meta:
        model = models.Candidate

    request = factory.SubFactory(BrokeredRequestFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class LedgerEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.LedgerEntry

    request = factory.SubFactory(BrokeredRequestFactory)
    kind = models.LedgerEntry.Kind.NOTE
    day = factory.LazyFunction(today)
    by = factory.SubFactory(UserFactory)


class MatchmakingFactory(DjangoModelFactory):
    """Open for asking until a week before the event; no times and no tables yet."""

    class Meta:
        model = models.Matchmaking

    event = factory.SubFactory(EventFactory)
    phase = models.Phase.ASKING
    asks_until = factory.LazyAttribute(lambda o: o.event.starts - datetime.timedelta(days=7))
    answers_until = factory.LazyAttribute(lambda o: o.event.starts - datetime.timedelta(days=5))
    published_at = factory.LazyAttribute(
        lambda o: in_days(0) if o.phase in (models.Phase.PUBLISHED, models.Phase.OVER) else None
    )


class SlotFactory(DjangoModelFactory):
    """The next slot of twenty minutes after those there are."""

    class Meta:
        model = models.Slot

    matchmaking = factory.SubFactory(MatchmakingFactory)
    starts = factory.LazyAttribute(
        lambda o: max((slot.ends for slot in o.matchmaking.slots.all()), default=o.matchmaking.event.starts)
    )
    ends = factory.LazyAttribute(lambda o: o.starts + datetime.timedelta(minutes=o.matchmaking.minutes))


class TableFactory(DjangoModelFactory):
    class Meta:
        model = models.Table

    matchmaking = factory.SubFactory(MatchmakingFactory)
    number = factory.LazyAttribute(lambda o: o.matchmaking.tables.count() + 1)


class ParticipantFactory(DjangoModelFactory):
    """A participant with one representative who has an account: `participant.representatives`."""

    class Meta:
        model = models.Participant
        skip_postgeneration_save = True

    matchmaking = factory.SubFactory(MatchmakingFactory)
    name = factory.Sequence(lambda n: f"Pramanyta įmonė {n}")
    country = "LT"
    languages = ["lt", "en"]

    @factory.post_generation
    def people(self, create, extracted, **kwargs):
        for person in extracted if extracted is not None else [UserFactory()] if create else []:
            RepresentativeFactory(participant=self, registration__person=person)


class RepresentativeFactory(DjangoModelFactory):
    class Meta:
        model = models.Representative

    participant = factory.SubFactory(ParticipantFactory, people=[])
    registration = factory.SubFactory(
        RegistrationFactory, event=factory.SelfAttribute("..participant.matchmaking.event"), state="confirmed"
    )


class LineFactory(DjangoModelFactory):
    class Meta:
        model = models.Line

    participant = factory.SubFactory(ParticipantFactory)
    side = models.Side.OFFER
    language = "en"
    text = factory.Sequence(lambda n: f"We make invented things, number {n}")


class MeetingRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.MeetingRequest

    matchmaking = factory.SelfAttribute("asker.matchmaking")
    asker = factory.SubFactory(ParticipantFactory)
    asked = factory.SubFactory(ParticipantFactory, matchmaking=factory.SelfAttribute("..asker.matchmaking"))


class MeetingFactory(DjangoModelFactory):
    """A meeting of `between` (two participants unless said), without a time."""

    class Meta:
        model = models.Meeting
        skip_postgeneration_save = True

    matchmaking = factory.SubFactory(MatchmakingFactory)

    @factory.post_generation
    def between(self, create, extracted, **kwargs):
        for participant in extracted or [ParticipantFactory(matchmaking=self.matchmaking) for _ in range(2)]:
            MeetingSideFactory(meeting=self, participant=participant)


class MeetingSideFactory(DjangoModelFactory):
    class Meta:
        model = models.MeetingSide

    meeting = factory.SubFactory(MeetingFactory)
    participant = factory.SubFactory(ParticipantFactory)


class RunFactory(DjangoModelFactory):
    class Meta:
        model = models.Run

    matchmaking = factory.SubFactory(MatchmakingFactory)
    state = models.Run.State.DONE


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = models.Outcome

    interest = factory.SubFactory(InterestFactory)
    stage = models.Outcome.Stage.NOW
