"""A node of ours as a process of its own, as users run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LISTENING = re.compile(r"Listening on (\S+)")


@contextmanager
def running_node(*options: str) -> Iterator[str]:
    """The URL of a node with these options, on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "evm_wasm", "node", "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        seen = ""
        while (match := _LISTENING.search(seen)) is None:
            line = process.stdout.readline()
            assert line, f"the node ended before it listened: {seen}"
            seen += line
        yield f"http://{match[1].removeprefix('http://')}"
    finally:
        process.terminate()
        process.communicate(timeout=60)
