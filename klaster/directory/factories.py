"""One factory a model. Names are visibly invented."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.directory import models


def both(lt: str, en: str) -> Translated:
    return Translated(lt=lt, en=en)


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = models.Sector
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"sector-{n}")
    slug = factory.LazyAttribute(lambda o: both(f"{o.code}-lt", f"{o.code}-en"))
    name = factory.LazyAttribute(lambda o: both(f"Sektorius {o.code}", f"Sector {o.code}"))
    hue = 1


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = models.Region
        django_get_or_create = ("code",)

    code = "LT011"
    level = 3
    country = "LT"
    name = factory.LazyFunction(lambda: both("Vilniaus apskritis", "Vilnius County"))


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = models.Place

    name = factory.Sequence(lambda n: f"Miestelis {n}")
    country = "LT"


class ActivityClassFactory(DjangoModelFactory):
    class Meta:
        model = models.ActivityClass

    version = "2.1"
    code = factory.Sequence(lambda n: f"{n // 100 % 100:02}.{n % 100:02}")
    level = 4
    name = factory.LazyAttribute(lambda o: both(f"Veikla {o.code}", f"Activity {o.code}"))


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = models.Organisation

    slug = factory.Sequence(lambda n: f"isgalvota-imone-{n}")
    name = factory.Sequence(lambda n: both(f"Išgalvota įmonė {n}", f"Invented firm {n}"))
    kind = models.Organisation.Kind.SMALL
    country = "LT"
    status = "published"


class ClusterFactory(DjangoModelFactory):
    class Meta:
        model = models.Cluster

    slug = factory.Sequence(lambda n: f"isgalvotas-klasteris-{n}")
    name = factory.Sequence(lambda n: both(f"Išgalvotas klasteris {n}", f"Invented cluster {n}"))
    country = "LT"
    coordinator = factory.SubFactory(OrganisationFactory, kind=models.Organisation.Kind.ASSOCIATION)
    main_sector = factory.SubFactory(SectorFactory)
    status = "published"


class ClusterMembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.ClusterMembership

    cluster = factory.SubFactory(ClusterFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class AffiliationFactory(DjangoModelFactory):
    class Meta:
        model = models.Affiliation

    person = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = models.Affiliation.Role.REPRESENTATIVE
    since = datetime.date(2020, 1, 1)

    class Params:
        manager = factory.Trait(role=models.Affiliation.Role.MANAGER)


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Source

    key = factory.Sequence(lambda n: f"source-{n}")
    title = factory.Sequence(lambda n: both(f"Šaltinis {n}", f"Source {n}"))


class FactKindFactory(DjangoModelFactory):
    class Meta:
        model = models.FactKind
        django_get_or_create = ("code",)

    code = "members"
    name = factory.LazyFunction(lambda: both("Nariai", "Members"))


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = models.Statement

    kind = factory.SubFactory(FactKindFactory)
    cluster = factory.SubFactory(ClusterFactory)
    number = 20
    as_of = "2018"
    source = factory.SubFactory(SourceFactory)


class LabelFactory(DjangoModelFactory):
    class Meta:
        model = models.Label

    cluster = factory.SubFactory(ClusterFactory)
    level = models.Label.Level.BRONZE


class AchievementFactory(DjangoModelFactory):
    class Meta:
        model = models.Achievement

    cluster = factory.SubFactory(ClusterFactory)
    title = factory.Sequence(lambda n: both(f"Pasiekimas {n}", f"Achievement {n}"))
    happened = "2017"


class OpeningFactory(DjangoModelFactory):
    class Meta:
        model = models.Opening

    cluster = factory.SubFactory(ClusterFactory)
    title = factory.Sequence(lambda n: both(f"Ieškoma laboratorija {n}", f"Laboratory sought {n}"))
    status = "published"


class NetworkFactory(DjangoModelFactory):
    class Meta:
        model = models.Network

    slug = factory.Sequence(lambda n: f"isgalvotas-tinklas-{n}")
    name = factory.Sequence(lambda n: both(f"Išgalvotas tinklas {n}", f"Invented network {n}"))
    kind = models.Network.Kind.NATIONAL_NETWORK
    country = "LT"
    status = "published"


class NetworkParticipationFactory(DjangoModelFactory):
    class Meta:
        model = models.NetworkParticipation

    network = factory.SubFactory(NetworkFactory)
    cluster = factory.SubFactory(ClusterFactory)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = models.Agreement

    kind = models.Agreement.Kind.MEMORANDUM
    title = factory.Sequence(lambda n: both(f"Memorandumas {n}", f"Memorandum {n}"))


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = models.Programme

    slug = factory.Sequence(lambda n: f"isgalvota-programa-{n}")
    name = factory.Sequence(lambda n: both(f"Išgalvota programa {n}", f"Invented programme {n}"))
    kind = models.Programme.Kind.PROJECT
    status = "published"


class ContactMessageFactory(DjangoModelFactory):
    class Meta:
        model = models.ContactMessage

    cluster = factory.SubFactory(ClusterFactory)
    name = "Vardenis Pavardenis"
    email = "vardenis@pavyzdys.test"
    body = "Norėtume susitikti."


class ChangeRequestFactory(DjangoModelFactory):
    """A request that waits; `draft=True` nobody else sees."""

    class Meta:
        model = models.ChangeRequest

    class Params:
        draft = factory.Trait(state="draft", submitted_at=None, rounds=0)

    cluster = factory.SubFactory(ClusterFactory)
    author = factory.SubFactory(UserFactory)
    state = "submitted"
    rounds = 1
    submitted_at = factory.LazyFunction(timezone.now)


class ProposedValueFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposedValue

    request = factory.SubFactory(ChangeRequestFactory)
    name = "founded"
    old = ""
    new = "2015"


class ImportFactory(DjangoModelFactory):
    """A table of members that waits for its columns to be named, with one row."""

    class Meta:
        model = models.Import
        skip_postgeneration_save = True

    by = factory.SubFactory(UserFactory)
    what = models.Import.What.MEMBERS
    cluster = factory.SubFactory(ClusterFactory)
    file_name = "nariai.csv"
    headings = ["Pavadinimas"]
    mapping = {"0": "name"}
    total = 1
    file = factory.RelatedFactory("klaster.directory.factories.ImportFileFactory", "of")
    row = factory.RelatedFactory("klaster.directory.factories.ImportRowFactory", "of")


class ImportFileFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportFile

    of = factory.SubFactory(ImportFactory)
    content = "Pavadinimas\nUAB „Išgalvota“\n".encode()


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportRow

    of = factory.SubFactory(ImportFactory)
    line = 2
    cells = ["UAB „Išgalvota“"]


class JoinRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.JoinRequest

    cluster = factory.SubFactory(ClusterFactory)
    organisation_name = factory.Sequence(lambda n: f"Išgalvota pretendentė {n}")
    kind = models.Organisation.Kind.SMALL
    country = "LT"
    name = "Vardenė Pavardenė"
    email = factory.Sequence(lambda n: f"vardene{n}@pavyzdys.test")
    body = "Norėtume prisijungti."
    language = "en"
    firm_key = factory.LazyAttribute(lambda o: f"LT {o.legal_code}" if o.legal_code else o.organisation_name.lower())
    legal_code = ""
