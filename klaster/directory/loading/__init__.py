"""Brings a checked network file into the directory."""

from klaster.directory.loading.sections import load
from klaster.directory.loading.writer import Report

__all__ = ["Report", "load"]
