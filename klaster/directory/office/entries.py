"""What has a page of its own: clusters, organisations, networks, programmes; and what hangs on a cluster."""

from django.utils.translation import gettext_lazy as _

from klaster.core.office import Table
from klaster.core.office.forms import NamedForm
from klaster.directory.models import (
    Achievement,
    Affiliation,
    Agreement,
    Cluster,
    ClusterMembership,
    Label,
    Network,
    NetworkParticipation,
    Opening,
    Organisation,
    Programme,
)
from klaster.directory.office.forms import AgreementForm, ClusterForm, OrganisationForm, ProgrammeForm

NAME = (_("Name"), ["name", "aliases", "slug"])
WORDS = (_("In words"), ["summary", "description", "website", "founded"])
STATE = (_("State"), ["status", "is_invented", "checked_on"])
SOURCE = (_("Source"), ["source", "as_of", "is_inferred", "note"])
FIND = ("name", "aliases", "slug")


class Clusters(Table):
    model, icon, menu_order = Cluster, "group", 100
    form_class, find_in = ClusterForm, FIND
    list_display = ("name", "main_sector", "coordinator", "country", "status", "checked_on")
    list_select_related = ("main_sector", "coordinator")
    filters = ["status", "main_sector", "country", "legal_form", "is_invented"]
    export_exclude = ("contact_email", "logo")
    sections = [
        NAME,
        (_("What it is"), ["main_sector", "other_sectors", "legal_form", "country", "region", "joint_activity_since"]),
        (_("Who runs it"), ["coordinator", "coordinator_is_unknown", "contact_email", "languages"]),
        WORDS,
        (_("What it offers"), ["services", "technologies", "logo"]),
        (
            _("For the European platform"),
            ["management_fte", "website_en", "recognition", "recognised_by", "public_cooperation"],
        ),
        STATE,
    ]


class Organisations(Table):
    model, icon, menu_order = Organisation, "home", 110
    form_class, find_in = OrganisationForm, (*FIND, "abbreviation", "legal_code")
    list_display = ("name", "abbreviation", "kind", "country", "region", "status", "checked_on")
    list_select_related = ("region",)
    filters = ["status", "kind", "country", "is_invented"]
    export_exclude = ("logo",)
    sections = [
        (_("Name"), ["name", "abbreviation", "aliases", "slug"]),
        (_("What it is"), ["kind", "country", "legal_code", "region", "place", "parent"]),
        (_("Activities"), ["activities_2_1", "activities_2"]),
        WORDS,
        (_("Logo"), ["logo"]),
        STATE,
    ]


class Memberships(Table):
    model, icon, menu_order = ClusterMembership, "link", 120
    find_in = ("cluster__name", "organisation__name")
    list_display = ("__str__", "kind", "joined", "left", "committed_by")
    list_select_related = ("cluster", "organisation")
    filters = ["cluster", "kind", "committed_by", "is_confirmed"]
    sections = [
        (_("Who is in what"), ["cluster", "organisation", "kind"]),
        (_("From when to when"), ["joined", "left", "committed_by"]),
        SOURCE,
    ]


class Affiliations(Table):
    model, icon, menu_order = Affiliation, "user", 130
    find_in = ("person__name", "person__email")
    list_display = ("person", "organisation", "role", "since", "until")
    list_select_related = ("person", "organisation")
    filters = ["role"]
    sections = [(_("Who acts for whom"), ["person", "organisation", "role", "title", "since", "until"])]


class Labels(Table):
    model, icon, menu_order = Label, "tag", 140
    list_display = ("cluster", "level", "issuer", "issued", "valid_until")
    list_select_related = ("cluster", "issuer")
    filters = ["level", "cluster"]
    sections = [(_("Label"), ["cluster", "level", "issuer", "issued", "valid_until"]), SOURCE]


class Achievements(Table):
    model, icon, menu_order = Achievement, "success", 150
    find_in = ("title", "summary")
    list_display = ("title", "cluster", "happened")
    list_select_related = ("cluster",)
    filters = ["cluster"]
    sections = [(_("What was done"), ["cluster", "title", "summary", "happened", "url"]), SOURCE]


class Openings(Table):
    model, icon, menu_order = Opening, "plus-inverse", 160
    find_in = ("title", "conditions")
    list_display = ("title", "cluster", "until", "status")
    list_select_related = ("cluster",)
    filters = ["status", "cluster"]
    sections = [
        (_("Who is sought"), ["cluster", "title", "conditions"]),
        (_("When"), ["until", "status", "published_at"]),
    ]


class Networks(Table):
    model, icon, menu_order = Network, "site", 170
    form_class, find_in = NamedForm, (*FIND, "abbreviation")
    list_display = ("name", "abbreviation", "kind", "country", "operator", "status")
    list_select_related = ("operator",)
    filters = ["status", "kind"]
    sections = [
        (_("Name"), ["name", "abbreviation", "aliases", "slug"]),
        (_("What it is"), ["kind", "country", "operator", "is_home"]),
        WORDS,
        STATE,
    ]


class Participations(Table):
    model, icon, menu_order = NetworkParticipation, "link", 180
    list_display = ("__str__", "role", "since", "until")
    list_select_related = ("network", "cluster", "organisation", "member_network")
    filters = ["network", "role"]
    sections = [
        (_("Who takes part"), ["network", "cluster", "organisation", "member_network", "role"]),
        (_("From when to when"), ["since", "until"]),
        SOURCE,
    ]


class Agreements(Table):
    model, icon, menu_order = Agreement, "form", 190
    form_class, find_in = AgreementForm, ("title",)
    list_display = ("title", "kind", "signed")
    filters = ["kind"]
    sections = [
        (_("What was signed"), ["kind", "title", "signed"]),
        (_("Who signed"), ["parties", "networks", "parties_in_words"]),
        SOURCE,
    ]


class Programmes(Table):
    model, icon, menu_order = Programme, "clipboard-list", 200
    form_class, find_in = ProgrammeForm, FIND
    list_display = ("name", "kind", "coordinator", "founded", "ended", "status")
    list_select_related = ("coordinator",)
    filters = ["status", "kind"]
    sections = [
        NAME,
        (_("What it is"), ["kind", "part_of", "coordinator", "partners", "ended"]),
        WORDS,
        STATE,
    ]


TABLES = (
    Clusters, Organisations, Memberships, Affiliations, Labels, Achievements, Openings, Networks, Participations,
    Agreements, Programmes,
)  # fmt: skip
