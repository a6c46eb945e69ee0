"""Loaded before pytest-django reads the settings (see addopts in pyproject.toml): test mode and its database."""

import os

from klaster.start import prepare

os.environ["KLASTER_MODE"] = "test"
prepare()
