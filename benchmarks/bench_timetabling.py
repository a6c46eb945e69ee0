"""The timetables of matchmaking events: how many meetings, how few breaks, how proven, how quickly.

    .venv/bin/python benchmarks/bench_timetabling.py [--quick] [--only a,b] [--jair DIR]

The same as `python -m klaster.matchmaking.timetabling bench`; it needs neither Django nor PostgreSQL.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from klaster.matchmaking.timetabling.bench import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
