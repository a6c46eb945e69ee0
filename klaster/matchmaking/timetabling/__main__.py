"""`python -m klaster.matchmaking.timetabling`."""

import gc
import sys

gc.set_threshold(100_000)  # looking for rings of rubbish while libraries load takes a tenth of the start

from .cli import main  # noqa: E402 - they load from here on

sys.exit(main(sys.argv[1:]))
