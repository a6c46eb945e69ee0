"""How the office looks, and what Wagtail writes down of it."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.log_actions import LogActionRegistry

from klaster.core import tables
from klaster.core.office.home import WaitingPanel

# Apps whose rows our own views of the office keep: each act is in the audit.
AUDITED = ("accounts", "core", "directory")

# Reports that Wagtail brings hold titles that editors typed; our own tables are written by klaster.core.tables alone.
SpreadsheetExportMixin.custom_value_preprocess[str] = {SpreadsheetExportMixin.FORMAT_CSV: tables.cell}


@hooks.register("insert_global_admin_css")
def office_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("core/css/office.css"))


@hooks.register("construct_homepage_panels")
def what_waits(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(WaitingPanel(request))


@hooks.register("register_log_actions")
def leave_our_rows_to_the_audit(actions: LogActionRegistry) -> None:
    """Wagtail would copy the words for each row into its log, and with them names that no erasing finds again."""
    for label in AUDITED:
        for model in apps.get_app_config(label).get_models():
            actions.log_entry_models_by_type.register(model, value=None)
