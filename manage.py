#!/usr/bin/env python
"""Django's commands, with the database of this folder when none is named (see klaster/start.py)."""

import sys

from klaster.start import prepare

if __name__ == "__main__":
    prepare()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
