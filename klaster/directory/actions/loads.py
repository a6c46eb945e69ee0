"""A country's network file comes in."""

from __future__ import annotations

from pathlib import Path

from django.db import connection, models, transaction

from klaster.directory import loading, network_file, reference

LOADING = 41_870_223  # the key of the lock that lets one network file be loaded at a time


def load_network(file: Path, *, by: models.Model | None = None) -> loading.Report:
    """Load a network file (docs/network-file.md); what people changed on the site since stays.

    Everything is checked before the first row is written, and all of it is written or nothing. Raises
    network_file.NetworkFileError with every problem and its line; OSError if the file cannot be read.
    """
    said = network_file.read_file(file)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOADING])
        if not reference.is_complete():
            reference.load()
        return loading.load(said, by=by or "load_network")
