import factory
from django.contrib.auth.models import Group

from klaster.accounts.models import SECRETARIAT, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"asmuo{n}@pavyzdys.test")
    name = factory.Sequence(lambda n: f"Asmuo {n}")
    language = "en"
    password = factory.django.Password("demo-demo-demo")

    class Params:
        superuser = factory.Trait(is_superuser=True)

    @factory.post_generation
    def secretariat(self, create: bool, extracted: bool, **kwargs: object) -> None:
        if create and extracted:
            self.groups.add(  # type: ignore[attr-defined]
                Group.objects.get_or_create(name=SECRETARIAT)[0]
            )
