"""Partner search in the office: the list of technologies."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup

from klaster.core.office import LinesField, Table, TableForm
from klaster.matchmaking.models import Technology


class TechnologyForm(TableForm):
    other_names = LinesField(
        forms.CharField(max_length=100), label=_("Other names"), required=False,
        help_text=_("Words by which it is found in a text, any language. One a line."),
    )  # fmt: skip


class Technologies(Table):
    model, icon, menu_order = Technology, "tag", 100
    form_class, find_in = TechnologyForm, ("name", "code")
    list_display = ("name", "code")
    sections = [(_("Technology"), ["name", "code", "other_names"])]


class MatchmakingGroup(ModelViewSetGroup):
    menu_label, menu_icon, menu_order = _("Partner search"), "group", 165
    items = (Technologies,)


@hooks.register("register_admin_viewset")
def tables() -> ModelViewSetGroup:
    return MatchmakingGroup()
