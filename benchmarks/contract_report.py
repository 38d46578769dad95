"""The report of the benchmark of contracts: two tables, the aims, the reasons."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.contract_cases import Case
from benchmarks.contract_machines import PY_EVM_GAS
from benchmarks.eei_forms import forms_fact
from benchmarks.machine import facts
from evm_wasm.vm.vm import HOST, MODULE

AIM_SPEED: Final = 10.0
"""Times as fast as EVM code on revm, for hash functions; at least."""
AIM_GAS: Final = 10.0
"""Times Ethereum's price, for inputs of 1 KiB and more; at most."""

PEERS: Final = ("pyrevm", "py-evm", "coincurve", "py-ecc", "pycryptodome", "tiny-keccak")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of one case: seconds and gas, None where there was nothing to run.

    Attributes:
        case: Which.
        metered: By form of the EEI.
        unmetered: In the default form.
        native: Of the library.
        revm: Of the EVM code.
        py_evm: Of the EVM code.
        gas: Of the contract here.
        eei_gas: What of it EEI calls cost.
        evm_gas: Of the EVM code.
        form: The default form.
    """

    case: Case
    metered: Mapping[str, float]
    unmetered: float
    native: float | None
    revm: float | None
    py_evm: float | None
    gas: float
    eei_gas: float
    evm_gas: float | None
    form: str

    @property
    def own(self) -> float:
        """Seconds here, in the default form."""
        return self.metered[self.form]

    @property
    def faster(self) -> float | None:
        """Times as fast as revm."""
        return None if self.revm is None else self.revm / self.own

    @property
    def dearer(self) -> float | None:
        """Gas here for one of Ethereum's: the precompile's, or else the EVM code's."""
        price = self.case.price or self.evm_gas
        return None if not price else self.gas / price


def report(rows: list[Row], empty: Mapping[str, float]) -> Iterator[str]:
    """Lines of the results file.

    Args:
        rows: At least one.
        empty: Seconds of a call that does nothing, by form of the EEI.
    """
    form = rows[0].form
    yield "# Contracts: time and gas"
    yield ""
    yield "Made by `python -m benchmarks.contracts`."
    yield ""
    for name, value in {**facts(None), "EEI": forms_fact(), "packages": _packages()}.items():
        yield f"- {name}: {value}"
    yield ""
    yield from _times_of(rows, empty, form)
    yield from _gas_of(rows)
    yield from _aims(rows, empty[form])
    yield _REASONS


def _times_of(rows: list[Row], empty: Mapping[str, float], form: str) -> Iterator[str]:
    yield "## Time in microseconds"
    yield ""
    yield (
        "Fastest run of some. *Host* and *module* are whole calls of metered contracts on our machine: "
        "before and after the EEI moved from Python into the module. A call that does nothing takes "
        f"{_time(empty[HOST])} and {_time(empty[MODULE])}. *Unmetered* is the same call with free "
        f"instructions, EEI in the {form}; *times* is revm over ours with the EEI there. *revm* and "
        "*py-evm* run EVM code of `benchmarks/evm`; outputs and logs of all machines are the same. "
        f"py-evm is not asked for what costs more than {PY_EVM_GAS:,} gas: it would take up to minutes."
    )
    yield ""
    heads = ["algorithm", "input", "host", "module", "unmetered", "native", "library"]
    yield from _table(
        [*heads, "revm", "py-evm", "times"],
        (
            [
                *(row.case.name, row.case.size),
                *(_time(row.metered[HOST]), _time(row.metered[MODULE]), _time(row.unmetered)),
                *(_time(row.native), row.case.library or "-"),
                *(_time(row.revm), _time(row.py_evm), _times(row.faster)),
            ]
            for row in rows
        ),
    )


def _gas_of(rows: list[Row]) -> Iterator[str]:
    yield "## Gas"
    yield ""
    yield (
        "Schedule `particles`, without what starts a call; the same in both forms of the EEI. Ethereum's "
        "precompile prices are those of Istanbul, for modexp those of EIP-198; EVM code is charged as "
        "in London. *Times* is ours over the precompile's price, or over the EVM code's where there is "
        "no precompile."
    )
    yield ""
    yield from _table(
        ["algorithm", "input", "here", "of it EEI", "precompile", "EVM code", "times"],
        (
            [
                *(row.case.name, row.case.size, _number(row.gas), _number(row.eei_gas)),
                _number(row.case.price or None),
                *(_number(row.evm_gas), _times(row.dearer)),
            ]
            for row in rows
        ),
    )


def _aims(rows: list[Row], empty: float) -> Iterator[str]:
    yield "## Aims"
    yield ""
    for row in rows:
        if row.case.is_hash and row.faster is not None:
            yield (
                f"- {row.case.name}, {row.case.size}: at least {AIM_SPEED:.0f} times as fast as "
                f"revm: {_times(row.faster)}, **{_verdict(row.faster >= AIM_SPEED)}**; "
                f"{_times((row.revm or 0) / max(row.own - empty, 1e-6))} without the empty call"
            )
    for row in rows:
        if row.case.price and row.case.is_large and row.dearer is not None:
            yield (
                f"- {row.case.name}, {row.case.size}: at most {AIM_GAS:.0f} times Ethereum's price: "
                f"{_times(row.dearer)}, **{_verdict(row.dearer <= AIM_GAS)}**"
            )
    yield ""


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


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
- An ERC-20 transfer costs 12,182 for EEI calls in every language: two stores of 5,000, a log of 1,756,
  two loads of 200, and 26 for what reads the call. Of the instructions most are the two keccak-256
  that find the slots of the balances: 459 gas of 592 in C, 157 of 436 in Zig, which unrolls the
  permutation, 468 of 796 in AssemblyScript, 734 of 959 in Rust. The EVM's instruction costs 42 for
  each. A token without hashes costs 2 gas for instructions.

## Where the time goes

A call costs the same whatever it does: an instance with fresh memory, the way from Python into wasm and
back. Rows that are slower than revm, or less than ten times as fast, are those where that is most of
the time, or where the EVM has the better instruction:

- A kilobyte is 17 blocks of sha256 or ripemd160, or 8 of keccak256: some twenty microseconds beside the
  empty call. 16 times as much shows what the code itself does.
- One compression of blake2b is 12 rounds of 48 additions, 32 exclusive ors and 32 rotations of 64 bits:
  some ten microseconds beside the empty call, and less than a hundred on revm, which is called without
  leaving native code. 100 times as many rounds show what the code itself does.
- A transfer is two hashes (but for the last token), two loads, two stores and a log on every machine.
  revm needs a few microseconds for them and for the call; ours makes first loads of a slot, what was
  stored, and the log calls into Python, which keeps the state and its journal. The EEI in the module
  saves all calls that need no state.
- modexp of 32 bytes and points of bn254: 256 bits are the EVM's word, and `mulmod` is one instruction
  of native code, where a Montgomery multiplication here is 81 products of limbs, 81 more to reduce,
  and an addition for each. For numbers of 2,048 bits both machines have to work in limbs. A pairing is
  `mulmod` again, but each stands between a dozen instructions that move its operands through memory
  and stack, which an interpreter takes one by one and a compiler keeps in registers."""


def _packages() -> str:
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


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
