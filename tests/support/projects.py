"""Small contract projects in text format, which need no compiler."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MANIFEST = """\
[contract]
name = "sample"
language = "wat"
source = "src/contract.wat"
"""

CONTRACT = """\
(module
  (import "ethereum" "finish" (func $finish (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "hello")
  (func $answer (call $finish (i32.const 0) (i32.const 5)))
  (func $main (export "main") (call $answer)))
"""


def write_project(
    folder: Path,
    contract: str | bytes = CONTRACT,
    manifest: str | bytes = MANIFEST,
    more: Mapping[str, str] | None = None,
) -> Path:
    """A project with one source, a manifest, and further files."""
    files = {"src/contract.wat": contract, "ewasm.toml": manifest, **(more or {})}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
