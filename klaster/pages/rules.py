"""Rights of the office on what holds for the whole site."""

import rules

from klaster.directory.rules import is_secretariat

rules.add_perm("pages.change_networksettings", is_secretariat)
rules.add_perm("pages.view_networksettings", is_secretariat)
