"""What the directory tells people about."""

from django.utils.translation import gettext_lazy as _

from klaster.core import topics

MEMBERSHIP = topics.register("directory.membership", _("Memberships of organisations I manage"))
JOIN_REQUESTS = topics.register("directory.join_requests", _("Requests to join clusters I coordinate"), optional=False)
MY_JOIN_REQUESTS = topics.register("directory.my_join_requests", _("My requests to join clusters"), optional=False)
LABELS = topics.register("directory.labels", _("Excellence labels that end soon"))
CONTACT = topics.register("directory.contact", _("Messages to clusters I coordinate"), optional=False)
CHANGES = topics.register("directory.changes", _("Answers to changes I proposed"))
UNSENT = topics.register("directory.unsent", _("What I typed into forms and did not send"), optional=False)
CHANGES_TO_CHECK = topics.register("directory.changes_to_check", _("Changes that wait for the office"))
