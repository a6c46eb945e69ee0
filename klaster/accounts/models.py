"""People. What a person may do follows from dated facts in other apps; who works for the network is a group."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from klaster.core import languages

SECRETARIAT = "Secretariat"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A person signs in with an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. The address is the name; the network asks for nothing it does not need."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name and surname"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=10, default=languages.current, help_text=_("Letters and notices come in it.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default=settings.TIME_ZONE)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("registered"), default=timezone.now, editable=False)

    objects = UserManager()  # type: ignore[misc]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="addresses_that_differ_only_in_case_are_one"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] or self.email

    @cached_property
    def is_secretariat(self) -> bool:
        """Works for the network's office."""
        return self.is_active and (self.is_superuser or self.groups.filter(name=SECRETARIAT).exists())

    @property
    def is_staff(self) -> bool:
        """What Django calls it."""
        return self.is_secretariat
