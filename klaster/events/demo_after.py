"""What is left of the invented fair that is over: who came, certificates, a survey, pictures of dots."""

from __future__ import annotations

import datetime
import io

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from klaster.accounts.models import User
from klaster.core import marks
from klaster.core.fields import Translated
from klaster.events.actions import certificates, photos
from klaster.events.actions import survey as surveys
from klaster.events.models import Attendance, Event, Photo

KEY = "demo-held"
PAPER, PINE, PALE = "#ebeee8", "#0f5a43", "#86cdaa"
WORDS = ["Daugiau laiko pokalbiams", "Ilgesnės pertraukos", "Būtų gerai ir stendai", ""]


def load(by: User) -> None:
    """Does nothing where it was made before."""
    event = Event.objects.filter(key=KEY).first()
    if event is None or event.certificates.exists():
        return
    people = list(event.registrations.confirmed().order_by("number"))
    Attendance.objects.bulk_create(
        Attendance(registration=person, at=event.starts or timezone.now(), by=by)
        for person in people
        if person.number % 6
    )
    certificates.issue(event, by=by)
    asked = surveys.open_until(surveys.prepare(event, by=by), timezone.localdate() + datetime.timedelta(days=1), by=by)
    questions = list(asked.questions.all())
    for person in people[:14]:
        good = 5 - person.number % 3
        sheet: list[int | str] = [
            good,
            max(good - person.number % 2, 1),
            1 + person.number % 3,
            WORDS[person.number % 4],
        ]
        surveys.answer(asked, person, {question.pk: given for question, given in zip(questions, sheet, strict=True)})
    surveys.show(asked, [str(questions[0].pk)], by=by)
    surveys.close(asked, by=by)
    for slug, lt, en in [("salė", "Išgalvota salė iš taškų", "An invented hall of dots"),
                         ("mugė", "Išgalvota mugė iš taškų", "An invented fair of dots")]:  # fmt: skip
        photo = Photo(event=event, alt=Translated(lt=lt, en=en), credit="Klaster", consent="Žmonių nuotraukoje nėra")
        photos.add(photo, ContentFile(dots(slug), name="taskai.png"), by=by)


def dots(slug: str, width: int = 1200, height: int = 800) -> bytes:
    """A mark, large: so that nobody takes it for a photograph."""
    picture = Image.new("RGB", (width, height), PAPER)
    draw, step = ImageDraw.Draw(picture), height / 5.6
    for dot in marks.mark(slug):
        x, y, radius = width / 2 + dot.x * step, height / 2 + dot.y * step, dot.radius * step
        colours = {"a": {"fill": PINE}, "b": {"fill": PALE}}.get(dot.kind, {"outline": PINE, "width": 6})
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), **colours)  # type: ignore[arg-type]
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
