"""The board of 3,000 postings as a list, filtered and counted: milliseconds and questions of each page.

    .venv/bin/python benchmarks/bench_board.py [--postings 3000]

Invented rows in a database of their own, every page made anew. CPU is of this process, without its database process.
"""

from __future__ import annotations

import datetime
import random

from lists import bench  # before anything of the site

# isort: split
from django.utils import timezone

from klaster.directory.factories import OrganisationFactory, SectorFactory
from klaster.matchmaking.factories import TechnologyFactory
from klaster.matchmaking.models import Posting, PostingText

PAGES = {
    "all": "/en/partner-search/",
    "needs of a sector": "/en/partner-search/?side=need&sector={sector}",
    "four filters": "/en/partner-search/?side=offer&country=DE&language=lt&partner=small",
    "a word": "/en/partner-search/?q=lazerinis",
    "page 20": "/en/partner-search/?page=20",
}


def fill(number: int) -> str:
    """Write the postings; the code of a sector some have."""
    chance = random.Random(number)
    sectors, technologies = [SectorFactory() for _ in range(8)], [TechnologyFactory() for _ in range(60)]
    owners, now = [OrganisationFactory() for _ in range(200)], timezone.now()
    some = lambda values, most: chance.sample(values, chance.randint(0, most))  # noqa: E731
    postings = Posting.objects.bulk_create(
        [
            Posting(
                slug=f"invented-{at}", side=chance.choice(["offer", "need"]), kind=chance.choice(Posting.Kind.values),
                organisation=chance.choice(owners), title=f"Pramanytas {chance.choice(['lazerinis', 'maisto'])} {at}",
                text="Pramanyti žodžiai.", language=chance.choice(["lt", "lt", "en", "de"]), state="published",
                sectors=[row.code for row in some(sectors, 2)], countries=some(["DE", "PL", "LV", "EE", "SE"], 3),
                technologies=[row.code for row in some(technologies, 3)], published_at=now,
                partner_kinds=some(["small", "large", "research"], 2),
                valid_until=(now + datetime.timedelta(days=chance.randint(1, 300))).date(),
            )
            for at in range(number)
        ],
        batch_size=1000,
    )  # fmt: skip
    PostingText.objects.bulk_create(
        PostingText(posting=posting, language="fr", title=posting.title, text=posting.text) for posting in postings[::2]
    )
    return str(sectors[0].code)


if __name__ == "__main__":
    bench("postings", 3000, fill, PAGES, about=__doc__)
