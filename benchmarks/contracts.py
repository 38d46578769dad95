"""Measures contracts: wasm here beside native libraries and EVM code on revm and py-evm.

    python -m benchmarks.contracts [--quick] [--results FILE]

One table of times and one of gas, for the same inputs on every machine. The fastest run of some is
taken: what else a machine does only ever makes a run slower. Packages that are not installed
(`pyrevm`, `py-evm`) leave their columns empty; the report says which were there.
"""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from benchmarks.contract_cases import Case, cases
from benchmarks.contract_machines import Machine, own, py_evm, revm
from benchmarks.machine import facts
from evm_wasm.chain.precompiles import BY_NAME, precompile_code

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-contracts.md")

AIM_SPEED: Final = 10.0
"""Times as fast as EVM code on revm, for hash functions; at least."""
AIM_GAS: Final = 10.0
"""Times Ethereum's price, for inputs of 1 KiB and more; at most."""

SECONDS: Final = 1.0
QUICK_SECONDS: Final = 0.01
"""For each machine and case."""

PY_EVM_GAS: Final = 5_000_000
"""What py-evm needs a minute or more for is not asked of it."""

PEERS: Final = ("pyrevm", "py-evm", "coincurve", "py-ecc", "pycryptodome", "tiny-keccak")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one case: seconds and gas, None where there was nothing to run."""

    case: Case
    metered: float
    unmetered: float
    native: float | None
    revm: float | None
    py_evm: float | None
    gas: float
    evm_gas: float | None

    @property
    def faster(self) -> float | None:
        """Times as fast as revm."""
        return None if self.revm is None else self.revm / self.metered

    @property
    def dearer(self) -> float | None:
        """Gas here for one of Ethereum's: the precompile's, or else the EVM code's."""
        price = self.case.price or self.evm_gas
        return None if not price else self.gas / price


def fastest(run: Callable[[], object], seconds: float) -> float:
    """Seconds of the fastest run of as many as fit into a time, and of one at least."""
    best = float("inf")
    end = time.perf_counter() + seconds
    while True:
        before = time.perf_counter()
        run()
        after = time.perf_counter()
        best = min(best, after - before)
        if after >= end:
            return best


def measure(case: Case, seconds: float) -> Row:
    """Run a case on all machines.

    Raises:
        RuntimeError: Two machines give different answers.
    """
    metered, unmetered = own(case, metered=True), own(case, metered=False)
    rust = revm(case)
    python = py_evm(case) if rust is None or rust.gas < PY_EVM_GAS else None
    wanted = metered.run()
    for machine in (unmetered, rust, python):
        if machine is not None and machine.run() != wanted:
            raise RuntimeError(f"{case.name}: the machines do not agree")
    native = case.native

    def timed(machine: Machine | None) -> float | None:
        return None if machine is None else fastest(machine.run, seconds)

    return Row(
        case=case,
        metered=fastest(metered.run, seconds),
        unmetered=fastest(unmetered.run, seconds),
        native=None if native is None else fastest(lambda: native(case.data), seconds),
        revm=timed(rust),
        py_evm=timed(python),
        gas=metered.gas,
        evm_gas=None if rust is None else rust.gas,
    )


def empty_call(seconds: float) -> float:
    """Seconds of a call that does nothing: identity without data."""
    case = Case("identity", "nothing", precompile_code(BY_NAME["identity"]), b"")
    return fastest(own(case, metered=True).run, seconds)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    micro = seconds * 1e6
    return f"{micro:,.1f}" if micro < 100 else f"{micro:,.0f}"


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}"


def _times(factor: float | None) -> str:
    if factor is None:
        return "-"
    return f"{factor:.2f}" if factor < 10 else f"{factor:,.0f}"


