"""What partner search and matchmaking tell people about."""

from django.utils.translation import gettext_lazy as _

from klaster.core import topics

MY_MEETINGS = topics.register("matchmaking.meetings", _("My meetings and requests for them"), optional=False)
BOARD = topics.register("matchmaking.board", _("What I offer and seek, and who is interested"))
ALERTS = topics.register("matchmaking.alerts", _("New offers and needs I look for"))
REVIEW = topics.register("matchmaking.review", _("Offers and needs I review"))
