"""What the directory tells people about."""

from django.utils.translation import gettext_lazy as _

from klaster.core import topics

MEMBERSHIP = topics.register("directory.membership", _("Memberships of organisations I manage"))
CONTACT = topics.register("directory.contact", _("Messages to clusters I coordinate"), optional=False)
