from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "klaster.events"
    verbose_name = _("Events")

    def ready(self) -> None:
        # They need the models.
        from klaster.directory import form_drafts, page_parts, search, workspace  # noqa: PLC0415
        from klaster.directory.models import Cluster, Organisation  # noqa: PLC0415
        from klaster.events import calendar_links, entry_parts, links, registration_links  # noqa: PLC0415
        from klaster.events.models import Event  # noqa: PLC0415
        from klaster.events.search import EventSearch  # noqa: PLC0415

        workspace.add_links(links.links)
        workspace.add_todos(links.applications)
        form_drafts.KINDS["event"] = form_drafts.Kind(
            Event, "", "events.change_event", lambda event: reverse("event_edit", args=[event.slug])
        )
        workspace.add_links(registration_links.links)
        workspace.add_links(calendar_links.links)
        search.register("events", _("Events"), EventSearch())
        page_parts.add(Cluster, entry_parts.of_cluster)
        page_parts.add(Organisation, entry_parts.of_organisation)
