"""What `ewasm build` and `ewasm verify` print: for people, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from evm_wasm.cli.rows import row
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.errors import BuildFailed
from evm_wasm.project.building import Build
from evm_wasm.project.report import FunctionReport

_UNNAMED: Final = "-"
_HEADINGS: Final = ("function", "bytes", "gas once", "loops", "EEI methods")


def show_failure(error: BuildFailed) -> None:
    """What a compiler or the injector said, line by line as they did, and what came of it."""
    show_messages(error.details)
    click.echo(error_line(str(error)), err=True)


def show_messages(text: str) -> None:
    """Text of a compiler on standard error, without characters that act on the terminal."""
    for line in text.splitlines():
        click.echo("\t".join(map(one_line, line.split("\t"))), err=True)


def gas_text(particles: int, scale: int) -> str:
    """An amount in gas, exactly."""
    whole, rest = divmod(particles, scale)
    digits = len(str(scale)) - 1
    return f"{whole:,}.{rest:0{digits}d}"


def build_lines(build: Build, files: Sequence[Path], gas: int | None) -> Iterator[str]:
    """The report for people.

    Args:
        build: What was made.
        files: What was written: contract, deployer, record.
        gas: What deploying takes, None if it does not fit into a block.
    """
    contract, deployer, record = files
    report = build.report
    used = ", ".join(f"{compiler.name} {compiler.version}" for compiler in build.compilers)
    pages = "page" if report.pages == 1 else "pages"
    yield row("compiled", f"{build.manifest.source} ({build.manifest.language}) {used}".rstrip())
    for removed in build.removed:
        yield row("taken off", one_line(removed))
    yield row("contract", one_line(f"{contract}  {report.size:,} bytes"))
    yield row("memory", f"{report.pages} {pages} at first, {report.data:,} bytes of data")
    yield row("deployer", one_line(f"{deployer}  {len(build.deployer):,} bytes"))
    yield row("record", one_line(str(record)))
    if gas is not None:
        yield row("deploying", f"{gas:,} gas")
    yield ""
    yield from _table([_HEADINGS, *(_cells(each, report.scale) for each in report.functions)])


def build_json(build: Build, files: Sequence[Path], gas: int | None) -> str:
    """The report for programs: the record with sizes and gas."""
    report = build.report
    content = {
        **json.loads(build.record()),
        "files": [str(path) for path in files],
        "removed": list(build.removed),
        "pages": report.pages,
        "dataBytes": report.data,
        "deploymentGas": gas,
        "particlesPerGas": report.scale,
        "functions": [
            {
                "index": function.index,
                "name": function.name,
                "bytes": function.size,
                "particles": function.particles,
                "loops": function.loops,
                "methods": list(function.methods),
            }
            for function in report.functions
        ],
    }
    return json.dumps(content)


def _cells(function: FunctionReport, scale: int) -> tuple[str, ...]:
    name = one_line(function.name or f"function {function.index}")
    gas = gas_text(function.particles, scale)
    methods = " ".join(function.methods) or _UNNAMED
    return name, f"{function.size:,}", gas, str(function.loops), methods


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns: names and methods to the left, numbers to the right."""
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(_HEADINGS))]
    for name, *numbers, methods in rows:
        aligned = (f"{text:>{width}}" for text, width in zip(numbers, widths[1:-1], strict=True))
        yield f"{name:<{widths[0]}}  {'  '.join(aligned)}  {methods}"
