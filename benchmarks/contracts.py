"""Measures contracts: wasm here beside native libraries and EVM code on revm and py-evm.

    python -m benchmarks.contracts [--quick] [--results FILE]

One table of times and one of gas, for the same inputs on every machine. Ours runs in both forms of
the EEI, in Python and inside the module. The fastest run of some is taken: what else a machine does
only ever makes a run slower. Packages that are not installed (`pyrevm`, `py-evm`) leave their columns
empty; the report says which were there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from benchmarks.contract_cases import Case, cases
from benchmarks.contract_machines import PY_EVM_GAS, Machine, own, py_evm, revm
from benchmarks.contract_report import Row, report
from benchmarks.eei_forms import FORMS, default_form
from evm_wasm.chain.precompiles import BY_NAME, precompile_code
from evm_wasm.vm import run_deep

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-contracts.md")

SECONDS: Final = 1.0
QUICK_SECONDS: Final = 0.01
"""For each machine and case."""


def fastest(seconds: float, *runs: Callable[[], object]) -> list[float]:
    """Seconds of the fastest run of each; they take turns as often as fit into their time, or once."""
    best = [float("inf")] * len(runs)
    end = time.perf_counter() + seconds * len(runs)
    while True:
        for place, run in enumerate(runs):
            before = time.perf_counter()
            run()
            best[place] = min(best[place], time.perf_counter() - before)
        if time.perf_counter() >= end:
            return best


def measure(case: Case, seconds: float) -> Row:
    """Run a case on all machines.

    Raises:
        RuntimeError: Two machines give different answers.
    """
    metered = [own(case, metered=True, eei=form) for form in FORMS]
    unmetered = own(case, metered=False)
    rust = revm(case)
    python = py_evm(case) if rust is None or rust.gas < PY_EVM_GAS else None
    wanted = metered[0].answer()
    for machine in (*metered, unmetered, rust, python):
        if machine is not None and machine.answer() != wanted:
            raise RuntimeError(f"{case.name}: the machines do not agree")

    def timed(run: Callable[[], object] | None) -> float | None:
        return None if run is None else fastest(seconds, run)[0]

    native = case.native
    *times, free = fastest(seconds, *(machine.run for machine in (*metered, unmetered)))
    return Row(
        case=case,
        metered=dict(zip(FORMS, times, strict=True)),
        unmetered=free,
        native=timed(None if native is None else lambda: native(case.data)),
        revm=timed(None if rust is None else rust.run),
        py_evm=timed(None if python is None else python.run),
        gas=metered[0].gas,
        eei_gas=unmetered.gas,
        evm_gas=_evm_gas(case, rust, python),
        form=default_form(),
    )


def _evm_gas(case: Case, rust: Machine | None, python: Machine | None) -> float | None:
    """As revm counts it; for code with storage as py-evm does (see `revm`)."""
    counting = python if case.storage else rust or python
    return None if counting is None else counting.gas


def empty_call(seconds: float) -> dict[str, float]:
    """Seconds of a call that does nothing, identity without data, for each form of the EEI."""
    case = Case("identity", "nothing", precompile_code(BY_NAME["identity"]), b"")
    times = fastest(seconds, *(own(case, metered=True, eei=form).run for form in FORMS))
    return dict(zip(FORMS, times, strict=True))


def _measure_all(seconds: float) -> tuple[list[Row], dict[str, float]]:
    """All rows, and an empty call; runs where frames run, as blocks and the node do it."""
    empty = empty_call(seconds)
    rows = []
    for case in cases():
        click.echo(f"{case.name}, {case.size}", err=True)
        rows.append(measure(case, seconds))
    return rows, empty


@click.command()
@click.option("--quick", is_flag=True, help="A hundredth of the time: only whether it works.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where to write the report; a full run writes {RESULTS.name} beside the program.",
)
def main(quick: bool, results: Path | None) -> None:
    """Measure contracts beside native libraries and EVM code."""
    rows, empty = run_deep(_measure_all, QUICK_SECONDS if quick else SECONDS)
    text = "\n".join(report(rows, empty)) + "\n"
    click.echo(text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
