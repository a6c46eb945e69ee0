"""Loaded before pytest-django reads the settings (see addopts in pyproject.toml): test mode and its database."""

import os

from klaster.start import prepare

os.environ["KLASTER_MODE"] = "test"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's event loop runs in the thread of the test
prepare()
