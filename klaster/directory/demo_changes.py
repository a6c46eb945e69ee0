"""Invented changes to verified facts: one that waits, one that came back, one that was accepted, a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klaster.accounts.models import User
from klaster.core.fields import Translated
from klaster.directory import actions
from klaster.directory.actions import Remark
from klaster.directory.models import ChangeRequest, Cluster


def load_changes(people: Mapping[str, User], clouds: Cluster, beacons: Cluster) -> None:
    """Made by the same acts as real ones, so that notices and the history are there too."""
    if ChangeRequest.objects.filter(cluster__in=[clouds, beacons]).exists():
        return
    office, coordinator, other = people["secretariat"], people["coordinator"], people["other_coordinator"]
    accepted = propose(clouds, coordinator, {"aliases": ["Debesų dirbtuvės", "Cloud Workshop"]})
    if accepted:
        actions.decide_change(
            accepted, by=office, version=actions.version_of_change(accepted), decisions={"aliases": True}, answers={}
        )
    note = "Susirinkimo protokole – visi dvylika narių (išgalvota)."
    remarks = {
        "founded": Remark("https://registras.pavyzdys.test/debesys", ""),
        "members": Remark("https://debesys.pavyzdys.test/protokolas", note),
    }
    label = {"level": "gold", "issued": "2026", "valid_until": "2028-06-30"}
    propose(clouds, coordinator, {"founded": "2019-04-01", "members": 12, "label-new": label}, remarks)
    name = Translated(lt="Rūko žiburių klasteris (išgalvotas)", en="Fog Lantern Cluster (invented)")
    asked = propose(beacons, other, {"name": name, "joint_activity_since": "2022-02"})
    if asked:
        actions.return_change(
            asked, by=office, version=actions.version_of_change(asked),
            answers={"name": "Ar naujas pavadinimas jau registre? Pridėkite nuorodą."},
        )  # fmt: skip
    keeper = clouds.coordinator
    if keeper is None:
        return
    words = Translated(
        lt="Išgalvotas koordinatorius, kuris prižiūri debesis.", en="An invented coordinator that looks after clouds."
    )
    actions.save_draft(
        keeper, by=coordinator, version=actions.version_of(keeper), values={"summary": words},
        basis=actions.begun_by(coordinator, keeper).basis,
    )  # fmt: skip


def propose(
    cluster: Cluster, by: User, values: dict[str, Any], remarks: Mapping[str, Remark] | None = None
) -> ChangeRequest | None:
    cluster.refresh_from_db()
    return actions.publish(cluster, by=by, version=actions.version_of(cluster), values=values, remarks=remarks).request
