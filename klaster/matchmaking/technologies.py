"""The technologies offers and needs are tagged with: a list of our own, loaded with the network as its sectors are."""

from __future__ import annotations

from pathlib import Path

import yaml

from klaster.directory.loading.writer import Row, Writer
from klaster.directory.network_file.schema import Said
from klaster.matchmaking.models import Technology

FILE = Path(__file__).parent / "data" / "technologies.yaml"
LANGUAGES = ("lt", "en")


def load(writer: Writer) -> None:
    """Bring in what is new in the list; what the office changed or took away stays so."""
    for said in yaml.safe_load(FILE.read_text("utf-8")):
        name = {code: said[code] for code in LANGUAGES}
        values = {"code": said["code"], "name": name, "other_names": said["words"]}
        row = Row(Technology, said["code"], Said(), values, known_by={"code": said["code"]})
        row.languages = LANGUAGES
        writer.write(row)
