"""`ewasm verify`: prove that code was built from given sources."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.build_report import show_failure
from evm_wasm.cli.files import read_module
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.client.answers import read_data
from evm_wasm.errors import BuildFailed, InputError
from evm_wasm.primitives.checksum import parse_checked_address
from evm_wasm.project.building import build_project
from evm_wasm.project.verifying import Verdict, compare


@click.command("verify")
@click.argument("code", metavar="ADDRESS|FILE")
@click.argument("project", type=click.Path(path_type=Path))
@node_options
def command(target: Target, code: str, project: Path) -> int:
    """Build PROJECT again and compare every byte with the code at ADDRESS or in FILE.

    FILE may be the contract or its deployer. A difference is named by its first byte: the offset,
    the section and the function it stands in.

    \b
    Examples:
      ewasm verify 0x5FbDB2315678afecb367f032d93F642f64180aa3 counter
      ewasm verify build/counter.wasm . --json

    Exit codes: 0 the same, 1 different, or there is no code, or the project does not build,
    2 bad usage or input, 3 a compiler is missing or the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    actual = _read(target, code)
    if not actual:
        click.echo(error_line(f"{code}: there is no code"), err=True)
        return exit_codes.FAILED
    try:
        build = build_project(project)
    except BuildFailed as error:
        show_failure(error)
        return exit_codes.FAILED
    verdict = compare(build, actual)
    if target.as_json:
        click.echo(_json(verdict))
    elif verdict.is_same:
        click.echo(one_line(f"{code}: {_same(verdict)} of {build.manifest.name}, byte for byte"))
    else:
        click.echo(error_line(f"{code}: {_different(verdict)}"), err=True)
    return exit_codes.SUCCESS if verdict.is_same else exit_codes.FAILED


def _read(target: Target, code: str) -> bytes:
    """The bytes to compare; what looks like an address and is no file is one."""
    if code.startswith(("0x", "0X")) and not Path(code).exists():
        address = parse_checked_address(code, what="ADDRESS")
        answer = target.node.ask("eth_getCode", "0x" + address.hex(), LATEST)
        return read_data(answer, what="code")
    if not code:
        raise InputError("ADDRESS|FILE is empty")
    return read_module(code)


def _same(verdict: Verdict) -> str:
    arguments = f" with {verdict.arguments} bytes of arguments" if verdict.arguments else ""
    return f"the {verdict.part}{arguments}"


def _different(verdict: Verdict) -> str:
    return (
        f"not what the project builds: its {verdict.part} has {verdict.expected:,} bytes, this has "
        f"{verdict.actual:,}; the first difference is at offset {verdict.offset:#x}, "
        f"{verdict.place}"
    )


def _json(verdict: Verdict) -> str:
    return json.dumps(
        {
            "same": verdict.is_same,
            "part": verdict.part,
            "argumentBytes": verdict.arguments,
            "offset": verdict.offset,
            "place": verdict.place or None,
            "expectedBytes": verdict.expected,
            "actualBytes": verdict.actual,
        }
    )
