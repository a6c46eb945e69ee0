"""Tables of invented members for the demo: one that came in, and one that waits for its sender."""

from __future__ import annotations

from klaster.accounts.models import User
from klaster.directory import actions
from klaster.directory.imports import writing
from klaster.directory.models import Cluster, Import

DONE_TABLE = """Pavadinimas;Name in English;Rūšis;Narys nuo
VšĮ „Vaivorykštės galas“ (išgalvota);Rainbow's End (invented);maža įmonė;2024-02-01
"""
WAITING_TABLE = """Pavadinimas;Įmonės kodas;Rūšis;Apskritis;Svetainė;NACE;Narys nuo;El. paštas
UAB „Rūko kepykla“ (išgalvota);;maža įmonė;Kauno apskritis;www.pavyzdys.test;10.71;2026-01-15;kepykla@pavyzdys.test
UAB „Vėjo malunelis“ (išgalvota);;;;;;;
AB „Griaustinių darbai“ (išgalvota);;;;;;2023-04-01;
MB „Šerkšno raštai“ (išgalvota);12345;;;;;;
UAB „Perkūno dirbtuvė“ (išgalvota);;;;;;05/06/2025;
UAB „Miglos tiltai“ (išgalvota);;;Rytų pakrantė;javascript:alert(1);99.99;2025-11-03;
"""


def load_imports(cluster: Cluster, by: User) -> None:
    """A table that was brought in, and one that waits for its sender: with errors and with a firm that is known."""
    if Import.objects.filter(by=by).exists():
        return
    done = actions.start_import(DONE_TABLE.encode(), name="senieji-nariai.csv", by=by, cluster=cluster)
    done = actions.name_columns(done, by=by, mapping=done.fields(), values={})
    Import.objects.filter(pk=done.pk).update(state=Import.State.WRITING)
    writing.write(done.pk)
    waiting = actions.start_import(WAITING_TABLE.encode(), name="nauji-nariai.csv", by=by, cluster=cluster)
    actions.name_columns(waiting, by=by, mapping=waiting.fields(), values={})
