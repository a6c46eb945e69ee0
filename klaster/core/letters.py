"""Letters: a row first, then mail."""

from django.core.mail.backends.filebased import EmailBackend as FileBackend

__all__ = ["FileBackend"]
