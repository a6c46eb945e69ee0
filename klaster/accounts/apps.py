from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "klaster.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        autodiscover_modules("privacy")  # what each app keeps about people
        from klaster.accounts.credentials import listen  # noqa: PLC0415  needs the models

        listen()
