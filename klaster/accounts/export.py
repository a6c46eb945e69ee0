"""My data as a ZIP of JSON files, made while it is sent: a person with many rows costs no memory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from klaster.accounts.models import User
from klaster.core import privacy


class Tap:
    """A file that only flows: what is written can be taken out once, and there is no way back."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """zipfile asks for it."""

    def take(self) -> bytes:
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken


def archive(person: User) -> Iterator[bytes]:
    """The parts of the ZIP. Its words are in the language of the call, not of when the parts are read."""
    headings = {holding.name: heading(holding) for holding in privacy.holdings()}
    readme = _(
        "These files hold everything Klaster keeps about you, one file for each kind of record. "
        "Each says what it is for and how long it is kept. Times are in UTC."
    )
    return _parts(person, headings, readme)


def heading(holding: privacy.Holding) -> dict[str, Any]:
    return {"what": str(holding.title), "why": str(holding.purpose), "kept": str(holding.kept)}


def _parts(person: User, headings: dict[str, dict[str, Any]], readme: str) -> Iterator[bytes]:
    tap = Tap()
    with zipfile.ZipFile(tap, "w", zipfile.ZIP_DEFLATED) as zipped:  # type: ignore[call-overload]  # it only writes
        zipped.writestr("README.txt", readme + "\n")
        for holding in privacy.holdings():
            with zipped.open(f"{holding.name}.json", "w") as member:
                member.write(json.dumps(headings[holding.name], ensure_ascii=False, indent=1)[:-2].encode())
                member.write(b',\n "rows": [')
                for number, row in enumerate(holding.exported(person)):
                    text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
                    member.write(((",\n  " if number else "\n  ") + text).encode())
                    yield tap.take()
                member.write(b"\n ]\n}\n")
            yield tap.take()
    yield tap.take()
