"""What the office says once for the whole site: the network's name, how to reach it, menu and footer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from klaster.core.fields import TranslatedTextField
from klaster.newsroom import destinations


@register_setting(icon="site", order=1)
class NetworkSettings(BaseSiteSetting, ClusterableModel):
    """The network this site is of, in its own words."""

    name = TranslatedTextField(_("name of the network"), blank=True, max_length=80)
    about = TranslatedTextField(
        _("in one sentence"), blank=True, max_length=300, help_text=_("Stands in the footer of every page.")
    )
    office = TranslatedTextField(_("name of the office"), blank=True, max_length=150)
    address = TranslatedTextField(_("postal address"), blank=True, max_length=300, multiline=True)
    email = models.EmailField(_("e-mail address of the office"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    controller = TranslatedTextField(
        _("who is responsible for personal data"),
        blank=True,
        max_length=300,
        help_text=_("Name, code and address of the controller; shown on the privacy page."),
    )
    column_1 = TranslatedTextField(_("first column"), blank=True, max_length=40)
    column_2 = TranslatedTextField(_("second column"), blank=True, max_length=40)
    column_3 = TranslatedTextField(_("third column"), blank=True, max_length=40)

    panels = (
        MultiFieldPanel([FieldPanel("name"), FieldPanel("about")], heading=_("The network")),
        MultiFieldPanel(
            [FieldPanel(field) for field in ("office", "address", "email", "phone", "controller")],
            heading=_("The office"),
        ),
        InlinePanel("menu_links", heading=_("Main menu"), label=_("Link"), max_num=8),
        MultiFieldPanel(
            [FieldPanel(field) for field in ("column_1", "column_2", "column_3")], heading=_("Titles of the footer")
        ),
        InlinePanel("footer_links", heading=_("Footer"), label=_("Link")),
    )

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks of the sites")
        ordering = ["pk"]


class NavigationLink(Orderable):
    """A place one can go to: a page that editors write, a part of the platform, or an address."""

    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text=_("Leads to the page in the reader's language."),
    )  # fmt: skip
    destination = models.CharField(_("part of the site"), max_length=60, blank=True)
    address = models.URLField(_("address elsewhere"), max_length=500, blank=True)
    title = TranslatedTextField(
        _("words of the link"), blank=True, max_length=60, help_text=_("Empty: the title of what it leads to.")
    )

    panels = (
        PageChooserPanel("page"),
        FieldPanel("destination", widget=destinations.Select),
        FieldPanel("address"),
        FieldPanel("title"),
    )

    class Meta(Orderable.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(page__isnull=False, destination="", address="")
                | (Q(page__isnull=True) & ~Q(destination="") & Q(address=""))
                | (Q(page__isnull=True) & Q(destination="") & ~Q(address="")),
                name="%(class)s_leads_to_exactly_one_place",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title) or str(self.page or self.destination or self.address)

    def clean(self) -> None:
        super().clean()
        if sum([bool(self.page_id), bool(self.destination), bool(self.address)]) != 1:
            raise ValidationError(_("Choose a page, a part of the site or an address: exactly one of them."))
        if self.address and not self.title:
            raise ValidationError({"title": _("Write the words of the link: an address says little to a reader.")})
        if self.destination and not destinations.title(self.destination):
            raise ValidationError({"destination": _("There is no such part of the site.")})


class MenuLink(NavigationLink):
    """A link of the main menu."""

    settings = ParentalKey(NetworkSettings, on_delete=models.CASCADE, related_name="menu_links")

    class Meta(NavigationLink.Meta):
        verbose_name = _("link of the menu")
        verbose_name_plural = _("links of the menu")


class FooterLink(NavigationLink):
    """A link in one of the three columns at the foot of every page."""

    settings = ParentalKey(NetworkSettings, on_delete=models.CASCADE, related_name="footer_links")
    column = models.PositiveSmallIntegerField(
        _("column"), default=1, choices=[(1, _("first column")), (2, _("second column")), (3, _("third column"))]
    )

    panels = (FieldPanel("column"), *NavigationLink.panels)

    class Meta(NavigationLink.Meta):
        verbose_name = _("link of the footer")
        verbose_name_plural = _("links of the footer")
