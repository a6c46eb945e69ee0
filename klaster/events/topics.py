"""What events tell people about."""

from django.utils.translation import gettext_lazy as _

from klaster.core import topics

MY_EVENTS = topics.register("events.mine", _("Events I take part in"), optional=False)
RUN_BY_ME = topics.register("events.run_by_me", _("Events I run"))
