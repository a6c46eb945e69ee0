import datetime

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.utils import timezone

from klaster.accounts.models import SECRETARIAT, Invitation, User, Viewing

PASSWORD = "demo-demo-demo"  # noqa: S105  of people who exist in tests only


class UserFactory(factory.django.DjangoModelFactory):
    """A person. `secretariat=True` works for the office, `proven=True` can sign in, `second_factor=True` has one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"asmuo{n}@pavyzdys.test")
    name = factory.Sequence(lambda n: f"Asmuo {n}")
    language = "en"
    password = factory.django.Password(PASSWORD)

    class Params:
        superuser = factory.Trait(is_superuser=True)

    @factory.post_generation
    def secretariat(self, create: bool, extracted: bool, **kwargs: object) -> None:
        if create and extracted:
            self.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])

    @factory.post_generation
    def proven(self, create: bool, extracted: bool, **kwargs: object) -> None:
        if create and extracted:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)

    @factory.post_generation
    def second_factor(self, create: bool, extracted: bool, **kwargs: object) -> None:
        if create and extracted:
            Authenticator.objects.create(user=self, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})


class InvitationFactory(factory.django.DjangoModelFactory):
    """An open invitation; its link is `/…/invitation/<token>/` with the token it was made with."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")

    email = factory.Sequence(lambda n: f"pakviestas{n}@pavyzdys.test")
    language = "en"
    invited_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + Invitation.LIFETIME)
    token_hash = factory.LazyAttribute(lambda o: Invitation.hash_of(o.token))


class ViewingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Viewing

    actor = factory.SubFactory(UserFactory, secretariat=True)
    person = factory.SubFactory(UserFactory)
    reason = "asked by phone"
    until = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(minutes=15))
