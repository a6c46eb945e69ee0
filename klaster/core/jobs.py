"""The queue: procrastinate on the same PostgreSQL. Tasks live beside the code that defers them."""

from __future__ import annotations

import procrastinate


def on_app_ready(app: procrastinate.App) -> None:
    """Find the tasks of every app: they are defined in modules that Django itself does not import."""
    app.import_paths = ["klaster.core.letters"]
    app.perform_import_paths()
