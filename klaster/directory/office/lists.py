"""What facts stand on: sources and what they say, sectors, regions, places, classes of activity."""

from django.utils.translation import gettext_lazy as _

from klaster.core.office import Table
from klaster.directory.models import ActivityClass, FactKind, Place, Region, Sector, Source, Statement
from klaster.directory.office.entries import SOURCE


class Statements(Table):
    model, icon, menu_order = Statement, "openquote", 100
    find_in = ("text",)
    list_display = ("subject", "kind", "number", "text", "as_of", "source", "is_shown")
    list_select_related = ("kind", "source", "cluster", "organisation", "network", "programme")
    filters = ["kind", "source", "is_shown"]
    sections = [
        (_("About what"), ["kind", "cluster", "organisation", "network", "programme"]),
        (_("What it says"), ["number", "bound", "text", "is_shown"]),
        SOURCE,
    ]


class Sources(Table):
    model, icon, menu_order = Source, "link", 110
    find_in = ("title", "publisher", "url", "key")
    list_display = ("title", "publisher", "published", "retrieved_on")
    sections = [(_("Source"), ["title", "publisher", "url", "published", "retrieved_on", "licence", "key"])]


class FactKinds(Table):
    model, icon, menu_order = FactKind, "list-ul", 120
    find_in = ("name", "code")
    list_display = ("name", "unit", "is_field", "position")
    sections = [(_("Kind of fact"), ["name", "unit", "code", "is_field", "position"])]


class Sectors(Table):
    model, icon, menu_order = Sector, "folder-open-inverse", 130
    find_in = ("name", "code")
    list_display = ("name", "code", "hue", "position")
    sections = [(_("Sector"), ["name", "slug", "code", "hue", "position", "nace_hints"])]


class Regions(Table):
    model, icon, menu_order = Region, "globe", 140
    find_in = ("name", "code")
    list_display = ("name", "code", "level", "country")
    filters = ["level", "country"]
    sections = [(_("Region"), ["code", "name", "level", "country"])]


class Places(Table):
    model, icon, menu_order = Place, "pin", 150
    find_in = ("name",)
    list_display = ("name", "region", "country", "population")
    list_select_related = ("region",)
    filters = ["country"]
    sections = [(_("Place"), ["name", "country", "region", "population", "geonames_id"])]


class Activities(Table):
    model, icon, menu_order = ActivityClass, "list-ol", 160
    find_in = ("code", "name")
    list_display = ("code", "name", "version", "level")
    filters = ["version", "level"]
    sections = [(_("Class of activity"), ["version", "code", "name", "level", "parent"])]
