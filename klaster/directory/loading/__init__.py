"""Brings a checked network file into the directory."""

from klaster.directory.loading.sections import also, load
from klaster.directory.loading.writer import Report

__all__ = ["Report", "also", "load"]
