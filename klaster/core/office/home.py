"""The first page of the office: what waits for whoever opens it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from klaster.core import waiting


class WaitingPanel(Component):
    name = "waiting"
    template_name = "core/office/waiting.html"
    order = 10

    def __init__(self, request: HttpRequest):
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"entries": waiting.of(self.request.user)}
