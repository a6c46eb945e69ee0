"""Windows to choose from the long tables. Authors of news use those of entries and sources."""

from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core.office import Chooser
from klaster.directory.models import ActivityClass, Cluster, Network, Organisation, Place, Programme, Region, Source

NAMES = ("name", "aliases", "slug")


class ClusterChooser(Chooser):
    model, icon, search_fields = Cluster, "group", NAMES
    choose_one_text = _("Choose a cluster")


class OrganisationChooser(Chooser):
    model, icon, search_fields = Organisation, "home", (*NAMES, "abbreviation", "legal_code")
    choose_one_text = _("Choose an organisation")


class NetworkChooser(Chooser):
    model, icon, search_fields = Network, "site", (*NAMES, "abbreviation")
    choose_one_text = _("Choose a network")


class ProgrammeChooser(Chooser):
    model, icon, search_fields = Programme, "clipboard-list", NAMES
    choose_one_text = _("Choose a programme")


class SourceChooser(Chooser):
    """Who may add a source adds it right here: a piece of news often brings its own."""

    model, icon, search_fields = Source, "link", ("title", "publisher", "url")
    choose_one_text = _("Choose a source")
    form_fields = ("title", "publisher", "url", "published", "retrieved_on", "key")
    create_action_label = _("Add the source")


class PlaceChooser(Chooser):
    model, icon, search_fields = Place, "pin", ("name",)
    choose_one_text = _("Choose a place")
    right = "directory.view_place"


class RegionChooser(Chooser):
    model, icon, search_fields = Region, "globe", ("name", "code")
    choose_one_text = _("Choose a region")
    right = "directory.view_region"


class ActivityChooser(Chooser):
    model, icon, search_fields = ActivityClass, "list-ul", ("code", "name")
    choose_one_text = _("Choose a class")
    right = "directory.view_activityclass"


class PersonChooser(Chooser):
    """People's addresses are for the office alone."""

    model, icon, search_fields = User, "user", ("name", "email")
    choose_one_text = _("Choose a person")
    right = "accounts.view_people"


CHOOSERS = {
    "choose/cluster": ClusterChooser,
    "choose/organisation": OrganisationChooser,
    "choose/network": NetworkChooser,
    "choose/programme": ProgrammeChooser,
    "choose/source": SourceChooser,
    "choose/place": PlaceChooser,
    "choose/region": RegionChooser,
    "choose/activity": ActivityChooser,
    "choose/person": PersonChooser,
}
