"""Inject every fault in full, and print the matrix as Markdown. `python -m tests.faults`."""

import os
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from tests.faults.matrix import ROWS
from tests.faults.outcome import HEADER
from tests.support.servers.server import installed


def main(words: list[str]) -> int:
    """Inject the faults whose names hold one of the words, or all; 1 where one did harm."""
    rows = [row for row in ROWS if not words or any(word in row.fault for word in words)]
    harmed, begun = 0, time.monotonic()
    with ExitStack() as stack:
        make = stack.enter_context(installed())
        os.environ["ISOPARAM_CACHE"] = stack.enter_context(tempfile.TemporaryDirectory())
        print(HEADER, flush=True)
        for row in rows:
            if row.server and row.server not in make:
                print(
                    f"| {row.fault} | no {row.server} server is installed | | | | | |", flush=True
                )
                continue
            with tempfile.TemporaryDirectory() as folder:
                try:
                    outcome = row.run(Path(folder) / "study", make, full=True)
                except Exception:
                    traceback.print_exc()
                    harmed += 1
                    print(f"| {row.fault} | failed | | | | | |", flush=True)
                    continue
            harmed += not outcome.clean
            print(outcome.row(row.fault), flush=True)
    print(f"\n{len(rows)} faults in {time.monotonic() - begun:.0f} s")
    return 1 if harmed else 0


if __name__ == "__main__":  # the worker processes import this module again
    sys.exit(main(sys.argv[1:]))