def _table(heads: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def report(rows: list[Row], empty: float) -> Iterator[str]:
    """Lines of the results file."""
    yield "# Contracts: time and gas"
    yield ""
    yield "Made by `python -m benchmarks.contracts`."
    yield ""
    for name, value in {**facts(None), "packages": _packages()}.items():
        yield f"- {name}: {value}"
    yield ""
    yield "## Time in microseconds"
    yield ""
    yield (
        "Fastest run of some. *Metered* and *unmetered* are whole calls on our machine, where "
        f"{_time(empty)} go into a call that does nothing; *revm* and *py-evm* run EVM code of "
        "`benchmarks/evm` (none for pairings and long modexp; py-evm is spared the long inputs). *Times* is revm over metered."
    )
    yield ""
    heads = ["algorithm", "input", "metered", "unmetered", "native", "library"]
    yield from _table(
        [*heads, "revm", "py-evm", "times"],
        (
            [
                *(row.case.name, row.case.size, _time(row.metered), _time(row.unmetered)),
                *(_time(row.native), row.case.library or "-"),
                *(_time(row.revm), _time(row.py_evm), _times(row.faster)),
            ]
            for row in rows
        ),
    )
    yield "## Gas"
    yield ""
    yield (
        "Schedule `particles`, without what starts a call; Ethereum's precompile prices as of "
        "Istanbul, for modexp those of EIP-198. *Times* is ours over the precompile's price, or over "
        "the EVM code's where there is no precompile."
    )
    yield ""
    yield from _table(
        ["algorithm", "input", "here", "precompile", "EVM code", "times"],
        (
            [
                *(row.case.name, row.case.size, _number(row.gas)),
                _number(row.case.price or None),
                *(_number(row.evm_gas), _times(row.dearer)),
            ]
            for row in rows
        ),
    )
    yield from _aims(rows, empty)


def _aims(rows: list[Row], empty: float) -> Iterator[str]:
    yield "## Aims"
    yield ""
    for row in rows:
        if row.case.is_hash and row.faster is not None:
            yield (
                f"- {row.case.name}, {row.case.size}: at least {AIM_SPEED:.0f} times as fast as "
                f"revm: {_times(row.faster)}, **{_verdict(row.faster >= AIM_SPEED)}**; "
                f"{_times((row.revm or 0) / max(row.metered - empty, 1e-6))} without the empty call"
            )
    for row in rows:
        if row.case.price and row.case.is_large and row.dearer is not None:
            yield (
                f"- {row.case.name}, {row.case.size}: at most {AIM_GAS:.0f} times Ethereum's price: "
                f"{_times(row.dearer)}, **{_verdict(row.dearer <= AIM_GAS)}**"
            )
    yield ""
    yield _REASONS


_REASONS: Final = """\
## Where the gas goes

Of the schedule, reading or setting a local variable costs 3 cycles, as a multiplication does, and an
addition 1; on hardware both are registers. So most of the gas is for naming operands:

- A block of sha256 costs 365,769 particles: 232,740 for 1,724 reads and sets of variables, 54,720 for
  608 rotations, 66,645 for 1,481 exclusive ors, additions, ands and ors, 6,528 for 96 shifts.
- A block of ripemd160: 244,378, of it 163,350 for variables; Ethereum's price is far above what the
  work is worth, so it is cheaper here.
- The function of keccak256 that runs 24 times has in it 270 reads and sets of variables (36,450 of
  55,008 particles) beside 118 exclusive ors (5,310) and 29 rotations (2,610).
- A step of a multiplication of large numbers is two reads (270), one multiplication (135) and one
  addition (45). 64-bit limbs would need a fourth of the steps, but wasm has no product of 128 bits:
  built from four products (`__multi3`), a Montgomery multiplication of 254 bits costs 25.0 gas;
  with limbs of 29 bits it costs 8.1.
- Ethereum's prices stand for native code with instructions that wasm lacks: the 128-bit product,
  additions with carry, those for SHA.

## Where the time goes

A call costs the same whatever it does: a new instance, its memory, the way from Python into wasm and
back. That is most of the time of a hash of a kilobyte and nearly all of one compression of blake2b,
and the reason why short ones are not ten times as fast as revm where they are not; longer inputs show
what the code itself does."""


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def _packages() -> str:
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


@click.command()
@click.option("--quick", is_flag=True, help="A hundredth of the time: only whether it works.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where to write the report; a full run writes {RESULTS.name} beside the program.",
)
def main(quick: bool, results: Path | None) -> None:
    """Measure contracts beside native libraries and EVM code."""
    seconds = QUICK_SECONDS if quick else SECONDS
    empty = empty_call(seconds)
    rows = []
    for case in cases():
        click.echo(f"{case.name}, {case.size}", err=True)
        rows.append(measure(case, seconds))
    text = "\n".join(report(rows, empty)) + "\n"
    click.echo(text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
