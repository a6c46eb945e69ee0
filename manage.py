#!/usr/bin/env python
"""Django's commands, with the database of this folder when none is named (see klaster/start.py)."""

import sys

from klaster.start import prepare

if __name__ == "__main__":
    prepare()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
