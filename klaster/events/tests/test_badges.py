"""Badges: what stands on them, in which size and order; the code that is read; many of them by a job."""

import datetime
import re

import pytest
import segno
import time_machine
from django.utils import timezone
from django.utils.translation import override

from klaster.core import pdf
from klaster.core.tests.pdf_text import boxes, words
from klaster.core.tests.visits import url
from klaster.directory.factories import OrganisationFactory, both
from klaster.events import badge_prints, badges
from klaster.events import factories as f
from klaster.events.models import BadgePrint

needs_pango = pytest.mark.skipif(not pdf.is_available(), reason="no Pango here: apt-get install libpango-1.0-0")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    return f.EventFactory(slug="forumas", title=both("Klasterių forumas", "Cluster Forum"), languages=["de", "lt"])


@pytest.fixture
def helper(client, event):
    client.force_login(f.TeamMemberFactory(event=event).person)
    return client


def matrix_of(qr):
    """The modules that an SVG path of ours fills, quiet zone included."""
    rows = [[0] * qr.side for _row in range(qr.side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", qr.path):
        for column in range(int(x), int(x) + int(length)):
            rows[int(y)][column] = 1
    return rows


def test_the_code_on_a_badge_is_the_code_of_the_registration():
    for person in f.RegistrationFactory.build_batch(30, event=None):
        qr = badges.qr_code(person.code)
        wanted = segno.make_qr(person.code, error="q").matrix_iter(border=badges.QUIET)
        assert matrix_of(qr) == [list(row) for row in wanted]


@needs_pango
@pytest.mark.parametrize(("kind", "pages", "size"), [
    ("a6", 9, (105, 148)), ("a4_4", 3, (210, 297)), ("a4_8", 2, (210, 297)), ("roll_62", 9, (62, 100)),
])  # fmt: skip
def test_formats(event, kind, pages, size):
    category = f.CategoryFactory(event=event, name=both("Pranešėja", "Speaker"), hue=4)
    firm = OrganisationFactory(name=both("Saulės parkas", "Solar Park"))
    people = f.RegistrationFactory.create_batch(9, event=event, category=category, organisation=firm, country="LV")
    document = pdf.lay_out(badges.page(event, people, kind))
    assert len(document.pages) == pages
    assert [round(side * 25.4 / 96) for side in (document.pages[0].width, document.pages[0].height)] == list(size)
    first = words(document.pages[0])
    for text in (people[0].name, "Saulės parkas", "Latvija", "Pranešėja", people[0].code[:5], "Klasterių forumas"):
        assert text in first, "in the event's language, whatever the organiser reads"
    on_first = [person for person in people if person.code[:5] in first]
    assert len(on_first) == min(9, badges.SHEETS[kind].on_page)


NAMES = [
    "Ona Li", "Konstancija Pramanytoji-Didžkarvaitienė", "Ščęstnė Žąsūčiūtė Ėjūnienė", "Wolfeschlegelsteinhausen Jr",
    "A" * 150, "<b>Bobby</b> &amp; {{ 7 }}", "‮elbitsoh‬ שלום", "Ana María de los Ángeles Fernández-Villaverde y Ruiz",
]  # fmt: skip


@needs_pango
@pytest.mark.parametrize("kind", list(badges.SHEETS))
def test_every_name_fits_its_badge(event, kind):
    people = [f.RegistrationFactory(event=event, name=name) for name in NAMES]
    document = pdf.lay_out(badges.page(event, people, kind))
    headings = [
        box for page in document.pages for box in boxes(page._page_box)
        if getattr(box, "element_tag", "") == "h2" and type(box).__name__ == "BlockBox"
    ]  # fmt: skip
    assert len(headings) == len(NAMES)
    for name, heading in zip(NAMES, headings, strict=True):
        lines = [box for box in boxes(heading) if type(box).__name__ == "LineBox"]
        assert max(line.width for line in lines) <= heading.width + 1, name
        assert lines[-1].position_y + lines[-1].height <= heading.position_y + heading.height + 2, f"{name} is cut off"
        shown = "".join(box.text for box in boxes(heading) if hasattr(box, "text"))
        assert shown.replace(" ", "") == badges.plain(name).replace(" ", "")


def test_a_short_name_is_large_and_a_long_one_smaller():
    room = badges.SHEETS["a6"].name
    sizes = [badges.fit(name, room, badges.NAME_SIZES) for name in ("Ona Li", "Konstancija Didžkarvaitienė", "W" * 90)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == badges.NAME_SIZES[0]
    assert sizes[-1] == badges.NAME_SIZES[-1]


def test_orders(event):
    for number, (name, of) in enumerate([("Ona Žąsė", "B"), ("Jonas Čiplys", "A"), ("Ana Cirk", "B")]):
        f.RegistrationFactory(event=event, name=name, organisation_name=of, number=9 - number)
    with override("lt"):
        orders = {order: [row.name for row in badges.in_order(event.registrations.all(), order)]
                  for order in BadgePrint.Order.values}  # fmt: skip
    assert orders == {
        "name": ["Ana Cirk", "Jonas Čiplys", "Ona Žąsė"],
        "organisation": ["Jonas Čiplys", "Ana Cirk", "Ona Žąsė"],
        "number": ["Ana Cirk", "Jonas Čiplys", "Ona Žąsė"],
    }


@needs_pango
def test_all_some_or_one(helper, event):
    press = f.CategoryFactory(event=event, name=both("Spauda", "Press"))
    ona = f.RegistrationFactory(event=event, name="Ona", category=press)
    late = f.RegistrationFactory(event=event, name="Petras", is_late=True)
    f.RegistrationFactory(event=event, name="Laukianti", state="waiting")
    stranger = f.RegistrationFactory(name="Slapta")
    form = {"format": "a6", "order": "name"}
    address = url("event_badges", event.slug)
    answer = helper.post(address, {**form, "who": "all"})
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    found = {}
    for who, query in [("all", ""), (press.pk, ""), ("late", ""), ("", f"?pk={late.pk}&pk={stranger.pk}&pk=x")]:
        page = helper.post(address + query, {**form, "who": who, "as_page": "1"}).content.decode()
        found[f"{who}{query[:3]}"] = [name for name in ("Ona", "Petras", "Laukianti", "Slapta") if name in page]
    assert found == {"all": ["Ona", "Petras"], str(press.pk): ["Ona"], "late": ["Petras"], "?pk": ["Petras"]}
    one = helper.post(address, {**form, "who": "all", "called": "petr", "as_page": "1"}).content.decode()
    assert ("Petras" in one, "Ona" in one) == (True, False)
    empty = helper.post(f"{address}?pk={stranger.pk}", form)
    assert (empty.status_code, "Nobody of these takes part yet." in empty.content.decode()) == (422, True)
    assert ona.code not in helper.get(address).content.decode()
    two = helper.get(f"{address}?pk={ona.pk}&pk={late.pk}").content.decode()
    assert "Ona, Petras" in re.sub(r"\s+", " ", two)


@needs_pango
def test_many_badges_are_made_by_a_job_for_who_asked(helper, client, event, monkeypatch):
    monkeypatch.setattr(badges, "AT_ONCE", 2)
    people = f.RegistrationFactory.create_batch(3, event=event)
    answer = helper.post(url("event_badges", event.slug), {"format": "roll_62", "order": "number", "who": "all"})
    order = BadgePrint.objects.get()
    assert answer["Location"] == url("event_badge_print", event.slug, order.pk)
    waiting = helper.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert helper.get(url("event_badge_file", event.slug, order.pk)).status_code == 404
    people[0].delete()
    badge_prints.make_ordered(order)
    badge_prints.make_ordered(order)
    order.refresh_from_db()
    assert (order.done, order.total, order.failed) == (3, 3, False)
    file = helper.get(url("event_badge_file", event.slug, order.pk))
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    client.force_login(f.TeamMemberFactory(event=event).person)
    assert client.get(url("event_badge_file", event.slug, order.pk)).status_code == 404, "another's"
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert badge_prints.forget_badges() == 1
    assert not order.file.storage.exists(order.file.name)


def test_without_pango_the_page_says_so_and_prints_all_the_same(helper, event, monkeypatch):
    def missing():
        raise pdf.PdfUnavailable

    monkeypatch.setattr(pdf, "engine", missing)
    f.RegistrationFactory(event=event, name="Ona Li")
    address, form = url("event_badges", event.slug), {"format": "a6", "order": "name", "who": "all"}
    assert "cannot make PDFs" in helper.get(address).content.decode()
    refused = helper.post(address, form)
    assert (refused.status_code, "cannot make PDFs" in refused.content.decode()) == (422, True)
    assert "Ona Li" in helper.post(address, {**form, "as_page": "1"}).content.decode()
    order = f.BadgePrintFactory(event=event, registrations=[event.registrations.get().pk])
    badge_prints.make_ordered(order)
    order.refresh_from_db()
    assert (order.failed, bool(order.file)) == (True, False)
