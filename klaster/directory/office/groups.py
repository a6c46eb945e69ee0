"""Where the tables stand in the menu of the office."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSetGroup

from klaster.core.office import Chooser
from klaster.directory.office import entries, lists
from klaster.directory.office.choosers import CHOOSERS


class DirectoryGroup(ModelViewSetGroup):
    menu_label, menu_icon, menu_order = _("Directory"), "group", 150
    items = entries.TABLES


class ListsGroup(ModelViewSetGroup):
    menu_label, menu_icon, menu_order = _("Sources and lists"), "list-ul", 160
    items = (
        lists.Statements,
        lists.Sources,
        lists.FactKinds,
        lists.Sectors,
        lists.Regions,
        lists.Places,
        lists.Activities,
    )


def choosers() -> list[Chooser]:
    return [chooser(prefix.replace("/", "_"), url_prefix=prefix) for prefix, chooser in CHOOSERS.items()]
