"""Rights of the office on what holds for the whole site."""

import rules

from klaster.directory.rules import is_secretariat

rules.add_perm("pages.change_networksettings", is_secretariat)
rules.add_perm("pages.view_networksettings", is_secretariat)
rules.add_perm("core.view_auditevent", is_secretariat)
rules.add_perm("core.view_letter", is_secretariat)
rules.add_perm("procrastinate.view_procrastinatejob", is_secretariat)
rules.add_perm("procrastinate.retry_procrastinatejob", is_secretariat)
