"""The list of events with an archive of five thousand: what a page of it costs.

    .venv/bin/python benchmarks/bench_events.py [--events 5000]

Invented events of ten years, a tenth of them still to come, each with kinds, sectors, a county, languages. No page is
kept. Wall clock and CPU of one answer (medians), and questions to the database.
"""

from __future__ import annotations

import datetime
import random

from lists import bench  # before anything of the site

# isort: split
from django.utils import timezone

from klaster.core.fields import Translated
from klaster.directory.factories import ClusterFactory, OrganisationFactory, SectorFactory
from klaster.directory.models import Region
from klaster.events.models import Event, State

PAGES = {
    "coming": "/en/events/",
    "archive": "/en/events/?view=past",
    "archive, two filters": "/en/events/?view=past&kind=forum&language=en",
    "archive, a sector": "/en/events/?view=past&sector={sector}",
    "archive, a word": "/en/events/?view=past&q=maisto",
    "archive, page 100": "/en/events/?view=past&page=100",
    "month": "/en/events/?view=month",
}


def fill(number: int) -> str:
    """Write the events; the code of a sector some have."""
    chance = random.Random(number)
    sectors, organiser = [SectorFactory() for _ in range(12)], OrganisationFactory()
    clusters = [ClusterFactory() for _ in range(20)]
    regions = list(Region.objects.filter(level=3)) or [None]
    now, events = timezone.now(), []
    for at in range(number):
        starts = now + datetime.timedelta(days=chance.uniform(-3285, 365))
        ends, online = starts + datetime.timedelta(hours=4), chance.random()
        topic = chance.choice(["maisto", "lazerių", "mobilumo", "sveikatos"])
        events.append(
            Event(
                slug=f"invented-{at}",
                title=Translated(lt=f"Pramanytas {topic} forumas {at}", en=f"Invented forum {at}"),
                kinds=chance.sample(Event.Kind.values, chance.choice([1, 1, 2])), organiser=organiser,
                state=State.HELD if ends < now else State.OPEN, starts=starts, ends=ends, takes_registrations=True,
                mode="online" if online < 0.3 else "both" if online < 0.4 else "on_site", city="Vilnius",
                country=chance.choice(["LT"] * 8 + ["LV", "PL"]), region=chance.choice(regions),
                languages=chance.sample(["lt", "en", "de"], chance.choice([1, 2])),
                cluster=chance.choice([None, *clusters]),
            )
        )  # fmt: skip
    Event.objects.bulk_create(events, batch_size=1000)
    of = Event.sectors.through
    of.objects.bulk_create(of(event=event, sector=sector) for event in events for sector in chance.sample(sectors, 1))
    return str(sectors[0].code)


if __name__ == "__main__":
    bench("events", 5000, fill, PAGES, about=__doc__)
