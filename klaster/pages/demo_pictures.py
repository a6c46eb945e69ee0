"""Pictures of the demo, drawn from numbers: a row of dots, each colour a group. Nobody's photographs are used."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

WIDTH, HEIGHT, SCALE = 1600, 900, 2  # drawn twice as large and made smaller, so that the circles are round
PER_ROW = 6
GROUND = "#f6f7f3"
TONES = {"action": "#0f5a43", "attention": "#bf7d12", "ink": "#44524b", "rule": "#c4dacb"}


def dots(groups: list[tuple[int, str]]) -> ContentFile:
    """A PNG of as many dots as there are things, in rows as even as they can be, on a hexagonal grid."""
    tones = [TONES[tone] for count, tone in groups for _ in range(count)]
    rows = arrange(tones)
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
    draw = ImageDraw.Draw(picture)
    step = min(WIDTH * 0.86 / max(len(row) for row in rows), HEIGHT * 0.8 / len(rows)) * SCALE
    radius = step * 0.44
    top = HEIGHT * SCALE / 2 - (len(rows) - 1) * step * 0.87 / 2
    for line, row in enumerate(rows):
        left = WIDTH * SCALE / 2 - (len(row) - 1) * step / 2
        for place, tone in enumerate(row):
            x, y = left + place * step, top + line * step * 0.87
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tone)
    output = io.BytesIO()
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(output, "PNG", optimize=True)
    return ContentFile(output.getvalue())


def arrange(tones: list[str]) -> list[list[str]]:
    """Rows of at most PER_ROW, the longer ones first."""
    count = -(-len(tones) // PER_ROW)
    length, longer = divmod(len(tones), count)
    rows, start = [], 0
    for row in range(count):
        end = start + length + (row < longer)
        rows.append(tones[start:end])
        start = end
    return rows
